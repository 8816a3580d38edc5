// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

/**
 * A program that the verifier accepted under a contract.
 *
 * <p><b>Lifetime.</b> Generated classes are unloaded when nothing refers to the filters and
 * instances made from it.
 *
 * <p><b>Thread-safety.</b> Any thread.
 */
public interface VerifiedProgram {
    /** {@return the program} */
    Program program();

    /** {@return what it was verified for} */
    Contract contract();

    /** {@return the most instructions that a run executes} */
    int maxSteps();

    /**
     * {@return a new instance}
     *
     * @param engine what shall run it
     */
    Instance instance(Engine engine);

    /**
     * {@return the program as a packet filter}
     *
     * @param engine what shall run it
     * @throws IllegalArgumentException if the contract's only argument is not a packet
     */
    PacketFilter filter(Engine engine);

    /** What runs a program. Both give the same answers. */
    enum Engine {
        /** One instruction after the other: the reference. */
        INTERPRET,
        /** As bytecode of the JVM, made when the instance is. */
        COMPILE
    }
}
