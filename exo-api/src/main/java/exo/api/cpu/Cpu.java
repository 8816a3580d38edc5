// SPDX-License-Identifier: Apache-2.0
package exo.api.cpu;

import java.util.List;

/**
 * Core intervals, as one environment sees them.
 *
 * <p>A thread that is bound to a quantum runs on the quantum's core only. While the slots of the
 * quantum pass it goes before every other thread of the core; outside them it gets what nobody else
 * wants. Where the host does not permit that, the {@link Core} says so and slices are announced by
 * upcalls alone.
 *
 * <p><b>Thread-safety.</b> Threads of the environment.
 */
public interface Cpu {
    /** {@return the managed cores} */
    List<Core> cores();

    /**
     * {@return whether a slot belongs to nobody at this moment; the answer may be outdated when it
     * arrives}
     *
     * @param core the host's number of a managed core
     * @param slot the slot
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#OUT_OF_RANGE} if the core is
     *         not managed or has no such slot
     */
    boolean isFreeSlot(int core, int slot);

    /**
     * Allocates an interval of slots.
     *
     * @param core the host's number of a managed core
     * @param firstSlot first slot
     * @param slotCount how many, at least 1; the interval does not wrap around
     * @param label its label in this environment's key-ring
     * @return the capability for it, with all rights
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many slots; with {@link exo.api.ErrorCode#BUSY} if a slot is taken;
     *         with {@link exo.api.ErrorCode#OUT_OF_RANGE} if the core is not managed or has no such
     *         slots; no effect
     */
    Quantum allocQuantum(int core, int firstSlot, int slotCount, String label);

    /**
     * Frees the slots of a quantum; everything derived from it is revoked, and threads bound to it
     * run unbound.
     *
     * @param quantum a quantum as {@link #allocQuantum} gave it, with {@link exo.api.Rights#REVOKE}
     */
    void freeQuantum(Quantum quantum);

    /**
     * Binds the calling thread to a quantum: pins it to the core and lets it run in the quantum's
     * slots. A thread may be bound to several quanta of one core.
     *
     * @param quantum a capability with {@link exo.api.Rights#READ}
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if another thread is
     *         bound to the quantum, or this thread is bound to another core; with {@link
     *         exo.api.ErrorCode#EXHAUSTED} if the host does not start a dispatcher for the core; no
     *         effect
     * @throws exo.api.HostFaultException if the host did not pin the thread, pinned it elsewhere,
     *         or did not change how it is scheduled; no effect
     */
    void bind(Quantum quantum);

    /**
     * Releases the calling thread from a quantum. After its last quantum it runs unpinned.
     *
     * @param quantum the quantum
     */
    void unbind(Quantum quantum);

    /**
     * {@return the processor time of the calling thread}
     *
     * <p>Cost: one host call.
     */
    CpuAccount account();
}
