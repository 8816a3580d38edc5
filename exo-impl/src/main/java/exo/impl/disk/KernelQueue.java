// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.HostFaultException;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Pages;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.host.Errno;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import exo.impl.cap.PinHolder;
import exo.impl.cap.PinnableWindow;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * A queue of transfers. It checks each one against the extents bound to it and the pages of its
 * window, and hands block numbers and frame numbers, not what the libOS said, to {@link Transfers}.
 *
 * <p><b>Ownership.</b> Everything here belongs to the owner thread, except: {@link #severed},
 * {@link #releasePins}, {@link #tryReleasePins} and {@link #abort}, which other threads call to
 * take something away. They ask the owner to take its completions, and destroy the queue if it does
 * not in time.
 */
// The owner thread is the one writer of each volatile field.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class KernelQueue implements ExtentQueue, EventSource, PinHolder {
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int OUT_OF_RANGE = ErrorCode.OUT_OF_RANGE.refusal();
    private static final int TOO_BIG = ErrorCode.TOO_BIG.refusal();
    private static final int INSUFFICIENT = ErrorCode.INSUFFICIENT.refusal();
    private static final int SHORT = ErrorCode.SHORT_TRANSFER.refusal();

    private static final long DRAIN_NANOS = 200_000_000;
    private static final long LOOK_NANOS = 50_000;
    private static final long WAIT_SLICE_NANOS = 100_000_000;

    private final KernelDisk disk;
    private final Device device;
    private final PinnableWindow window;
    private final EventPort port;
    private final Thread owner = Thread.currentThread();
    private final Transfers transfers;
    private final OperationTable operations;
    private final BoundExtent[] extents = new BoundExtent[MAX_EXTENTS];
    private final int blockBytes;
    private final int pageBytes;
    private volatile boolean dead;
    private boolean closed;
    private long tag;
    private int result;
    private int errno;

    KernelQueue(KernelDisk disk, Device device, PinnableWindow window, EventPort port,
            Transfers transfers, int depth) {
        this.disk = disk;
        this.device = device;
        this.window = window;
        this.port = port;
        this.transfers = transfers;
        this.operations = new OperationTable(depth);
        this.blockBytes = device.blockBytes();
        this.pageBytes = window.pageBytes();
    }

    /** Makes the queue known to its thread and its window. */
    void open() {
        port.register(this);
        window.attach(this);
    }

    // ---- binding
    // ---------------------------------------------------------------------------------

    @Override
    public int bind(Extent extent) {
        checkOpen();
        disk.owner().checkCaller();
        KernelExtent node = disk.check(extent, Rights.NONE);
        if (node.run().device() != device) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, node.toString(),
                    "it lies on device " + node.deviceName() + ", but the queue is on "
                            + device.name(),
                    "bind a queue on its device");
        }
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] == null) {
                BoundExtent bound = new BoundExtent(this, node);
                disk.capabilities().attach(node, bound);
                extents[i] = bound;
                return i;
            }
        }
        throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "queue on " + device.name(),
                MAX_EXTENTS + " extents are bound to it", "unbind one");
    }

    @Override
    public void unbind(int extent) {
        checkOpen();
        Objects.checkIndex(extent, extents.length);
        BoundExtent bound = extents[extent];
        if (bound == null) {
            throw new IndexOutOfBoundsException("no extent is bound to number " + extent);
        }
        extents[extent] = null;
        bound.unbound = true;
        detachIfOver(bound);
    }

    /** Transfers under way keep the binding until they are over. */
    private void detachIfOver(BoundExtent bound) {
        if (bound.unbound && bound.underWay == 0) {
            disk.capabilities().detach(bound.extent, bound);
        }
    }

    // ---- the data path
    // -----------------------------------------------------------------------------

    @Override
    public int tryRead(int extent, long block, int blockCount, long page, long newTag) {
        return enter(Transfers.READ, extent, block, blockCount, page, newTag);
    }

    @Override
    public int tryWrite(int extent, long block, int blockCount, long page, long newTag) {
        return enter(Transfers.WRITE, extent, block, blockCount, page, newTag);
    }

    /** hot: guarded by the queue benchmark. */
    private int enter(int kind, int extent, long block, int blockCount, long page, long newTag) {
        checkOwner();
        BoundExtent bound = boundExtent(extent);
        int refusal = checkBlocks(kind, bound, block, blockCount);
        if (refusal != 0) {
            return refusal;
        }
        long bytes = (long) blockCount * blockBytes;
        int pages = (int) ((bytes + pageBytes - 1) / pageBytes);
        int operation = operations.next();
        if (operation < 0) {
            return BUSY;
        }
        operations.announce();
        int frame = window.tryPin(page, pages,
                kind == Transfers.READ ? PinnableWindow.WRITE : PinnableWindow.READ);
        if (frame < 0) {
            operations.retract();
            return frame;
        }
        bound.underWay = bound.underWay + 1; // volatile; pairs with the read in severed
        if (bound.revoked || dead) {
            bound.underWay = bound.underWay - 1;
            window.unpin(Pages.index(page), pages);
            operations.retract();
            return REVOKED;
        }
        operations.start(operation, bound, newTag, Pages.index(page), pages, blockCount);
        transfers.prepare(kind, operation, (long) frame * pageBytes, (int) bytes,
                (bound.firstBlock + block) * blockBytes);
        return 0;
    }

    private int checkBlocks(int kind, BoundExtent bound, long block, int blockCount) {
        if (bound == null) {
            return OUT_OF_RANGE;
        }
        if (bound.revoked || dead) {
            return REVOKED;
        }
        boolean read = kind == Transfers.READ;
        if (read ? !bound.readable || !window.isWritable() : !bound.writable) {
            return INSUFFICIENT;
        }
        if (blockCount > MAX_TRANSFER_BLOCKS) {
            return TOO_BIG;
        }
        if (block < 0 || blockCount < 1 || block > bound.blockCount - blockCount) {
            return OUT_OF_RANGE;
        }
        return 0;
    }

    private BoundExtent boundExtent(int extent) {
        return extent < 0 || extent >= extents.length ? null : extents[extent];
    }

    @Override
    public int tryFlush(int extent, long newTag) {
        checkOwner();
        BoundExtent bound = boundExtent(extent);
        if (bound == null) {
            return OUT_OF_RANGE;
        }
        if (!bound.writable) {
            return INSUFFICIENT;
        }
        if (bound.revoked || dead) {
            return REVOKED;
        }
        int operation = operations.next();
        if (operation < 0) {
            return BUSY;
        }
        bound.underWay = bound.underWay + 1;
        operations.announce();
        operations.start(operation, bound, newTag, 0, 0, 0);
        transfers.prepare(Transfers.FLUSH, operation, 0, 0, 0);
        return 0;
    }

    @Override
    public int submit() {
        checkOpen();
        int handed = transfers.submit();
        if (handed < 0 && !dead) { // whoever kills the queue says so first
            throw refused("submit", -handed);
        }
        return Math.max(0, handed);
    }

    @Override
    public int await(int minimum, long deadlineNanos) {
        checkOpen();
        if (minimum < 0 || minimum > operations.depth()) {
            throw new IllegalArgumentException(
                    "minimum must be 0 to " + operations.depth() + ", but was " + minimum);
        }
        int wanted = Math.min(minimum, operations.inFlight());
        while (!dead) {
            long left = deadlineNanos - System.nanoTime();
            // Waiting in slices lets the end of the environment be seen.
            int error = transfers.submitAndWait(left > 0 ? wanted : 0,
                    Math.min(Math.max(left, 0), WAIT_SLICE_NANOS));
            if (error < 0 && !dead) { // whoever kills the queue says so first
                throw refused("wait", -error);
            }
            if (transfers.ready() >= wanted || left <= 0) {
                break;
            }
            disk.owner().checkCaller();
        }
        return dead ? 0 : transfers.ready();
    }

    private HostFaultException refused(String what, int number) {
        return new HostFaultException(ErrorCode.HOST_FAULT, "queue on " + device.name(),
                "io_uring_enter(" + what + ")", Errno.of(number).name(), "try again");
    }

    /** hot: guarded by the queue benchmark. */
    @Override
    public boolean next() {
        checkOwner();
        if (dead || !transfers.advance()) {
            return false;
        }
        int operation = transfers.operation();
        int moved = transfers.result();
        tag = operations.tag(operation);
        int blocks = operations.blocks(operation);
        errno = Math.max(0, -moved);
        if (moved < 0) {
            result = DiskFaults.refusal(-moved);
        } else {
            result = moved == blocks * blockBytes ? blocks : SHORT;
        }
        finish(operation);
        return true;
    }

    private void finish(int operation) {
        int pages = operations.pages(operation);
        if (pages > 0) {
            window.unpin(operations.firstPage(operation), pages);
        }
        BoundExtent bound = operations.end(operation);
        bound.underWay = bound.underWay - 1;
        detachIfOver(bound);
    }

    @Override
    public long tag() {
        return tag;
    }

    @Override
    public int result() {
        return result;
    }

    @Override
    public int hostErrno() {
        return errno;
    }

    @Override
    public int depth() {
        return operations.depth();
    }

    @Override
    public int inFlight() {
        return operations.inFlight();
    }

    // ---- events
    // ------------------------------------------------------------------------------------

    @Override
    public boolean isPending() {
        return !dead && operations.inFlight() > 0 && transfers.isPending();
    }

    @Override
    public void deliver(UpcallHandler handler) {
        handler.onCompletions(this);
    }

    @Override
    public int pollDescriptor() {
        return transfers.pollDescriptor();
    }

    // ---- taking away
    // ---------------------------------------------------------------------------------

    /** Waits until nothing is under way on an extent that was revoked. Any thread. */
    void severed(BoundExtent bound, Repossession.Cause cause) {
        drain(System.nanoTime() + DRAIN_NANOS, bound);
        disk.owner()
                .repossessed(new Repossession(ResourceKind.EXTENT, bound.firstBlock, -1, cause,
                        System.nanoTime()));
    }

    @Override
    public void releasePins(long deadlineNanos) {
        drain(deadlineNanos, null);
    }

    @Override
    public boolean tryReleasePins() {
        if (operations.inFlight() == 0) {
            return true;
        }
        dead = true;
        return transfers.tryKill();
    }

    private void drain(long deadlineNanos, BoundExtent bound) {
        port.signal();
        while (bound == null ? operations.inFlight() > 0 : bound.underWay > 0) {
            if (Thread.currentThread() == owner) {
                settle(); // the owner itself gave the resource up: it takes its completions here
                return;
            }
            if (dead || System.nanoTime() - deadlineNanos >= 0) {
                kill(); // or waits until whoever was first has seen the end
                return;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** Waits for everything under way, and forgets it: the results went to nobody. Owner thread. */
    private void settle() {
        while (!dead && operations.inFlight() > 0) {
            int error = transfers.submitAndWait(1, WAIT_SLICE_NANOS);
            if (error < 0) {
                kill();
            }
            while (!dead && transfers.advance()) {
                finish(transfers.operation());
            }
        }
    }

    /** Unpins what was under way when the queue was killed. Owner thread. */
    private void letGo() {
        transfers.kill(); // whoever killed it may not have seen the end yet
        for (int operation = 0; operation < operations.depth(); operation++) {
            if (operations.isUnderWay(operation)) {
                finish(operation);
            }
        }
    }

    private void kill() {
        dead = true;
        transfers.kill();
    }

    /** Destroys the queue, whatever the owner thread is doing. Any thread. */
    void abort() {
        kill();
        boolean closes = !owner.isAlive() || owner == Thread.currentThread();
        if (closes) {
            transfers.close();
        }
        port.unregister(this);
        window.detach(this);
        if (closes) {
            disk.forget(this);
        } else { // the owner may be in a call, and closes the queue at its end
            disk.abandon(this);
            transfers.tearDown();
        }
    }

    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    Device device() {
        return device;
    }

    @Override
    public void close() {
        checkOwner();
        if (closed) {
            return;
        }
        closed = true;
        settle();
        if (dead) {
            letGo();
        }
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] != null) {
                disk.capabilities().detach(extents[i].extent, extents[i]);
            }
        }
        dead = true; // nothing is entered into what is about to be unmapped
        port.unregister(this);
        transfers.close();
        window.detach(this);
        disk.forget(this);
    }

    private void checkOpen() {
        checkOwner();
        if (closed) {
            throw new IllegalStateException("the queue is closed");
        }
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("the queue belongs to thread " + owner.getName()
                    + ", but " + Thread.currentThread().getName() + " called");
        }
    }
}
