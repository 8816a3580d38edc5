// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.mem.FrameRequest;
import exo.api.upcall.Repossession;
import exo.host.Mapping;
import exo.impl.spill.SpillFrames;
import exo.impl.spill.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where pages of one environment go that are taken by force, and the frames that are set aside for
 * that. Any thread.
 */
final class SpillReserve implements SpillFrames {
    private final KernelMemory memory;
    private final FramePool pool;
    private final List<SpillTarget> targets = new CopyOnWriteArrayList<>();

    SpillReserve(KernelMemory memory, FramePool pool) {
        this.memory = memory;
        this.pool = pool;
    }

    @Override
    public int pageBytes() {
        return pool.pageBytes();
    }

    @Override
    public Mapping poolMapping() {
        return pool.mapping();
    }

    @Override
    public int[] allocBuffers(int count) {
        memory.charge(count);
        try {
            return pool.alloc(FrameRequest.any(), count, memory.owner().id());
        } catch (RuntimeException | Error e) {
            memory.release(count);
            throw e;
        }
    }

    @Override
    public void freeBuffers(int[] frames) {
        if (frames.length > 0) {
            memory.giveBack(frames);
        }
    }

    @Override
    public void attach(SpillTarget target) {
        targets.add(target);
    }

    @Override
    public void detach(SpillTarget target) {
        targets.remove(target);
    }

    boolean isEmpty() {
        return targets.isEmpty();
    }

    /** Copies a page to where there is room for it. Holds its window's lock. */
    Optional<Repossession.Spill> trySpill(MemorySegment page) {
        for (SpillTarget target : targets) {
            Optional<Repossession.Spill> spill = target.trySpill(page);
            if (spill.isPresent()) {
                return spill;
            }
        }
        return Optional.empty();
    }

    /** {@return how many frames are set aside} */
    int bufferCount() {
        int buffers = 0;
        for (SpillTarget target : targets) {
            buffers += target.bufferCount();
        }
        return buffers;
    }

    /**
     * Takes the frames that are set aside: idle ones of all targets, and only then those that wait
     * for a device; {@return how many, fewer if more must be waited for} Holds no lock.
     */
    int surrender(int most) {
        int taken = surrender(most, false);
        return taken > 0 || most <= 0 ? taken : surrender(most, true);
    }

    private int surrender(int most, boolean waits) {
        int taken = 0;
        for (SpillTarget target : targets) {
            boolean enough = taken >= most || (waits && taken > 0);
            int[] frames = enough ? new int[0] : target.surrender(most - taken, waits);
            memory.repossessed(frames);
            freeBuffers(frames);
            taken += frames.length;
        }
        return taken;
    }
}
