// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.disk.Extent;
import exo.api.disk.SpillArea;
import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;
import exo.impl.spill.SpillFrames;
import exo.impl.spill.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;

/**
 * A spill area: which places of an extent hold what, and the buffers between.
 *
 * <p><b>Locking.</b> {@code lock} guards everything that changes. It is taken under a window's
 * lock, and only the writer's is taken inside it; no host call is made under it.
 */
final class KernelSpill implements SpillArea, SpillTarget, Binding {
    private static final int NONE = -1;

    private final Object lock = new Object();
    private final KernelDisk disk;
    private final KernelExtent extent;
    private final SpillFrames frames;
    private final long firstBlock;
    private final int blocksPerPage;
    private final int[] bufferOf; // by place: the frame that holds what is on its way
    private final State[] states;
    private final int[] uses; // how often each place was made free
    private final BitSet freePlaces = new BitSet();
    private final BitSet idleBuffers = new BitSet(); // by the number of the frame
    private int buffers;
    private int writing = NONE; // the place that the device is writing now
    private boolean over; // nothing is spilled any more
    private boolean closed; // nobody has an interest in it any more

    /** Which blocks of the extent. */
    record Shape(long firstBlock, int placeCount) {}

    /** Makes an area without buffers. */
    KernelSpill(KernelDisk disk, KernelExtent extent, SpillFrames frames, Shape shape) {
        this.disk = disk;
        this.extent = extent;
        this.frames = frames;
        this.firstBlock = shape.firstBlock();
        this.blocksPerPage = frames.pageBytes() / extent.blockBytes();
        this.bufferOf = new int[shape.placeCount()];
        this.states = new State[shape.placeCount()];
        this.uses = new int[shape.placeCount()];
        Arrays.fill(bufferOf, NONE);
        Arrays.fill(states, State.FREE);
        freePlaces.set(0, shape.placeCount());
    }

    /** Allocates its buffers, before anybody knows it. */
    void equip(int bufferCount) {
        int[] allocated = frames.allocBuffers(bufferCount);
        try {
            addBuffers(allocated);
        } catch (RuntimeException | Error e) {
            frames.freeBuffers(allocated);
            throw e;
        }
    }

    private void addBuffers(int[] allocated) {
        BitSet more = new BitSet();
        for (int frame : allocated) {
            more.set(frame);
        }
        synchronized (lock) {
            idleBuffers.or(more);
            buffers = allocated.length;
        }
    }

    int pageBytes() {
        return frames.pageBytes();
    }

    // ---- what the libOS sees -----------------------------------------------------------------

    @Override
    public Extent extent() {
        return extent;
    }

    @Override
    public int placeCount() {
        return states.length;
    }

    @Override
    public int freeCount() {
        synchronized (lock) {
            return freePlaces.cardinality();
        }
    }

    @Override
    public int bufferCount() {
        synchronized (lock) {
            return buffers;
        }
    }

    @Override
    public State state(int place) {
        Objects.checkIndex(place, states.length);
        synchronized (lock) {
            return states[place];
        }
    }

    @Override
    public long block(int place) {
        return firstBlock + (long) Objects.checkIndex(place, states.length) * blocksPerPage;
    }

    @Override
    public void free(int place) {
        disk.owner().checkCaller();
        Objects.checkIndex(place, states.length);
        synchronized (lock) {
            if (states[place] == State.WRITING) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "spill place " + place,
                        "it is being written", "wait for UpcallHandler.onSpilled");
            }
            states[place] = State.FREE;
            uses[place]++;
            freePlaces.set(place);
        }
    }

    // ---- spilling ------------------------------------------------------------------------------

    @Override
    public Optional<Repossession.Spill> trySpill(MemorySegment page) {
        synchronized (lock) {
            int place = freePlaces.nextSetBit(0);
            int buffer = idleBuffers.nextSetBit(0);
            if (over || place < 0 || buffer < 0) {
                return Optional.empty();
            }
            long at = (long) buffer * pageBytes();
            MemorySegment.copy(page, 0, frames.poolMapping().segment(), at, pageBytes());
            freePlaces.clear(place);
            idleBuffers.clear(buffer);
            states[place] = State.WRITING;
            bufferOf[place] = buffer;
            boolean taken;
            try {
                taken = tryEnqueue(place, at);
            } catch (RuntimeException | Error e) {
                giveUp(place);
                throw e;
            }
            if (!taken) {
                giveUp(place);
                return Optional.empty();
            }
            return Optional.of(new Repossession.Spill(this, place));
        }
    }

    private boolean tryEnqueue(int place, long at) {
        return extent.run()
                .device()
                .spillWriter()
                .tryEnqueue(this, place, frames.poolMapping().address() + at,
                        (extent.firstBlock() + block(place)) * extent.blockBytes());
    }

    /** Makes a place free that will not be written. Holds the lock. */
    private void giveUp(int place) {
        settle(place, State.FREE);
        freePlaces.set(place);
    }

    /** The writer is about to write a place; {@return whether it may} */
    boolean begin(int place) {
        synchronized (lock) {
            boolean wanted = states[place] == State.WRITING; // otherwise it was given up
            if (wanted) {
                writing = place;
            }
            return wanted;
        }
    }

    /** The writer has written a place, or failed to. */
    void end(int place, boolean done) {
        int use;
        synchronized (lock) {
            use = uses[place];
            writing = NONE;
            settle(place, done ? State.WRITTEN : State.FAILED);
            lock.notifyAll(); // pairs with the wait in awaitIdle
        }
        disk.owner().usage().blocksWritten.add(done ? blocksPerPage : 0);
        disk.owner().spilled(this, place, () -> isForgotten(place, use));
    }

    /** {@return whether the owner gave up what a place held then, or the area} */
    private boolean isForgotten(int place, int use) {
        synchronized (lock) {
            return closed || uses[place] != use;
        }
    }

    /** Ends the way of a page. Holds the lock. */
    private void settle(int place, State how) {
        states[place] = how;
        idleBuffers.set(bufferOf[place]);
        bufferOf[place] = NONE;
    }

    /**
     * Waits until so many buffers are idle, or all that are left. Holds the lock, and gives it up
     * meanwhile.
     */
    private void awaitIdle(int wanted) {
        boolean interrupted = false;
        while (idleBuffers.cardinality() < Math.min(wanted, buffers)) {
            try {
                lock.wait();
            } catch (InterruptedException e) {
                interrupted = true; // what the caller is about to do is not left half done
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int[] surrender(int most, boolean waits) {
        synchronized (lock) {
            awaitIdle(waits ? 1 : 0);
            int[] given = idleBuffers.stream().limit(most).toArray();
            Arrays.stream(given).forEach(idleBuffers::clear);
            buffers -= given.length;
            return given;
        }
    }

    // ---- the end -------------------------------------------------------------------------------

    /**
     * Lets nothing be spilled or written any more, and gives the buffers back.
     *
     * @param drained whether what waits to be written is written before
     */
    private void stop(boolean drained) {
        int[] given;
        synchronized (lock) {
            over = true;
            for (int place = 0; place < states.length && !drained; place++) {
                if (states[place] == State.WRITING && place != writing) {
                    settle(place, State.FAILED);
                }
            }
            awaitIdle(Integer.MAX_VALUE);
            given = idleBuffers.stream().toArray();
            idleBuffers.clear();
            buffers = 0;
            lock.notifyAll(); // pairs with the wait in awaitIdle
        }
        frames.detach(this);
        frames.freeBuffers(given);
    }

    @Override
    public void sever(Repossession.Cause cause) {
        stop(false);
        disk.owner()
                .repossessed(new Repossession(ResourceKind.EXTENT, extent.firstBlock() + firstBlock,
                        -1, cause, System.nanoTime()));
    }

    @Override
    public void close() {
        try {
            disk.owner().checkCaller();
        } catch (ResourceException e) {
            if (e.code() != ErrorCode.ENV_ENDED) { // as windows and queues, it can be closed then
                throw e;
            }
        }
        end(true);
    }

    /** Ends it, whatever the environment's threads are doing. */
    void abort() {
        end(false);
    }

    private void end(boolean drained) {
        stop(drained);
        synchronized (lock) {
            closed = true;
        }
        disk.capabilities().detach(extent, this);
        disk.forget(this);
    }
}
