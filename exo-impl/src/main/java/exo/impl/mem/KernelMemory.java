// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Memory;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.MemFd;
import exo.impl.audit.Failures;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.Lineage;
import exo.impl.cap.PinnableWindow;
import exo.impl.cap.Principal;
import exo.impl.info.FrameCensus;
import exo.impl.spill.SpillFrames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The memory of one environment: its windows, and the frames it shares. */
public final class KernelMemory implements Memory, EnvService {
    /** How long a repossession waits for the owner thread to take its completions. */
    static final long DRAIN_NANOS = 100_000_000;

    /**
     * Not this object: a libOS holds it, and could keep its monitor for ever. It is taken under a
     * window's lock; nothing is locked inside it.
     */
    private final Object lock = new Object();
    private final FramePool pool;
    private final CapabilityTable capabilities;
    private final Principal owner;
    private final long lastGeneration;
    private final FrameAccount small = new SmallAccount();
    private final SpillReserve spills;
    private final List<KernelWindow> windows = new ArrayList<>(); // guarded by lock
    /** Until nobody shows them by it any more, however long it is dead. Guarded by lock. */
    private final List<KernelFrames> shares = new ArrayList<>();
    private final List<KernelFrames> snapshots = new ArrayList<>(); // guarded by lock
    /** Of windows that are gone, with which threads were in host calls. Guarded by lock. */
    private final List<Mapping> orphans = new ArrayList<>();
    private final AtomicInteger lastPages = new AtomicInteger(); // pages that go last

    /**
     * Makes the memory of an environment.
     *
     * @param pool the kernel's frames
     * @param capabilities the kernel's capabilities
     * @param owner the environment
     */
    public KernelMemory(FramePool pool, CapabilityTable capabilities, Principal owner) {
        this(pool, capabilities, owner, (1L << Pages.GENERATION_BITS) - 2);
    }

    /** For tests, which cannot wait until 40 bits of generations are used up. */
    KernelMemory(FramePool pool, CapabilityTable capabilities, Principal owner,
            long lastGeneration) {
        this.pool = pool;
        this.capabilities = capabilities;
        this.owner = owner;
        this.lastGeneration = lastGeneration;
        this.spills = new SpillReserve(this, pool);
    }

    /** {@return where pages go that are taken by force} */
    public SpillFrames spills() {
        return spills;
    }

    @Override
    public int pageBytes() {
        return pool.pageBytes();
    }

    @Override
    public int frameCount() {
        return pool.frameCount();
    }

    @Override
    public int freeFrameCount() {
        owner.checkCaller();
        return pool.frameCount() - pool.usedCount() + idleFrames();
    }

    @Override
    public boolean isFreeFrame(int frame) {
        owner.checkCaller();
        return pool.isFree(frame);
    }

    @Override
    public Window bindWindow(int pageCount, Rights rights) {
        owner.checkCaller();
        if (pageCount < 1 || pageCount > Pages.MAX_WINDOW_PAGES) {
            throw new IllegalArgumentException("a window has 1 to " + Pages.MAX_WINDOW_PAGES
                    + " pages, but " + pageCount + " were asked for");
        }
        checkWindowRights(rights);
        return bind(small, pageCount, rights);
    }

    @Override
    public Window bindHugeWindow(int pageCount, Rights rights) {
        Objects.requireNonNull(rights, "rights");
        owner.checkCaller();
        FramePool huge = pool.huge();
        if (pageCount < 1 || pageCount > MemoryConfig.MAX_HUGE_FRAMES) {
            throw new IllegalArgumentException("a huge window has 1 to "
                    + MemoryConfig.MAX_HUGE_FRAMES + " pages, but " + pageCount
                    + " were asked for");
        }
        checkWindowRights(rights);
        return bind(new HugeAccount(huge, owner.ledger()), pageCount, rights);
    }

    @Override
    public int hugePageBytes() {
        return MemFd.HUGE_BYTES;
    }

    @Override
    public int hugeFrameCount() {
        return pool.hugeFrameCount();
    }

    @Override
    public ColourSource frameColours() {
        owner.checkCaller();
        return pool.colours().areOfHost() ? ColourSource.HOST : ColourSource.POOL;
    }

    private static void checkWindowRights(Rights rights) {
        if (!rights.equals(Rights.READ) && !rights.equals(Rights.READ_WRITE)) {
            throw new IllegalArgumentException(
                    "a window is bound for READ or READ+WRITE, but " + rights + " was asked for");
        }
    }

    private Window bind(FrameAccount account, int pageCount, Rights rights) {
        int objects = objects(pageCount);
        owner.ledger().charge(Charge.OBJECTS, objects);
        KernelWindow window;
        try {
            window = make(account, new PageTable(pageCount, lastGeneration), rights);
        } catch (HostException e) {
            owner.ledger().release(Charge.OBJECTS, objects);
            throw Faults.memory(e, "a window of " + pageCount + " pages");
        } catch (RuntimeException | Error e) {
            owner.ledger().release(Charge.OBJECTS, objects);
            throw e;
        }
        try {
            owner.checkCaller(); // an end that began meanwhile may not have come across it
        } catch (RuntimeException | Error e) {
            window.close();
            throw e;
        }
        return window;
    }

    /** {@return what a window is charged: its table takes heap, of which there is one for all} */
    private static int objects(int pageCount) {
        return Math.ceilDiv(pageCount, Pages.PAGES_PER_OBJECT);
    }

    private KernelWindow make(FrameAccount account, PageTable table, Rights rights) {
        int size = account.pool().pageBytes();
        long bytes = (long) table.pageCount() * size;
        Mapping mapping = size == pageBytes()
                ? Mapping.reserve(bytes)
                : Mapping.reserve(bytes, size);
        try {
            KernelWindow window = new KernelWindow(this, account, rights,
                    new ShownPages(account.pool(), mapping, table, rights.contains(Rights.WRITE),
                            lastPages));
            synchronized (lock) {
                windows.add(window);
            }
            return window;
        } catch (RuntimeException | Error e) {
            mapping.close(); // nobody knows it yet
            throw e;
        }
    }

    @Override
    public Frames share(Window window, int firstPage, int pageCount, Rights rights, String label) {
        Objects.requireNonNull(rights, "rights");
        Objects.requireNonNull(label, "label");
        KernelWindow source = (KernelWindow) PinnableWindow.of(window, owner);
        if (pageCount < 1) {
            throw new IllegalArgumentException(
                    "pageCount must be at least 1, but was " + pageCount);
        }
        Objects.checkFromIndexSize(firstPage, pageCount, source.pageCount());
        source.checkSmall("shared");
        int[] frames = new int[pageCount];
        for (int i = 0; i < pageCount; i++) {
            frames[i] = source.copies().ownFrame(firstPage + i);
        }
        KernelFrames shared = new KernelFrames(lineage(rights, label), this, frames, null);
        // Known before it is live: whoever takes a frame away from here on drops it, and adopting a
        // dropped capability is refused. Frames that were taken earlier no longer show.
        synchronized (lock) {
            shares.add(shared);
        }
        try {
            source.copies().checkShown(firstPage, frames);
            capabilities.adopt(shared);
        } catch (RuntimeException | Error e) {
            unshare(shared);
            if (isRevoked(e)) { // with a frame that was taken
                source.copies().checkShown(firstPage, frames);
            }
            throw e;
        }
        return shared;
    }

    private static boolean isRevoked(Throwable refusal) {
        return refusal instanceof ExoException e && e.code() == ErrorCode.REVOKED;
    }

    private Lineage lineage(Rights rights, String label) {
        return new Lineage(capabilities, null, owner, owner,
                rights.and(Rights.GRANT).and(Rights.REVOKE), label);
    }

    @Override
    public Frames snapshot(Window window, int firstPage, int pageCount, String label) {
        Objects.requireNonNull(label, "label");
        KernelWindow source = (KernelWindow) PinnableWindow.of(window, owner);
        source.checkWritable(firstPage, pageCount);
        source.checkSmall("frozen");
        int[] frames = source.copies().freezable(firstPage, pageCount);
        if (isShared(frames)) {
            throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "pages from " + firstPage,
                    "a capability shares them, so that others may write to them",
                    "drop it first");
        }
        Lineage lineage = lineage(Rights.READ, label);
        KernelFrames frozen = new KernelFrames(lineage, this, frames,
                new KernelFrames.Origin(source, firstPage));
        capabilities.checkRoom(lineage); // before others lose frames for it
        charge(pageCount);
        try {
            source.copies().freeze(firstPage, frames);
        } catch (HostException e) {
            release(pageCount);
            source.settleIfHere(firstPage, pageCount);
            throw Faults.memory(e, "pages of a window");
        } catch (RuntimeException | Error e) {
            release(pageCount);
            throw e;
        }
        try {
            synchronized (lock) {
                snapshots.add(frozen);
            }
            capabilities.adopt(frozen);
        } catch (RuntimeException | Error e) {
            thaw(frozen);
            if (isRevoked(e)) { // with a frame that was taken
                throw source.stale(firstPage);
            }
            throw e;
        }
        return frozen;
    }

    /** Takes frozen frames back, which no view shows any more but the pages they were made from. */
    void thaw(KernelFrames frozen) {
        synchronized (lock) {
            snapshots.remove(frozen);
        }
        KernelFrames.Origin origin = frozen.origin();
        int[] unwanted = origin.window().copies().thaw(origin.firstPage(), frozen.numbers());
        small.settle(unwanted, frozen.count() - unwanted.length);
        origin.window().settleIfHere(origin.firstPage(), frozen.count());
    }

    /** Forgets a capability for shared frames, by which no window shows them any more. */
    void unshare(KernelFrames shared) {
        synchronized (lock) {
            shares.remove(shared);
        }
    }

    private boolean isShared(int[] frames) {
        synchronized (lock) {
            return shares.stream()
                    .anyMatch(shared -> Arrays.stream(frames).anyMatch(shared::contains));
        }
    }

    /** {@return frames mapped but idle, over all windows} */
    public int idleFrames() {
        synchronized (lock) {
            int idle = 0;
            for (KernelWindow window : windows) {
                idle += window.isHuge() ? 0 : window.idleCount();
            }
            return idle;
        }
    }

    /**
     * Counts what the pages of all windows show; any thread.
     *
     * @param census where to count
     */
    public void count(FrameCensus census) {
        for (KernelWindow window : windowsNow()) {
            window.count(census);
        }
    }

    @Override
    public void closeThread() {
        Failures.forAll(windowsNow(), window -> {
            if (window.isOwnedBy(Thread.currentThread())) {
                window.closeAtEnd();
            }
        });
    }

    @Override
    public void abort() {
        Failures.forAll(windowsNow(), KernelWindow::abort);
    }

    /** Whoever was in a host call with a window that is gone ends at some time, and comes by. */
    @Override
    public void closeOrphans() {
        synchronized (lock) {
            orphans.removeIf(Mapping::tryClose);
        }
    }

    /** Remembers addresses that a thread still uses in a host call. Holds the window's lock. */
    void abandon(Mapping mapping) {
        synchronized (lock) {
            orphans.add(mapping);
        }
    }

    /** {@return whether a window of the calling thread has idle pages} */
    public boolean hasIdleHere() {
        for (KernelWindow window : windowsNow()) {
            if (!window.isHuge() && window.isOwnedBy(Thread.currentThread())
                    && window.idleCount() > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives idle pages of the calling thread's windows back.
     *
     * @param most how many frames are wanted
     * @return how many came back
     */
    public int releaseIdle(int most) {
        int released = 0;
        for (KernelWindow window : windowsNow()) {
            if (released < most && !window.isHuge()
                    && window.isOwnedBy(Thread.currentThread())) {
                released += window.releaseIdle(most - released);
            }
        }
        return released;
    }

    /** {@return whether somebody else may pin or write frames of this environment} */
    private boolean isSeenByOthers() {
        synchronized (lock) {
            return !shares.isEmpty() || !snapshots.isEmpty() || !spills.isEmpty();
        }
    }

    /**
     * Takes frames of this environment by force as {@link #repossess} does, as far as that takes no
     * waiting for a device: those that nothing pins, or a queue that is idle as soon as it is
     * ended; none if somebody else sees any. Queues on pages that were chosen end in any case.
     *
     * @param most how many are wanted
     * @return how many were taken
     */
    public int repossessAtOnce(int most) {
        int taken = 0;
        for (Victims.Choice choice : Victims.Choice.values()) {
            taken += takeFromWindows(most - taken,
                    (force, left) -> isSeenByOthers() ? 0 : force.repossessAtOnce(left, choice));
        }
        return taken;
    }

    /**
     * Takes frames of this environment by force: idle pages, then unmarked ones, then those that a
     * transfer or a ring uses, then frozen frames, then buffers of spill areas, then marked pages;
     * pages from the window bound last, and from its highest page down. Marked pages that must go
     * are taken before the buffers, which may keep their content.
     *
     * @param most how many are wanted
     * @return how many were taken; more than wanted if the last were frozen, which go together
     */
    public int repossess(int most) {
        int taken = 0;
        for (Victims.Choice choice : Victims.Choice.values()) {
            if (choice == Victims.Choice.MARKED) {
                taken += repossessFrozen(most - taken);
                taken += repossess(choice, most - taken - spills.bufferCount());
            } else {
                taken += repossess(choice, most - taken);
            }
        }
        return taken + spills.surrender(most - taken);
    }

    private int repossess(Victims.Choice choice, int most) {
        return takeFromWindows(most,
                (force, left) -> force.repossess(left, choice, Repossession.Cause.DEADLINE));
    }

    /** Takes as much as it can of what is still wanted from one window. */
    private interface Taking {
        int take(WindowForce force, int most);
    }

    private int takeFromWindows(int most, Taking taking) {
        int taken = 0;
        for (KernelWindow window : windowsNow().reversed()) {
            if (taken < most && !window.isHuge()) {
                taken += taking.take(window.force(), most - taken);
            }
        }
        return taken;
    }

    /** Announces that frames were taken which no window showed. */
    void repossessed(int[] frames) {
        for (int frame : frames) {
            owner.repossessed(new Repossession(ResourceKind.FRAMES, frame, -1,
                    Repossession.Cause.DEADLINE, System.nanoTime()));
        }
    }

    private int repossessFrozen(int most) {
        List<KernelFrames> now;
        synchronized (lock) {
            now = List.copyOf(snapshots).reversed();
        }
        int taken = 0;
        for (KernelFrames frozen : now) {
            long before = owner.ledger().heldFrames();
            if (taken < most && capabilities.drop(frozen, Repossession.Cause.DEADLINE)) {
                // With them go those that were set aside for this environment's own views of them.
                long gone = before - owner.ledger().heldFrames();
                taken += (int) Math.max(frozen.count(), gone);
                repossessed(new int[]{frozen.frame(0)});
            }
        }
        return taken;
    }

    /** Makes room for marks of pages that go last, as many as the quota guarantees frames. */
    void addLast(int count) {
        long most = owner.ledger().limit(Charge.FRAMES);
        int before = lastPages.get();
        while (count == 0 || before + count <= most) { // it may have been lowered below
            if (lastPages.compareAndSet(before, before + count)) {
                return;
            }
            before = lastPages.get();
        }
        throw new ResourceException(ErrorCode.QUOTA, Blame.CALLER, "env " + owner.name(),
                count + " pages more shall go last, but " + before + " do, and the quota"
                        + " guarantees " + most + " frames",
                "take the mark from others");
    }

    /** {@return how many pages are marked to go last} */
    public int lastPages() {
        return lastPages.get();
    }

    void removeLast(int count) {
        lastPages.addAndGet(-count);
    }

    CapabilityTable capabilities() {
        return capabilities;
    }

    Principal owner() {
        return owner;
    }

    KernelFrames checkFrames(Frames allegation, Rights needed) {
        return capabilities.check(allegation, owner, KernelFrames.class, needed);
    }

    /** The frames of the pool, as windows see them. */
    private final class SmallAccount implements FrameAccount {
        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public boolean isHuge() {
            return false;
        }

        @Override
        public void charge(int frames) {
            KernelMemory.this.charge(frames);
        }

        @Override
        public void release(int frames) {
            KernelMemory.this.release(frames);
        }

        @Override
        public void giveBack(int[] frames) {
            KernelMemory.this.giveBack(frames);
        }
    }

    /**
     * Charges frames and sets them aside in the pool. Guaranteed ones are there, or come back from
     * whoever they were lent to; extra ones are lent if there are some to spare.
     */
    void charge(int frames) {
        int extra = owner.ledger().chargeFrames(frames);
        if (extra > 0) {
            lend(frames, extra);
        } else {
            reserve(frames);
        }
    }

    private void lend(int frames, int extra) {
        if (!pool.tryReserve(frames)) {
            owner.ledger().releaseFrames(frames);
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.PEER, "memory.pool",
                    frames + " frames were asked for, of which " + extra
                            + " are extra, but the pool has " + pool.spareFrames() + " to spare",
                    "ask for fewer, or again later; only guaranteed frames are always there");
        }
    }

    private void reserve(int frames) {
        try {
            pool.reserve(frames);
        } catch (RuntimeException | Error e) { // out of the embedder's policy, perhaps
            owner.ledger().releaseFrames(frames);
            throw e;
        }
    }

    /** Gives up frames that were charged and not allocated. */
    void release(int frames) {
        pool.unreserve(frames);
        owner.ledger().releaseFrames(frames);
    }

    /**
     * Returns frames that this environment allocated and shows nowhere any more: first whoever they
     * were shared with loses them, then the pool gets them. Those that somebody could not be made
     * to lose stay used and charged.
     */
    void giveBack(int[] frames) {
        List<KernelFrames> gone = sharesOf(frames);
        Failures failures = new Failures();
        for (KernelFrames shared : gone) {
            // Known until it is dropped: whoever frees another frame of it waits for that here too.
            failures.attempt(() -> capabilities.drop(shared, Repossession.Cause.OWNER_GONE));
        }
        List<KernelFrames> kept = gone.stream().filter(KernelFrames::isReached).toList();
        synchronized (lock) {
            shares.removeIf(shared -> gone.contains(shared) && !kept.contains(shared));
        }
        int[] free = kept.isEmpty()
                ? frames
                : Arrays.stream(frames)
                        .filter(frame -> kept.stream().noneMatch(s -> s.contains(frame)))
                        .toArray();
        pool.free(free);
        owner.ledger().releaseFrames(free.length);
        failures.rethrow();
    }

    private List<KernelFrames> sharesOf(int[] frames) {
        synchronized (lock) {
            if (shares.isEmpty()) {
                return List.of();
            }
            Set<Integer> gone = new HashSet<>();
            Arrays.stream(frames).forEach(gone::add);
            return shares.stream().filter(s -> gone.stream().anyMatch(s::contains)).toList();
        }
    }

    SpillReserve spillReserve() {
        return spills;
    }

    void forget(KernelWindow window) {
        synchronized (lock) {
            windows.remove(window);
        }
        owner.ledger().release(Charge.OBJECTS, objects(window.pageCount()));
    }

    private List<KernelWindow> windowsNow() {
        synchronized (lock) {
            return List.copyOf(windows);
        }
    }
}
