// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.Pagemap;
import exo.impl.audit.WindowEvent;
import exo.impl.cap.PinHolder;
import exo.impl.cap.PinnableWindow;
import exo.impl.cap.Principal;
import exo.impl.info.FrameCensus;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A window: an address range whose every page is backed at every moment, by a frame or by void
 * memory, so that no access ever faults.
 *
 * <p><b>Locking.</b> {@code lock} guards what the pages show: the owner thread holds it to map and
 * unmap, repossessors to take by force. Under it only the pool and the host's mapping are touched.
 * The hot paths take no lock; see {@link PageTable}.
 */
final class KernelWindow implements Window, PinnableWindow {
    private final KernelMemory memory;
    private final Thread owner;
    private final Rights rights;
    private final Mapping mapping;
    private final MemorySegment segment;
    private final PageTable table;
    private final Object lock = new Object();
    private final List<PinHolder> holders = new ArrayList<>(); // guarded by lock
    private final List<SharedPages> shared = new ArrayList<>(); // owner thread only
    /** Guarded by lock; read by the owner thread, which alone closes normally. */
    private boolean closed;
    private int takers; // repossessions under way; guarded by lock

    KernelWindow(KernelMemory memory, Mapping mapping, PageTable table, Rights rights) {
        this.memory = memory;
        this.owner = Thread.currentThread();
        this.rights = rights;
        this.mapping = mapping;
        this.segment = isWritable() ? mapping.segment() : mapping.readOnlySegment();
        this.table = table;
    }

    // ---- what the libOS sees -----------------------------------------------------------------

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public int pageCount() {
        return table.pageCount();
    }

    @Override
    public void allocPages(int firstPage, int pageCount) {
        checkOwner();
        checkVoid(firstPage, pageCount);
        memory.charge(pageCount);
        mapOwn(firstPage, memory.pool().alloc(pageCount, memory.owner().id()));
    }

    @Override
    public void allocPagesAt(int firstPage, int pageCount, int firstFrame) {
        checkOwner();
        checkVoid(firstPage, pageCount);
        memory.charge(pageCount);
        int[] frames;
        try {
            frames = memory.pool().allocAt(firstFrame, pageCount, memory.owner().id());
        } catch (ResourceException e) {
            memory.release(pageCount);
            throw e;
        }
        mapOwn(firstPage, frames);
    }

    private void mapOwn(int firstPage, int[] frames) {
        try {
            synchronized (lock) {
                showFrames(firstPage, frames, PageTable.OWN);
            }
        } catch (HostException e) {
            memory.giveBack(frames);
            throw Faults.memory(e, "pages of a window");
        }
        WindowEvent.allocated(memory.owner().name(), firstPage, frames.length);
    }

    @Override
    public void map(int firstPage, Frames allegation, int firstIndex, int frameCount) {
        checkOwner();
        Rights needed = isWritable() ? Rights.READ_WRITE : Rights.READ;
        KernelFrames frames = memory.checkFrames(allegation, needed);
        Objects.checkFromIndexSize(firstIndex, frameCount, frames.count());
        checkUnused(firstPage, frameCount);
        int[] shown = new int[frameCount];
        Arrays.setAll(shown, i -> frames.frame(firstIndex + i));
        SharedPages binding = new SharedPages(this, frames, firstPage, frameCount);
        memory.capabilities().attach(frames, binding);
        try {
            synchronized (lock) {
                if (!frames.isLive()) {
                    // The sweep has seen the binding, or will, and finds nothing to unmap.
                    throw new CapabilityException(ErrorCode.REVOKED, Blame.PEER,
                            frames.toString(), "it was revoked while it was mapped",
                            "ask its source for a new one");
                }
                showFrames(firstPage, shown, PageTable.SHARED);
            }
            shared.add(binding);
            memory.pool().mapped(shown);
            WindowEvent.mapped(memory.owner().name(), firstPage, frameCount);
        } catch (HostException e) {
            memory.capabilities().detach(frames, binding);
            throw Faults.memory(e, "pages of a window");
        }
    }

    /** Maps frames, one host call for each run of consecutive ones. Holds the lock. */
    private void showFrames(int firstPage, int[] frames, byte how) {
        int done = 0;
        try {
            while (done < frames.length) {
                int run = runLength(frames, done);
                mapping.mapShared(bytes(firstPage + done), bytes(run), memory.pool().memory(),
                        bytes(frames[done]), isWritable());
                done += run;
            }
        } catch (HostException e) {
            mapping.mapVoid(bytes(firstPage), bytes(frames.length));
            throw e;
        }
        table.pruneIdle();
        for (int i = 0; i < frames.length; i++) {
            table.map(firstPage + i, frames[i], how);
        }
    }

    private static int runLength(int[] frames, int start) {
        int end = start + 1;
        while (end < frames.length && frames[end] == frames[end - 1] + 1) {
            end++;
        }
        return end - start;
    }

    @Override
    public void releasePages(int firstPage, int pageCount) {
        checkOwner();
        checkPages(firstPage, pageCount);
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            if (table.pins(page) != 0) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "page " + page,
                        "a transfer on it is under way, or a packet ring lies on it",
                        "take the completion, or close the binding, first");
            }
        }
        release(firstPage, pageCount);
    }

    private void release(int firstPage, int pageCount) {
        int[] owned = new int[pageCount];
        int count = 0;
        synchronized (lock) {
            for (int page = firstPage; page < firstPage + pageCount; page++) {
                if (table.isBeingTaken(page)) {
                    continue; // whoever takes it gives its frame back
                }
                if (table.state(page) == PageTable.OWN) {
                    owned[count++] = table.frame(page);
                }
                table.unmap(page);
            }
            mapping.mapVoid(bytes(firstPage), bytes(pageCount));
            table.pruneIdle();
        }
        shared.removeIf(this::detachIfGone);
        memory.giveBack(Arrays.copyOf(owned, count));
        WindowEvent.released(memory.owner().name(), firstPage, pageCount);
    }

    private boolean detachIfGone(SharedPages binding) {
        for (int i = 0; i < binding.pageCount(); i++) {
            int page = binding.firstPage() + i;
            if (table.state(page) == PageTable.SHARED
                    && binding.frames().contains(table.frame(page))) {
                return false;
            }
        }
        memory.capabilities().detach(binding.frames(), binding);
        return true;
    }

    @Override
    public long tryTakePage() {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        return table.tryTake();
    }

    @Override
    public int tryReturnPage(long page) {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        return table.tryReturn(page);
    }

    @Override
    public long page(int pageIndex) {
        checkOwner();
        return table.name(Objects.checkIndex(pageIndex, pageCount()));
    }

    @Override
    public boolean isLive(long page) {
        checkOwner();
        return table.isCurrent(page) && table.state(Pages.index(page)) != PageTable.TAKEN;
    }

    @Override
    public int frame(int pageIndex) {
        checkOwner();
        return table.frame(Objects.checkIndex(pageIndex, pageCount()));
    }

    @Override
    public long hostFrame(int pageIndex) {
        return frame(pageIndex) < 0
                ? -1
                : Pagemap.hostFrame(segment.address() + bytes(pageIndex));
    }

    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        synchronized (lock) {
            if (closed) {
                return;
            }
            if (!holders.isEmpty()) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "window",
                        holders.size() + " queues or packet bindings lie on it",
                        "close them first");
            }
            closed = true;
            awaitTakers();
        }
        release(0, pageCount());
        mapping.close();
        memory.forget(this);
    }

    /**
     * Closes the window at the end of its thread, whatever still lies on it: a binding that was
     * revoked stays attached until its owner closes it, which it may never do.
     */
    void closeAtEnd() {
        releasePins();
        synchronized (lock) {
            holders.clear();
        }
        close();
    }

    // ---- what queues and packet bindings see ---------------------------------------------------

    @Override
    public Principal principal() {
        return memory.owner();
    }

    @Override
    public void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        if (closed) {
            throw new IllegalStateException("the window is closed");
        }
        memory.owner().checkCaller();
    }

    @Override
    public MemorySegment memory() {
        return segment;
    }

    @Override
    public boolean isWritable() {
        return rights.contains(Rights.WRITE);
    }

    @Override
    public int pageBytes() {
        return memory.pageBytes();
    }

    @Override
    public Mapping pool() {
        return memory.pool().mapping();
    }

    @Override
    public int tryPin(long page, int pageCount) {
        return table.tryPin(page, pageCount);
    }

    @Override
    public void unpin(int firstPage, int pageCount) {
        table.unpin(firstPage, pageCount);
    }

    @Override
    public void attach(PinHolder holder) {
        synchronized (lock) {
            holders.add(holder);
        }
    }

    @Override
    public void detach(PinHolder holder) {
        synchronized (lock) {
            holders.remove(holder);
        }
    }

    // ---- revocation ----------------------------------------------------------------------------

    int idleCount() {
        return table.idleCount();
    }

    /** {@return the frame that a page shows, if it is the environment's own and in use} */
    int shareableFrame(int page) {
        if (table.state(page) != PageTable.OWN || table.name(page) == Pages.NONE) {
            throw KernelMemory.stale(page);
        }
        return table.frame(page);
    }

    /** Counts what the pages show now; any thread, without the lock. */
    void count(FrameCensus census) {
        for (int page = 0; page < pageCount(); page++) {
            byte state = table.state(page);
            if (state == PageTable.OWN || state == PageTable.SHARED) {
                census.count(table.frame(page), state == PageTable.OWN && table.isIdle(page));
            }
        }
    }

    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    /** {@return whether the pages still are the environment's own, and show these frames} */
    boolean shows(int firstPage, int[] frames) {
        synchronized (lock) {
            for (int i = 0; i < frames.length; i++) {
                if (table.state(firstPage + i) != PageTable.OWN
                        || table.frame(firstPage + i) != frames[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Gives idle pages back to the pool. Owner thread. */
    int releaseIdle(int most) {
        int[] pages = table.popIdle(most);
        for (int page : pages) {
            release(page, 1);
        }
        return pages.length;
    }

    /**
     * Takes pages of this environment's own by force, idle ones first, then the highest.
     *
     * @param most how many frames are wanted
     * @return how many were taken
     */
    int repossess(int most, Repossession.Cause cause) {
        int[] victims;
        synchronized (lock) {
            victims = closed ? new int[0] : pickVictims(most);
            announce(victims);
        }
        return take(victims, cause);
    }

    /** Takes the pages of a mapping of foreign frames, as far as they still show them. */
    void takeShared(int firstPage, int pageCount, KernelFrames frames, Repossession.Cause cause) {
        int[] pages = new int[pageCount];
        int count = 0;
        synchronized (lock) {
            for (int page = firstPage; page < firstPage + pageCount; page++) {
                if (table.state(page) == PageTable.SHARED && frames.contains(table.frame(page))) {
                    pages[count++] = page;
                }
            }
            pages = Arrays.copyOf(pages, count);
            announce(pages);
        }
        take(pages, cause);
    }

    /** Chooses idle pages first, then those in use, from the highest down. Holds the lock. */
    private int[] pickVictims(int most) {
        int[] victims = new int[Math.min(most, pageCount())];
        int count = 0;
        for (boolean idle : new boolean[]{true, false}) {
            for (int page = pageCount() - 1; page >= 0 && count < victims.length; page--) {
                if (table.state(page) == PageTable.OWN && table.isIdle(page) == idle) {
                    victims[count++] = page;
                }
            }
        }
        return Arrays.copyOf(victims, count);
    }

    /**
     * Marks pages as taken. Until {@link #take} has made them void they keep their frames, and the
     * owner can neither release nor map them, so that no frame is lost or freed twice. Holds the
     * lock.
     */
    private void announce(int[] pages) {
        takers++;
        for (int page : pages) {
            table.take(page);
        }
    }

    private int take(int[] pages, Repossession.Cause cause) {
        boolean pinned = false;
        for (int page : pages) {
            pinned |= table.pins(page) != 0;
        }
        if (pinned) {
            releasePins();
        }
        int[] owned = new int[pages.length];
        int count = 0;
        synchronized (lock) {
            for (int page : pages) {
                int frame = table.frame(page);
                mapping.mapVoid(bytes(page), pageBytes());
                table.forgetFrame(page);
                owned[count++] = frame;
                memory.owner()
                        .repossessed(new Repossession(ResourceKind.FRAMES, frame, page,
                                cause, System.nanoTime()));
            }
            takers--;
            lock.notifyAll(); // pairs with the wait in awaitTakers
        }
        if (cause == Repossession.Cause.DEADLINE) {
            memory.giveBack(owned);
        }
        return count;
    }

    /** Waits until no repossession is under way. Holds the lock, and gives it up meanwhile. */
    private void awaitTakers() {
        boolean interrupted = false;
        while (takers > 0) {
            try {
                lock.wait();
            } catch (InterruptedException e) {
                interrupted = true; // a window is not left half closed
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void releasePins() {
        List<PinHolder> now;
        synchronized (lock) {
            now = List.copyOf(holders);
        }
        long deadline = System.nanoTime() + KernelMemory.DRAIN_NANOS;
        for (PinHolder holder : now) {
            holder.releasePins(deadline);
        }
    }

    /**
     * Takes everything away, whatever the owner thread is doing: the end of an aborted environment.
     */
    void abort() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        releasePins();
        synchronized (lock) {
            awaitTakers();
        }
        mapping.close(); // from here on the owner's accesses fail cleanly
        int[] owned = new int[pageCount()];
        int count = 0;
        synchronized (lock) {
            for (int page = 0; page < pageCount(); page++) {
                if (table.state(page) == PageTable.OWN) {
                    owned[count++] = table.frame(page);
                }
                table.take(page);
                table.forgetFrame(page);
            }
        }
        memory.giveBack(Arrays.copyOf(owned, count));
        memory.forget(this);
    }

    private void checkPages(int firstPage, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("pageCount must be at least 1, but was " + count);
        }
        Objects.checkFromIndexSize(firstPage, count, pageCount());
    }

    private void checkUnused(int firstPage, int count) {
        checkPages(firstPage, count);
        for (int page = firstPage; page < firstPage + count; page++) {
            byte state = table.state(page);
            if (state == PageTable.OWN || state == PageTable.SHARED || table.isRetired(page)
                    || table.pins(page) != 0 || table.isBeingTaken(page)) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "page " + page,
                        table.isRetired(page)
                                ? "its generations are used up"
                                : "it shows a frame already",
                        "release it first, or choose another");
            }
        }
    }

    private void checkVoid(int firstPage, int count) {
        if (!isWritable()) {
            throw new IllegalStateException(
                    "the window was bound for reading; frames are allocated in a writable one");
        }
        checkUnused(firstPage, count);
    }

    private long bytes(int pages) {
        return (long) pages * pageBytes();
    }

    private WrongThreadException wrongThread() {
        return new WrongThreadException("the window belongs to thread " + owner.getName()
                + ", but " + Thread.currentThread().getName() + " called");
    }
}
