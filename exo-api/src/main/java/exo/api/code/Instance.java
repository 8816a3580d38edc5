// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.lang.foreign.MemorySegment;

/**
 * A verified program with memory of its own, ready to run.
 *
 * <p><b>Typical use</b>: bind what the contract names, run, bind the next, run.
 *
 * <p><b>Ownership.</b> It refers to the bound memory, and never closes it.
 *
 * <p><b>Thread-safety.</b> One thread at a time. Instances of one program share nothing.
 */
public interface Instance {
    /**
     * Binds the memory or the packet of an argument, for this and later runs.
     *
     * @param argument the argument's index: 0 for r1
     * @param memory memory that holds it, native or heap
     * @param offset where it begins in the memory
     * @param lengthBytes its length; for {@link Argument.Memory} that of the contract
     * @throws IllegalArgumentException if the argument is a number, or the length is not the
     *         contract's, or the memory is read-only and the argument is not
     * @throws IndexOutOfBoundsException if there is no such argument, or the memory ends before
     */
    void bind(int argument, MemorySegment memory, long offset, int lengthBytes);

    /**
     * Sets an argument that is a number. At first it is the least that the contract allows.
     *
     * @param argument the argument's index: 0 for r1
     * @param value the number
     * @throws IllegalArgumentException if the argument is no number, or the contract does not allow
     *         this one
     * @throws IndexOutOfBoundsException if there is no such argument
     */
    void set(int argument, long value);

    /**
     * hot: Runs the program.
     *
     * <p>Allocates nothing.
     *
     * @return what r0 holds at the end
     * @throws IllegalStateException if an argument is not bound
     * @throws CodeFault if the contract is checked, and the run broke a rule
     */
    long run();

    /**
     * {@return the memory of one of the program's regions, as the runs of this instance left it}
     *
     * @param index the region's index
     */
    MemorySegment region(int index);
}
