// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.CodeFault;
import exo.api.code.PacketFilter;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A packet filter that needs a machine. Runs of all threads share the program's regions; each has a
 * machine of its own.
 *
 * <p>It keeps {@value #MACHINES} machines. It makes another only when more runs than that are under
 * way at the same time.
 */
final class MachineFilter implements PacketFilter {
    /** How many machines are kept. */
    static final int MACHINES = 32;

    private static final int NONE = -1;

    private final Verified verified;
    private final Code code;
    private final MemorySegment[] regions;
    private final boolean isWritable;
    private final Machine[] machines = new Machine[MACHINES];
    /**
     * For each machine 1 while a run has it. Who sets it from 0 to 1 has the machine, and alone may
     * set it back: so that needs no atomic operation, only order.
     */
    private final AtomicIntegerArray taken = new AtomicIntegerArray(MACHINES);

    /**
     * Makes the filter.
     *
     * @param verified a program whose only argument is a packet
     * @param code what runs it
     */
    MachineFilter(Verified verified, Code code) {
        this.verified = verified;
        this.code = code;
        regions = verified.newRegions();
        isWritable = verified.contract().arguments().getFirst() instanceof Argument.Packet packet
                && packet.isWritable();
        machines[0] = newMachine(); // so that for a single thread not even the first run allocates
    }

    private Machine newMachine() {
        Machine machine = new Machine(verified, regions);
        machine.allowPacketWrites(isWritable);
        return machine;
    }

    @Override
    public int accept(MemorySegment memory, long offset, int lengthBytes) {
        int index = take();
        Machine machine = index == NONE ? newMachine() : kept(index);
        machine.bindPacket(memory, offset, lengthBytes);
        try {
            machine.begin();
            return (int) code.run(machine);
        } catch (Machine.BadPointerException e) {
            throw new CodeFault(machine.caller, e.getMessage());
        } finally {
            machine.releasePacket();
            if (index != NONE) {
                taken.setRelease(index, 0); // pairs with the compareAndSet of the next to take it
            }
        }
    }

    /** {@return the machine of a place that this run has taken, made when it is first taken} */
    private Machine kept(int index) {
        if (machines[index] == null) {
            machines[index] = newMachine();
        }
        return machines[index];
    }

    private int take() {
        for (int i = 0; i < MACHINES; i++) {
            if (taken.getPlain(i) == 0 && taken.compareAndSet(i, 0, 1)) {
                return i;
            }
        }
        return NONE;
    }
}
