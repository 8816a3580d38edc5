// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.Facility;
import exo.api.HostFaultException;
import exo.api.ResourceException;
import exo.api.mem.FrameRequest;
import exo.api.mem.MemoryConfig;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.MappingBudget;
import exo.host.MemFd;
import exo.host.WriteTracking;
import exo.impl.audit.Failures;
import exo.impl.cap.FrameQueue;
import exo.impl.cap.Invariant;
import exo.impl.info.FrameObserver;
import exo.impl.info.Runs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * The page frames of a kernel: a memfd, mapped once as a whole for the kernel's own use.
 *
 * <p><b>States of a frame.</b> Free, or used by one environment. A frame that was used is dirty
 * until it is zeroed, which happens when it is allocated again, on the time of whoever allocates
 * it.
 *
 * <p><b>Locking.</b> This object guards the tables. No host call is made under the lock, and
 * zeroing is done outside it, on frames that are already the caller's.
 */
public final class FramePool implements FrameQueue, AutoCloseable {
    private static final long MEBI = 1 << 20;

    private final MemFd memory;
    private final Mapping all;
    private final int pageBytes;
    private final int frameCount;
    private final FrameObserver observer; // called under this lock
    private final BitSet used; // guarded by this; never grows, so that taking a frame cannot fail
    private final BitSet dirty; // likewise
    private int usedCount; // guarded by this
    private int reservedCount; // guarded by this
    private final Deque<Place> queue = new ArrayDeque<>(); // guarded by this
    private Shortage shortage = count -> { // written at boot only
        Invariant.check(false, "frames that the ledgers allow are in the pool");
    };

    private static final class Place implements Waiter {
        private final Thread thread = Thread.currentThread();
        private final int count;
        private volatile boolean served; // written under the pool's lock

        private Place(int count) {
            this.count = count;
        }
    }

    private final List<Facility> facilities = new ArrayList<>(); // written at boot only
    private final WriteTracking tracking; // null if the host has none
    private final MappingBudget budget = new MappingBudget();
    private final int node;
    private final FramePool huge; // null if there are no huge frames
    private volatile FrameColours colours; // made when they are first asked for

    /** For tests: a pool that nobody observes. */
    FramePool(MemoryConfig config) {
        this(config, FrameObserver.NONE);
    }

    /**
     * Makes the pool.
     *
     * @param config how many frames, and whether to lock them
     * @param observer is told who owns which frame
     * @throws HostFaultException if the host refuses the memory
     * @throws ResourceException with {@link ErrorCode#UNAVAILABLE} if locking is demanded and
     *         refused; with {@link ErrorCode#EXHAUSTED} if the host does not have that much memory
     */
    public FramePool(MemoryConfig config, FrameObserver observer) {
        this(config, observer, WriteTracking::open);
    }

    /** For tests, which need a host that follows no writes. */
    FramePool(MemoryConfig config, FrameObserver observer, Supplier<WriteTracking> opener) {
        this.observer = observer;
        this.node = config.node();
        this.pageBytes = Facilities.pageBytes();
        this.frameCount = config.frames();
        this.used = new BitSet(frameCount);
        this.dirty = new BitSet(frameCount);
        long bytes = (long) frameCount * pageBytes;
        checkRoom(bytes, Facilities.availableBytes());
        try {
            this.memory = MemFd.create("exo-frames", bytes);
        } catch (HostException e) {
            throw Faults.memory(e, frameCount + " frames");
        }
        try {
            this.all = Mapping.ofShared(memory);
        } catch (HostException e) {
            memory.close();
            throw Faults.memory(e, frameCount + " frames");
        }
        WriteTracking opened = null;
        try {
            facilities.add(Facility.full("memory.pool",
                    "memfd, " + frameCount + " frames of " + pageBytes + " bytes"));
            bindToNode();
            lock(config.lock(), bytes);
            opened = openTracking(opener);
            huge = config.hugeFrames() == 0 ? null : openHuge(config.hugeFrames());
        } catch (RuntimeException | Error e) {
            if (opened != null) {
                opened.close();
            }
            all.close();
            memory.close();
            throw e;
        }
        tracking = opened;
    }

    /** Makes the pool of huge frames. */
    private FramePool(MemFd memory, int frameCount) {
        this.observer = FrameObserver.NONE; // what is exposed has no table of them
        this.node = MemoryConfig.ANY_NODE;
        this.pageBytes = MemFd.HUGE_BYTES;
        this.frameCount = frameCount;
        this.used = new BitSet(frameCount);
        this.dirty = new BitSet(frameCount);
        this.memory = memory;
        this.all = Mapping.ofShared(memory);
        this.tracking = null;
        this.huge = null;
    }

    private FramePool openHuge(int count) {
        String remedy = "sysctl vm.nr_hugepages=" + count + ", or ask for fewer huge frames";
        MemFd file = null;
        try {
            file = MemFd.createHuge("exo-huge-frames", (long) count * MemFd.HUGE_BYTES);
            FramePool opened = new FramePool(file, count);
            facilities.add(Facility.full("memory.huge",
                    "memfd of huge pages, " + count + " frames of 2 MiB"));
            return opened;
        } catch (HostException e) {
            if (file != null) {
                file.close();
            }
            facilities.add(Facility.absent("memory.huge", e.getMessage(), remedy));
            return null;
        }
    }

    private void bindToNode() {
        if (node == MemoryConfig.ANY_NODE) {
            return;
        }
        try {
            all.bindToNode(node);
            facilities.add(Facility.full("memory.node", "mbind, node " + node));
        } catch (HostException e) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, "memory.node",
                    e.getMessage(), e.remedy());
        }
    }

    private WriteTracking openTracking(Supplier<WriteTracking> opener) {
        try {
            WriteTracking opened = opener.get();
            facilities.add(Facility.full("memory.dirty", "userfaultfd, PAGEMAP_SCAN"));
            return opened;
        } catch (HostException e) {
            facilities.add(Facility.absent("memory.dirty", e.getMessage(), e.remedy()));
            return null;
        }
    }

    /** A pool that the host does not have would be found out by the host killing somebody. */
    static void checkRoom(long bytes, long availableBytes) {
        if (bytes > availableBytes) {
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.HOST, "memory.pool",
                    "the frames take " + bytes / MEBI + " MiB, but the host has "
                            + availableBytes / MEBI + " MiB available",
                    "ask for fewer frames, or free memory");
        }
    }

    private void lock(MemoryConfig.Lock rule, long bytes) {
        if (rule == MemoryConfig.Lock.NONE) {
            facilities.add(Facility.fallback("memory.lock", "pageable",
                    "the configuration does not ask for locking", "MemoryConfig.lock(TRY)"));
            return;
        }
        try {
            all.lock();
            facilities.add(Facility.full("memory.lock", "mlock"));
        } catch (HostException e) {
            String remedy = "raise the limit on locked memory (ulimit -l) to " + bytes / 1024
                    + " KiB, or grant CAP_IPC_LOCK";
            if (rule == MemoryConfig.Lock.REQUIRE) {
                throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, "memory.lock",
                        e.getMessage(), remedy);
            }
            facilities.add(Facility.fallback("memory.lock", "pageable", e.getMessage(), remedy));
        }
    }

    /** {@return what backs the pool} */
    public List<Facility> facilities() {
        return List.copyOf(facilities);
    }

    /** {@return how many huge frames there are} */
    public int hugeFrameCount() {
        return huge == null ? 0 : huge.frameCount;
    }

    /** {@return the pool of huge frames} */
    FramePool huge() {
        if (huge == null) {
            throw unavailable("memory.huge", "the configuration asks for no huge frames",
                    "MemoryConfig.hugeFrames");
        }
        return huge;
    }

    /** {@return the size of a page in bytes} */
    public int pageBytes() {
        return pageBytes;
    }

    /** {@return how many frames there are} */
    public int frameCount() {
        return frameCount;
    }

    /** {@return how many frames are used} */
    public synchronized int usedCount() {
        return usedCount;
    }

    /**
     * {@return whether a frame is free}
     *
     * @param frame its number
     */
    public synchronized boolean isFree(int frame) {
        return !used.get(java.util.Objects.checkIndex(frame, frameCount));
    }

    MemFd memory() {
        return memory;
    }

    /** {@return how much may be mapped in pieces} */
    MappingBudget budget() {
        return budget;
    }

    /** {@return what follows writes} */
    WriteTracking tracking() {
        if (tracking == null) {
            throw unavailable("memory.dirty", "writes to huge pages are not followed",
                    "use pages of 4 KiB");
        }
        return tracking;
    }

    /** {@return the refusal of what the facilities say is absent, or else for a reason given} */
    private ResourceException unavailable(String name, String cause, String remedy) {
        Facility absent = facilities.stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElse(Facility.absent(name, cause, remedy));
        return new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, name, absent.cause(),
                absent.remedy());
    }

    // ---- requests ------------------------------------------------------------------------------

    FrameColours colours() {
        FrameColours known = colours;
        if (known == null) {
            known = FrameColours.of(all, frameCount);
            colours = known; // whoever comes at the same time makes the same
        }
        return known;
    }

    /**
     * Allocates frames of a kind, as many as were set aside for them, and zeroes them.
     *
     * @param request which
     * @param count how many
     * @param owner the number of the environment
     * @return their numbers, in the order they shall be mapped
     * @throws ResourceException as {@code Window.allocPages} says; no effect
     */
    int[] alloc(FrameRequest request, int count, long owner) {
        checkNode(request);
        if (request.firstFrame() != FrameRequest.ANY) {
            return allocAt(request.firstFrame(), count, owner);
        }
        if (request.colour() == FrameRequest.ANY && !request.isContiguous()) {
            return alloc(count, owner);
        }
        FrameColours wanted = request.colour() == FrameRequest.ANY ? null : colours();
        int[] frames = new int[count];
        BitSet stale = new BitSet(count);
        synchronized (this) {
            if (request.isContiguous()) {
                findRun(request, wanted, frames);
            } else {
                findColoured(request, wanted, frames);
            }
            take(frames, owner, stale);
        }
        zero(frames, stale);
        return frames;
    }

    private void checkNode(FrameRequest request) {
        int wanted = request.node();
        if (wanted == FrameRequest.ANY || wanted == node) {
            return;
        }
        boolean onlyOne = node == MemoryConfig.ANY_NODE && wanted == 0 && Facilities.nodes() == 1;
        if (!onlyOne) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.CALLER, "node " + wanted,
                    node == MemoryConfig.ANY_NODE
                            ? "the frames of the pool may lie on any node"
                            : "the pool lies on node " + node,
                    "boot a kernel with MemoryConfig.node(" + wanted + ")");
        }
    }

    /** Finds the first run of free frames that begins with the colour. Holds the lock. */
    private void findRun(FrameRequest request, FrameColours wanted, int[] frames) {
        int count = frames.length;
        int first = findRun(count, start -> wanted == null || wanted.matches(start, request));
        if (first >= 0) {
            Arrays.setAll(frames, i -> first + i);
            return;
        }
        throw new ResourceException(ErrorCode.NOT_CONTIGUOUS, Blame.CALLER, count + " frames",
                "no run of that many consecutive frames is free"
                        + (wanted == null ? "" : " that begins with colour " + request.colour()),
                "ask for fewer, or without contiguous()");
    }

    /** Finds free frames of the colour. Holds the lock. */
    private void findColoured(FrameRequest request, FrameColours wanted, int[] frames) {
        int found = 0;
        int frame = used.nextClearBit(0);
        while (found < frames.length && frame < frameCount) {
            if (wanted.matches(frame, request)) {
                frames[found++] = frame;
            }
            frame = used.nextClearBit(frame + 1);
        }
        if (found < frames.length) {
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.CALLER,
                    frames.length + " frames of colour " + request.colour() + " of "
                            + request.colourCount(),
                    found + " are free", "ask for another colour, or fewer");
        }
    }

    /**
     * Sets frames aside for {@link #alloc}, {@link #allocAt} or {@link #unreserve}, if there are
     * that many that are neither used nor set aside, and nobody waits for them.
     *
     * @param count how many
     * @return whether there were
     */
    synchronized boolean tryReserve(int count) {
        if (count > spare() || !queue.isEmpty()) {
            return false;
        }
        reservedCount += count;
        return true;
    }

    /**
     * Sets frames aside that are guaranteed; waits while those that lack come back from whoever
     * they were lent to.
     *
     * @param count how many
     */
    void reserve(int count) {
        if (!tryReserve(count)) {
            shortage.reserve(count);
        }
    }

    /** {@return how many frames could be lent at this moment} */
    synchronized int spareFrames() {
        return queue.isEmpty() ? spare() : 0;
    }

    @Override
    public synchronized Waiter queue(int count) {
        Place place = new Place(count);
        queue.add(place);
        serve();
        return place;
    }

    @Override
    public boolean await(Waiter waiter, long deadlineNanos) throws InterruptedException {
        Place place = (Place) waiter;
        while (!place.served) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left); // pairs with the unpark in serve
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return true;
    }

    @Override
    public synchronized int shortfall(Waiter waiter) {
        int wanted = 0;
        for (Place each : queue) {
            wanted += each.count;
            if (each.equals(waiter)) {
                return Math.max(0, wanted - spare());
            }
        }
        return 0;
    }

    @Override
    public synchronized int shortfall() {
        return queue.isEmpty() ? 0 : shortfall(queue.getLast());
    }

    @Override
    public synchronized boolean isIdle() {
        return queue.isEmpty();
    }

    @Override
    public synchronized void leave(Waiter waiter) {
        if (queue.remove(waiter)) {
            serve();
        } else {
            unreserve(((Place) waiter).count); // it was served, and will not be used
        }
    }

    private void serve() {
        while (!queue.isEmpty() && queue.getFirst().count <= spare()) {
            Place first = queue.removeFirst();
            reservedCount += first.count;
            first.served = true;
            LockSupport.unpark(first.thread);
        }
    }

    private int spare() {
        return frameCount - usedCount - reservedCount;
    }

    /**
     * Says what is done when there is no frame for a guaranteed request. Called once, at boot.
     *
     * @param chosen what
     */
    public void onShortage(Shortage chosen) {
        shortage = chosen;
    }

    /**
     * Gives up frames that were set aside.
     *
     * @param count how many
     */
    synchronized void unreserve(int count) {
        useReserved(count);
        serve();
    }

    private void useReserved(int count) {
        reservedCount -= count;
        Invariant.check(reservedCount >= 0, "no more frames are given up than were set aside");
    }

    /** {@return the mapping of the whole pool, for the kernel alone} */
    public Mapping mapping() {
        return all;
    }

    /**
     * Allocates frames that were set aside, consecutive ones if there is such a run, and zeroes
     * them.
     *
     * @param count how many
     * @param owner the number of the environment
     * @return their numbers, in the order they shall be mapped
     */
    int[] alloc(int count, long owner) {
        BitSet stale = new BitSet(count);
        int[] frames = allocStale(count, owner, stale);
        zero(frames, stale);
        return frames;
    }

    /**
     * Allocates frames that were set aside, without zeroing them: the caller overwrites all of each
     * before anybody sees it.
     *
     * @param count how many
     * @param owner the number of the environment
     * @return their numbers, in the order they shall be mapped
     */
    int[] allocForCopies(int count, long owner) {
        return allocStale(count, owner, new BitSet(count));
    }

    /**
     * Sets frames aside again that were allocated and not used after all.
     *
     * @param frames their numbers
     */
    synchronized void setAsideAgain(int[] frames) {
        reservedCount += frames.length; // first, so that they are free at no moment
        free(frames);
    }

    private int[] allocStale(int count, long owner, BitSet stale) {
        int[] frames = new int[count];
        synchronized (this) {
            int run = findRun(count, start -> true);
            int next = run < 0 ? used.nextClearBit(0) : run;
            for (int i = 0; i < count; i++) {
                frames[i] = next;
                next = run < 0 ? used.nextClearBit(next + 1) : next + 1;
            }
            take(frames, owner, stale);
        }
        return frames;
    }

    /**
     * Allocates particular frames, as many as were set aside for them, and zeroes them.
     *
     * @param first the number of the first
     * @param count how many
     * @param owner the number of the environment
     * @return their numbers
     * @throws ResourceException with {@link ErrorCode#BUSY} or {@link ErrorCode#OUT_OF_RANGE}; no
     *         effect
     */
    int[] allocAt(int first, int count, long owner) {
        if (first < 0 || count > frameCount - first) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER,
                    "frames " + first + " to " + ((long) first + count - 1),
                    "the pool has frames 0 to " + (frameCount - 1), "ask for others");
        }
        int[] frames = new int[count];
        BitSet stale = new BitSet(count);
        synchronized (this) {
            int taken = used.nextSetBit(first);
            if (taken >= 0 && taken < first + count) {
                throw new ResourceException(ErrorCode.BUSY, Blame.PEER, "frame " + taken,
                        "it is in use", "ask for another; Memory.isFreeFrame tells which");
            }
            Arrays.setAll(frames, i -> first + i);
            take(frames, owner, stale);
        }
        zero(frames, stale);
        return frames;
    }

    /**
     * Takes frames back. Nobody has them mapped any more.
     *
     * @param frames their numbers
     */
    synchronized void free(int[] frames) {
        for (int i = 0; i < frames.length;) {
            int count = Runs.length(frames, i);
            int end = frames[i] + count;
            Invariant.check(used.nextClearBit(frames[i]) >= end, "a freed frame was used");
            used.clear(frames[i], end);
            i += count;
        }
        usedCount -= frames.length;
        observer.freed(frames);
        serve();
    }

    /** Notes that frames in use were mapped once more. */
    void mapped(int[] frames) {
        observer.mapped(frames);
    }

    /**
     * Uses frames that are free, of those that were set aside, and notes by index which must be
     * zeroed. Nobody else is served between. Holds the lock.
     */
    private void take(int[] frames, long owner, BitSet stale) {
        useReserved(frames.length);
        for (int i = 0; i < frames.length;) {
            int count = Runs.length(frames, i);
            int end = frames[i] + count;
            used.set(frames[i], end);
            if (dirty.nextClearBit(frames[i]) >= end) {
                stale.set(i, i + count);
            } else {
                for (int j = 0; j < count; j++) {
                    stale.set(i + j, dirty.get(frames[i] + j));
                }
                dirty.set(frames[i], end);
            }
            i += count;
        }
        usedCount += frames.length;
        try {
            observer.allocated(frames, owner);
        } catch (RuntimeException | Error e) {
            setAsideAgain(frames);
            throw e;
        }
    }

    /** {@return the first of {@code count} consecutive free frames that may begin, or -1} */
    private int findRun(int count, IntPredicate mayBegin) {
        int start = used.nextClearBit(0);
        while (start + count <= frameCount) {
            int end = used.nextSetBit(start);
            if (end >= 0 && end - start < count) {
                start = used.nextClearBit(end);
            } else if (mayBegin.test(start)) {
                return start;
            } else {
                start = used.nextClearBit(start + 1);
            }
        }
        return -1;
    }

    /** Zeroes the frames at the indexes that are set. */
    private void zero(int[] frames, BitSet stale) {
        for (int i = stale.nextSetBit(0); i >= 0;) {
            int end = Math.min(stale.nextClearBit(i), i + Runs.length(frames, i));
            all.zero((long) frames[i] * pageBytes, (long) (end - i) * pageBytes);
            i = stale.nextSetBit(end);
        }
    }

    /** Returns the memory to the host. No window may be left. */
    @Override
    public void close() {
        Failures failures = new Failures();
        if (tracking != null) {
            failures.attempt(tracking::close);
        }
        if (huge != null) {
            failures.attempt(huge::close);
        }
        failures.attempt(all::close);
        failures.attempt(memory::close);
        failures.rethrow();
    }
}
