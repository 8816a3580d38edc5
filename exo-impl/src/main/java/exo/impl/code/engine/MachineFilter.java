// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.CodeFault;
import exo.api.code.PacketFilter;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

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

    private final Verified verified;
    private final Code code;
    private final MemorySegment[] regions;
    private final boolean isWritable;
    private final AtomicReferenceArray<Machine> idle = new AtomicReferenceArray<>(MACHINES);

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
        for (int i = 0; i < MACHINES; i++) {
            idle.set(i, newMachine());
        }
    }

    private Machine newMachine() {
        Machine machine = new Machine(verified, regions);
        machine.allowPacketWrites(isWritable);
        return machine;
    }

    @Override
    public int accept(MemorySegment memory, long offset, int lengthBytes) {
        Machine machine = take();
        machine.bindPacket(memory, offset, lengthBytes);
        try {
            machine.begin();
            return (int) code.run(machine);
        } catch (Machine.BadPointerException e) {
            throw new CodeFault(machine.caller, e.getMessage());
        } finally {
            machine.releasePacket();
            give(machine);
        }
    }

    private Machine take() {
        for (int i = 0; i < MACHINES; i++) {
            Machine machine = idle.getPlain(i) == null ? null : idle.getAndSet(i, null);
            if (machine != null) {
                return machine;
            }
        }
        return newMachine();
    }

    private void give(Machine machine) {
        for (int i = 0; i < MACHINES; i++) {
            if (idle.getPlain(i) == null && idle.compareAndSet(i, null, machine)) {
                return;
            }
        }
    }
}
