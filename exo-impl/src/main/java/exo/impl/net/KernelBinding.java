// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.code.PacketFilter;
import exo.api.net.PacketBinding;
import exo.api.net.PacketCounters;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.impl.cap.Binding;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import exo.impl.cap.PinHolder;
import exo.impl.cap.PinnableWindow;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * A packet binding: a filter, a receive ring and a transmit ring.
 *
 * <p><b>Receive ring.</b> {@code head} counts frames put in, {@code tail} frames given back.
 * Whoever delivers holds {@code rxLock}, copies the frame into the slot, and then raises {@code
 * head} (release); the owner thread reads it (acquire). The owner raises {@code tail} (release)
 * when it has read the frames; deliverers read it (acquire) to see which slots are free.
 *
 * <p><b>Closing.</b> {@code open} is cleared under {@code rxLock}: after that no deliverer touches
 * the window, nor does the host once it has sent what it was just given; it may then be unmapped.
 */
final class KernelBinding implements PacketBinding, Binding, EventSource, PinHolder {
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int TOO_BIG = ErrorCode.TOO_BIG.refusal();
    private static final int OUT_OF_RANGE = ErrorCode.OUT_OF_RANGE.refusal();
    private static final int INSUFFICIENT = ErrorCode.INSUFFICIENT.refusal();
    private static final int FORGED = ErrorCode.FORGED_SOURCE.refusal();
    private static final int PROTECTED = ErrorCode.PROTECTED.refusal();
    private static final int IPV4_DESTINATION = 30;
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(KernelBinding.class, "head", long.class);
            TAIL = lookup.findVarHandle(KernelBinding.class, "tail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final KernelNet net;
    private final KernelStation station;
    private final Device device;
    private final PacketFilter filter;
    private final PinnableWindow window;
    private final MemorySegment memory;
    private final EventPort port;
    private final Thread owner = Thread.currentThread();
    private final RingSpec rings;
    private final int firstPage;
    private final long rxBase;
    private final long txBase;
    private final long mac;
    private final int ipv4;
    private final boolean mayReceive;
    private final boolean maySend;

    private final Object rxLock = new Object();
    private final int[] rxLengths; // written under rxLock before head, read by the owner after it
    private long head; // written under rxLock by release, read by acquire
    private long tail; // written by the owner thread by release, read by acquire
    private volatile boolean open = true; // cleared under rxLock
    private volatile boolean unannounced; // set under rxLock
    private long received; // guarded by rxLock
    private long dropped; // guarded by rxLock

    private final int[] txFree; // owner thread only, as the rest
    private int txFreeCount;
    private final boolean[] txReserved;
    private long sent;
    private long refused;
    private long sentUncounted;
    private long restOffset;
    private boolean released;

    KernelBinding(KernelNet net, KernelStation station, PacketFilter filter, PinnableWindow window,
            Placement placement) {
        this.net = net;
        this.station = station;
        this.device = station.state().device();
        this.filter = filter;
        this.window = window;
        this.memory = window.memory();
        this.port = placement.port();
        this.rings = placement.rings();
        this.firstPage = placement.firstPage();
        this.rxBase = (long) firstPage * window.pageBytes();
        this.txBase = rxBase + (long) rings.rxSlots() * rings.slotBytes();
        this.mac = station.mac().bits();
        this.ipv4 = station.ipv4().bits();
        this.mayReceive = station.rights().contains(Rights.READ);
        this.maySend = station.rights().contains(Rights.WRITE);
        this.rxLengths = new int[rings.rxSlots()];
        this.txFree = new int[rings.txSlots()];
        this.txReserved = new boolean[rings.txSlots()];
        for (int i = 0; i < txFree.length; i++) {
            txFree[i] = txFree.length - 1 - i;
        }
        this.txFreeCount = txFree.length;
    }

    /**
     * Where the rings of a binding lie, and who is told about them.
     *
     * @param port where events go
     * @param firstPage the first page of the rings
     * @param rings their size
     */
    record Placement(EventPort port, int firstPage, RingSpec rings) {}

    /** Makes the binding known to its thread, its window and its device. */
    void start() {
        port.register(this);
        window.attach(this);
        device.add(this);
    }

    // ---- what the device sees
    // ----------------------------------------------------------------------

    long mac() {
        return mac;
    }

    int ipv4() {
        return ipv4;
    }

    MemorySegment memory() {
        return memory;
    }

    boolean isOpen() {
        return open;
    }

    /** {@return whether the frame may come here} hot: guarded by the packet benchmarks. */
    boolean accepts(MemorySegment frame, long at, int lengthBytes, boolean group) {
        if (!mayReceive || !open) {
            return false;
        }
        if (!group && ipv4 != 0 && Ethernet.type(frame, at) == Ethernet.IPV4
                && (lengthBytes < Ethernet.IPV4_LEAST_FRAME_BYTES
                        || frame.get(Ethernet.INT, at + IPV4_DESTINATION) != ipv4)) {
            return false;
        }
        return filter.accept(frame, at, lengthBytes) != 0;
    }

    /** Puts a frame into the receive ring, or drops it. hot: guarded by the packet benchmarks. */
    void deliver(MemorySegment frame, long at, int lengthBytes) {
        synchronized (rxLock) {
            if (!open) {
                return;
            }
            long next = head;
            if (next - (long) TAIL.getAcquire(this) >= rings.rxSlots()) {
                dropped++;
            } else {
                int slot = (int) (next & (rings.rxSlots() - 1));
                MemorySegment.copy(frame, at, memory, rxBase + (long) slot * rings.slotBytes(),
                        lengthBytes);
                rxLengths[slot] = lengthBytes;
                received++;
                HEAD.setRelease(this, next + 1);
                unannounced = true; // volatile; the signal that follows must not pass it
            }
        }
    }

    /** Wakes the owner if it has got something since the last call. */
    void announce() {
        if (unannounced) {
            unannounced = false;
            port.signal();
        }
    }

    // ---- receive
    // -------------------------------------------------------------------------------------

    @Override
    public Station station() {
        return station;
    }

    @Override
    public int rxAvailable() {
        checkOwner();
        return (int) ((long) HEAD.getAcquire(this) - tail);
    }

    @Override
    public long rxOffset(int index) {
        return rxBase + (long) rxSlot(index) * rings.slotBytes();
    }

    @Override
    public int rxLength(int index) {
        return rxLengths[rxSlot(index)];
    }

    private int rxSlot(int index) {
        return (int) ((tail + Objects.checkIndex(index, rxAvailable())) & (rings.rxSlots() - 1));
    }

    @Override
    public void rxRelease(int count) {
        Objects.checkIndex(count, rxAvailable() + 1);
        net.owner().usage().packetsReceived.add(count);
        TAIL.setRelease(this, tail + count);
    }

    // ---- transmit
    // --------------------------------------------------------------------------------------

    @Override
    public int tryReserve() {
        checkOwner();
        if (txFreeCount == 0) {
            return BUSY;
        }
        int slot = txFree[--txFreeCount];
        txReserved[slot] = true;
        return slot;
    }

    @Override
    public long txOffset(int slot) {
        return txBase + (long) Objects.checkIndex(slot, rings.txSlots()) * rings.slotBytes();
    }

    @Override
    public int tryCommit(int slot, int lengthBytes) {
        return tryCommit(slot, lengthBytes, 0, 0);
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int tryCommit(int slot, int headBytes, long payloadOffset, int payloadBytes) {
        checkOwner();
        if (slot < 0 || slot >= txReserved.length || !txReserved[slot]) {
            return OUT_OF_RANGE;
        }
        int refusal = checkFrame(headBytes, payloadOffset, payloadBytes, device.mtu());
        if (refusal == 0) {
            refusal = device.transmit(this, txOffset(slot), headBytes, payloadOffset, payloadBytes);
        }
        return committed(slot, refusal);
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int tryCommitUncut(int slot, int headBytes, long payloadOffset, int payloadBytes,
            int segmentBytes) {
        checkOwner();
        if (slot < 0 || slot >= txReserved.length || !txReserved[slot]) {
            return OUT_OF_RANGE;
        }
        int refusal = checkFrame(headBytes, payloadOffset, payloadBytes, device.maxUncutBytes());
        if (refusal == 0) {
            restOffset = payloadOffset;
            refusal = device.transmitUncut(this, slot, headBytes, payloadBytes, segmentBytes);
        }
        return committed(slot, refusal);
    }

    /** {@return where in the window the rest of the segment being committed begins} */
    long restOffset() {
        return restOffset;
    }

    private int committed(int slot, int refusal) {
        if (refusal == BUSY) {
            return BUSY;
        }
        txReserved[slot] = false;
        txFree[txFreeCount++] = slot;
        if (refusal == 0) {
            sent++;
            sentUncounted++;
        } else {
            refused++;
            if (refusal == FORGED) {
                net.owner().usage().packetsRefused.increment();
            }
        }
        return refusal;
    }

    private int checkFrame(int headBytes, long payloadOffset, int payloadBytes, int mostBytes) {
        if (!open) {
            return REVOKED;
        }
        if (!maySend) {
            return INSUFFICIENT;
        }
        if (headBytes < Ethernet.HEADER_BYTES || payloadBytes < 0 || payloadOffset < 0
                || payloadOffset > memory.byteSize() - payloadBytes) {
            return OUT_OF_RANGE;
        }
        if (headBytes > rings.slotBytes()
                || (long) headBytes + payloadBytes > mostBytes + Ethernet.HEADER_BYTES) {
            return TOO_BIG;
        }
        return window.isReadable(payloadOffset, payloadBytes) ? 0 : PROTECTED;
    }

    @Override
    public int txFlush() {
        checkOwner();
        net.owner().usage().packetsSent.add(sentUncounted);
        sentUncounted = 0;
        return device.flush();
    }

    @Override
    public PacketCounters counters() {
        checkOwner();
        synchronized (rxLock) {
            return new PacketCounters(received, dropped, sent, refused);
        }
    }

    // ---- events and the end
    // ------------------------------------------------------------------------------

    @Override
    public boolean isPending() {
        return open && (long) HEAD.getAcquire(this) != tail;
    }

    @Override
    public void deliver(UpcallHandler handler) {
        handler.onPackets(this);
    }

    @Override
    public void sever(Repossession.Cause cause) {
        if (end()) {
            net.owner()
                    .repossessed(new Repossession(ResourceKind.STATION, mac, firstPage, cause,
                            System.nanoTime()));
        }
    }

    @Override
    public void releasePins(long deadlineNanos) {
        if (end()) {
            net.owner()
                    .repossessed(new Repossession(ResourceKind.STATION, mac, firstPage,
                            Repossession.Cause.DEADLINE, System.nanoTime()));
        }
    }

    /** Ends the binding, whatever its owner thread is doing; whether it was open until now. */
    boolean end() {
        boolean first;
        synchronized (rxLock) {
            first = open;
            open = false;
        }
        device.awaitSender();
        if (!first) {
            return false;
        }
        device.remove(this);
        net.forget(this);
        return true;
    }

    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    KernelStation capability() {
        return station;
    }

    @Override
    public void close() {
        checkOwner();
        end();
        net.capabilities().detach(station, this);
        port.unregister(this);
        if (released) {
            return;
        }
        released = true;
        net.unpin(window, firstPage, rings);
        window.detach(this);
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("the binding belongs to thread " + owner.getName()
                    + ", but " + Thread.currentThread().getName() + " called");
        }
    }
}
