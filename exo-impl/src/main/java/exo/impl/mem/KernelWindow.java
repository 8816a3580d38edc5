// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.HostFaultException;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.FrameRequest;
import exo.api.mem.Frames;
import exo.api.mem.MissHandler;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
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
 * <p>This class checks what the libOS asks for. {@link ShownPages} holds the lock and changes what
 * the pages show, {@link CopyPages} does copy-on-write, {@link WindowForce} takes pages away.
 *
 * <p><b>Locking.</b> See {@link ShownPages}. Frames are given back after the lock was let go.
 */
final class KernelWindow implements Window, PinnableWindow {
    private final KernelMemory memory;
    private final FrameAccount account;
    private final Thread owner;
    private final Rights rights;
    private final MemorySegment segment;
    private final ShownPages pages;
    private final PageTable table;
    private final CopyPages copies;
    private final WindowForce force;
    private final List<SharedPages> shared = new ArrayList<>(); // owner thread only

    KernelWindow(KernelMemory memory, FrameAccount account, Rights rights, ShownPages pages) {
        this.memory = memory;
        this.account = account;
        this.owner = Thread.currentThread();
        this.rights = rights;
        this.pages = pages;
        this.table = pages.table();
        this.segment = isWritable()
                ? pages.mapping().segment()
                : pages.mapping().readOnlySegment();
        this.copies = new CopyPages(pages, memory.owner().id());
        this.force = new WindowForce(this, memory, account, pages);
    }

    CopyPages copies() {
        return copies;
    }

    WindowForce force() {
        return force;
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
        allocPages(firstPage, pageCount, FrameRequest.any());
    }

    @Override
    public void allocPagesAt(int firstPage, int pageCount, int firstFrame) {
        allocPages(firstPage, pageCount, FrameRequest.at(firstFrame));
    }

    @Override
    public void allocPages(int firstPage, int pageCount, FrameRequest request) {
        Objects.requireNonNull(request, "request");
        checkOwner();
        checkVoid(firstPage, pageCount);
        account.charge(pageCount);
        int[] frames;
        try {
            frames = account.pool().alloc(request, pageCount, memory.owner().id());
        } catch (RuntimeException | Error e) {
            account.release(pageCount);
            throw e;
        }
        mapOwn(firstPage, frames);
    }

    private void mapOwn(int firstPage, int[] frames) {
        try {
            synchronized (pages) {
                pages.show(firstPage, frames, PageTable.OWN);
            }
        } catch (RuntimeException | Error e) { // or closed by force meanwhile
            account.settle(pages.hidden(firstPage, frames), 0);
            throw e;
        }
        WindowEvent.allocated(memory.owner().name(), firstPage, frames.length);
    }

    @Override
    public void map(int firstPage, Frames allegation, int firstIndex, int frameCount) {
        checkOwner();
        checkSmall("somebody else's");
        Rights needed = isWritable() ? Rights.READ_WRITE : Rights.READ;
        KernelFrames frames = memory.checkFrames(allegation, needed);
        Objects.checkFromIndexSize(firstIndex, frameCount, frames.count());
        checkUnused(firstPage, frameCount);
        SharedPages binding = new SharedPages(this, frames, firstPage, firstIndex, frameCount);
        showForeign(binding, PageTable.SHARED);
        noteMapped(binding);
    }

    @Override
    public void mapCopy(int firstPage, Frames allegation, int firstIndex, int frameCount) {
        checkOwner();
        checkSmall("views");
        KernelFrames frames = memory.checkFrames(allegation, Rights.READ);
        Objects.checkFromIndexSize(firstIndex, frameCount, frames.count());
        checkVoid(firstPage, frameCount);
        if (!frames.isFrozen()) {
            throw new IllegalArgumentException(frames
                    + " is not frozen: only what Memory.snapshot made can be copied by mapping");
        }
        SharedPages binding = new SharedPages(this, frames, firstPage, firstIndex, frameCount);
        account.charge(frameCount);
        try {
            showForeign(binding, PageTable.VIEW);
        } catch (RuntimeException | Error e) {
            account.settle(new int[0], pages.hidden(firstPage, binding.numbers()).length);
            throw e;
        }
        noteMapped(binding);
    }

    private void showForeign(SharedPages binding, byte how) {
        KernelFrames frames = binding.frames();
        try {
            memory.capabilities().attach(frames, binding);
            shared.add(binding);
            synchronized (pages) {
                if (!frames.isLive()) {
                    // The sweep has seen the binding, or will, and finds nothing to unmap.
                    throw new CapabilityException(ErrorCode.REVOKED, Blame.PEER,
                            frames.toString(), "it was revoked while it was mapped",
                            "ask its source for a new one");
                }
                try {
                    pages.show(binding.firstPage(), binding.numbers(), how);
                } finally {
                    binding.shown(table);
                }
            }
        } catch (RuntimeException | Error e) { // or closed by force meanwhile
            if (detachIfGone(binding)) {
                shared.remove(binding);
            }
            throw e;
        }
    }

    /** Tells of pages that show foreign frames now: nothing is undone if that fails. */
    private void noteMapped(SharedPages binding) {
        account.pool().mapped(binding.numbers());
        WindowEvent.mapped(memory.owner().name(), binding.firstPage(), binding.pageCount());
    }

    @Override
    public void settle(int firstPage, int pageCount) {
        checkOwner();
        checkPages(firstPage, pageCount);
        copies.settle(firstPage, pageCount);
        shared.removeIf(this::detachIfGone);
    }

    /** Settles pages whose frozen frames became theirs again, if the caller owns the window. */
    void settleIfHere(int firstPage, int pageCount) {
        if (Thread.currentThread() != owner || pages.isClosed()) {
            return;
        }
        try {
            copies.settleThawed(firstPage, pageCount);
        } catch (HostFaultException | IllegalStateException e) {
            // They stay unsettled, and theirs: the host refused it, or the window is gone.
            return;
        }
    }

    @Override
    public boolean isUnsettled(int pageIndex) {
        checkOwner();
        return PageTable.isUnsettled(table.state(Objects.checkIndex(pageIndex, pageCount())));
    }

    @Override
    public void releasePages(int firstPage, int pageCount) {
        checkOwner();
        checkPages(firstPage, pageCount);
        checkUnpinned(firstPage, pageCount);
        release(firstPage, pageCount, true);
    }

    /** Makes pages void; the owner can be refused a part of the window that is one mapping. */
    private void release(int firstPage, int pageCount, boolean refusable) {
        int[] owned = new int[pageCount];
        int count = 0;
        int views = 0;
        synchronized (pages) {
            try {
                pages.releaseVoid(firstPage, pageCount, refusable);
            } catch (HostException e) {
                throw Faults.memory(e, "pages of a window");
            }
            for (int page = firstPage; page < firstPage + pageCount; page++) {
                if (table.isBeingTaken(page)) {
                    continue; // whoever takes it gives its frame back
                }
                switch (table.state(page)) {
                    case PageTable.OWN, PageTable.THAWED -> owned[count++] = table.frame(page);
                    case PageTable.VIEW -> views++;
                    default -> { // nothing that is charged for the page
                    }
                }
                table.unmap(page);
                pages.unmark(page);
                pages.forgetLoss(page);
            }
            table.pruneIdle();
        }
        shared.removeIf(this::detachIfGone);
        account.settle(Arrays.copyOf(owned, count), views);
        WindowEvent.released(memory.owner().name(), firstPage, pageCount);
    }

    private boolean detachIfGone(SharedPages binding) {
        for (int i = 0; i < binding.pageCount(); i++) {
            if (binding.isShown(table, i)) {
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
        int frame = frame(pageIndex);
        if (frame < 0) {
            return Pagemap.UNKNOWN;
        }
        long here = Pagemap.hostFrame(segment.address() + pages.bytes(pageIndex));
        // What was not touched here yet the kernel's own mapping of the pool may know.
        return here != Pagemap.UNKNOWN
                ? here
                : Pagemap.hostFrame(account.pool().mapping().address() + pages.bytes(frame));
    }

    // ---- what it notes of pages --------------------------------------------------------------

    @Override
    public void protect(int firstPage, int pageCount, Rights allowed) {
        checkOwner();
        checkPages(firstPage, pageCount);
        if (!allowed.equals(Rights.NONE) && !allowed.equals(Rights.READ)
                && !allowed.equals(Rights.READ_WRITE)) {
            throw new IllegalArgumentException(
                    "a page is protected as NONE, READ or READ+WRITE, but " + allowed
                            + " was asked for");
        }
        checkShown(firstPage, pageCount);
        checkUnpinned(firstPage, pageCount);
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            table.marks().protect(page, allowed);
        }
    }

    private void checkShown(int firstPage, int pageCount) {
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            if (!PageTable.isShown(table.state(page))) {
                throw pages.stale(page);
            }
        }
    }

    @Override
    public Rights protection(int pageIndex) {
        checkOwner();
        return table.marks().protection(Objects.checkIndex(pageIndex, pageCount()));
    }

    @Override
    public void guarantee(int firstPage, int pageCount, boolean guaranteed) {
        checkOwner();
        checkSmall("taken by force");
        checkPages(firstPage, pageCount);
        if (!guaranteed) {
            memory.removeLast(pages.mark(firstPage, pageCount, false));
            return;
        }
        // Force takes marks away only with the page, so that there are no more of them below.
        int more = pages.unmarked(firstPage, pageCount);
        memory.addLast(more);
        try {
            pages.mark(firstPage, pageCount, true);
        } catch (RuntimeException | Error e) {
            memory.removeLast(more);
            throw e;
        }
    }

    @Override
    public void trackWrites(boolean on) {
        checkOwner();
        try {
            pages.followWrites(account.pool().tracking(), on);
        } catch (HostException e) {
            throw Faults.memory(e, "the writes to a window");
        }
    }

    @Override
    public void collectWritten(int firstPage, int pageCount, long[] bits) {
        checkOwner();
        clearBits(firstPage, pageCount, bits);
        account.pool().tracking();
        if (!pages.followsWrites()) {
            throw new IllegalStateException(
                    "writes to the window are not followed: call trackWrites(true) first");
        }
        try {
            pages.collectWritten(firstPage, pageCount, bits);
        } catch (HostException e) {
            throw Faults.memory(e, "the writes to a window");
        }
    }

    @Override
    public void collectReferenced(int firstPage, int pageCount, long[] bits) {
        checkOwner();
        clearBits(firstPage, pageCount, bits);
        for (int i = 0; i < pageCount; i++) {
            if (table.marks().takeReferenced(firstPage + i)
                    && PageTable.isShown(table.state(firstPage + i))) {
                bits[i >> 6] |= 1L << i;
            }
        }
    }

    private void clearBits(int firstPage, int pageCount, long[] bits) {
        checkPages(firstPage, pageCount);
        int words = (pageCount + 63) >> 6;
        if (bits.length < words) {
            throw new IllegalArgumentException(pageCount + " bits need " + words
                    + " elements, but there are " + bits.length);
        }
        Arrays.fill(bits, 0, words, 0);
    }

    @Override
    public int softBits(int pageIndex) {
        checkOwner();
        return table.marks().soft(Objects.checkIndex(pageIndex, pageCount()));
    }

    @Override
    public void softBits(int pageIndex, int bits) {
        checkOwner();
        table.marks().soft(Objects.checkIndex(pageIndex, pageCount()), bits);
    }

    @Override
    public SoftTlb bindTlb(int entries, MissHandler handler) {
        checkOwner();
        Objects.requireNonNull(handler, "handler");
        if (entries < 1 || entries > SoftTlb.MAX_ENTRIES || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException("a TLB has a power of two of entries, 1 to "
                    + SoftTlb.MAX_ENTRIES + ", but " + entries + " were asked for");
        }
        return new KernelTlb(this, table, entries, handler);
    }

    // ---- the end -------------------------------------------------------------------------------

    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        synchronized (pages) {
            if (pages.isClosed()) {
                return;
            }
            if (force.holderCount() > 0) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "window",
                        force.holderCount() + " queues or packet bindings lie on it",
                        "close them first");
            }
            pages.tryClose();
            pages.awaitTakers();
        }
        try {
            release(0, pageCount(), false);
        } catch (RuntimeException | Error e) {
            pages.reopen(); // whoever closes it next gives back what is left
            throw e;
        }
        synchronized (pages) {
            pages.awaitTakers(); // of what somebody else shared, they may have come meanwhile
            unmap();
        }
        memory.forget(this);
    }

    /**
     * Returns the addresses; later if a thread is in a host call with them, and until then they
     * show void. Holds the lock.
     */
    void unmap() {
        if (!pages.mapping().tryClose()) {
            pages.mapVoid(0, pageCount());
            memory.abandon(pages.mapping());
        }
    }

    /**
     * Closes the window at the end of its thread, whatever still lies on it: a binding that was
     * revoked stays attached until its owner closes it, which it may never do.
     */
    void closeAtEnd() {
        force.releasePins();
        force.forgetHolders();
        close();
    }

    /**
     * Takes everything away, whatever the owner thread is doing: the end of an aborted environment.
     */
    void abort() {
        if (pages.tryClose()) {
            try {
                force.takeAll();
            } catch (RuntimeException | Error e) {
                pages.reopen();
                throw e;
            }
            memory.forget(this);
        }
    }

    // ---- what queues and packet bindings see ---------------------------------------------------

    @Override
    public Principal principal() {
        return memory == null ? null : memory.owner();
    }

    @Override
    public void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        if (pages.isClosed()) {
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
        return account.pool().pageBytes();
    }

    @Override
    public Mapping pool() {
        return account.pool().mapping();
    }

    @Override
    public int tryPin(long page, int pageCount, int access) {
        if (isHuge()) {
            return ErrorCode.UNAVAILABLE.refusal(); // the pool of huge frames is not registered
        }
        return table.tryPin(page, pageCount, access);
    }

    @Override
    public void unpin(int firstPage, int pageCount) {
        table.unpin(firstPage, pageCount);
    }

    @Override
    public boolean isReadable(long offset, int lengthBytes) {
        if (!table.marks().forbidsAny() || lengthBytes == 0) {
            return true;
        }
        int end = (int) ((offset + lengthBytes - 1) / pageBytes());
        for (int page = (int) (offset / pageBytes()); page <= end; page++) {
            if (table.marks().forbids(page, PageMarks.READ)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void attach(PinHolder holder) {
        force.attach(holder);
    }

    @Override
    public void detach(PinHolder holder) {
        force.detach(holder);
    }

    // ---- revocation ----------------------------------------------------------------------------

    /** {@return whether its pages have 2 MiB} */
    boolean isHuge() {
        return account.isHuge();
    }

    /** Refuses what huge frames are not for. */
    void checkSmall(String what) {
        if (isHuge()) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.CALLER, "a huge window",
                    "its frames cannot be " + what, "use a window of small pages");
        }
    }

    int idleCount() {
        return table.idleCount();
    }

    ExoException stale(int page) {
        return pages.stale(page);
    }

    /** Counts what the pages show now; any thread, without the lock. */
    void count(FrameCensus census) {
        if (!isHuge()) { // whose frames are in no table
            table.count(census);
        }
    }

    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    /** Gives idle pages back to the pool. Owner thread. */
    int releaseIdle(int most) {
        int[] idle = table.popIdle(most);
        int done = 0;
        try {
            for (; done < idle.length; done++) {
                release(idle[done], 1, false);
            }
        } finally {
            table.pushIdle(idle, done);
        }
        return done;
    }

    // ---- decoding ------------------------------------------------------------------------------

    private void checkPages(int firstPage, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("pageCount must be at least 1, but was " + count);
        }
        Objects.checkFromIndexSize(firstPage, count, pageCount());
    }

    private void checkUnpinned(int firstPage, int pageCount) {
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            if (table.pins(page) != 0) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "page " + page,
                        "a transfer on it is under way, or a packet ring lies on it",
                        "take the completion, or close the binding, first");
            }
        }
    }

    private void checkUnused(int firstPage, int count) {
        checkPages(firstPage, count);
        for (int page = firstPage; page < firstPage + count; page++) {
            if (PageTable.isShown(table.state(page)) || table.isRetired(page)
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
        checkWritable(firstPage, count);
        checkUnused(firstPage, count);
    }

    /** Refuses pages that the window does not have, and windows for reading. */
    void checkWritable(int firstPage, int count) {
        if (!isWritable()) {
            throw new IllegalStateException(
                    "the window was bound for reading; frames are allocated in a writable one");
        }
        checkPages(firstPage, count);
    }

    private WrongThreadException wrongThread() {
        return new WrongThreadException("the window belongs to thread " + owner.getName()
                + ", but " + Thread.currentThread().getName() + " called");
    }
}
