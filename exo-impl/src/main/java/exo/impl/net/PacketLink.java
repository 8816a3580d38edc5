// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.host.Errno;
import exo.host.HostException;
import exo.host.NetInterface;
import exo.host.PacketSocket;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * A link to an interface of the host, by a packet socket.
 *
 * <p><b>Sending.</b> Frames are staged in a ring of slots: {@code head} counts those built, {@code
 * tail} those that the host has taken. A flush hands over all; if the host has no room, the rest
 * stays for the next flush, and when every slot is taken, senders are refused with {@code BUSY}. A
 * frame that the host refuses for another reason is lost, as on a wire, and counted. A long segment
 * is handed over at its commit, with what was staged before it, since its rest is not staged: the
 * host reads that from the sender's window.
 *
 * <p><b>The interface goes down or away.</b> Frames sent meanwhile are lost and counted. When it
 * comes up again, receiving goes on; one that was removed does not come back under its number.
 */
final class PacketLink implements HostLink {
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int EINTR = -Errno.EINTR.number();
    private static final int ENETDOWN = -Errno.ENETDOWN.number();
    private static final int ENXIO = -Errno.ENXIO.number();
    private static final int SLOTS = PacketSocket.TX_SLOTS; // a power of two

    private final PacketSocket socket;
    private final HostFrames frames; // receiving thread only
    private final boolean offloads;
    private final Receiver receiver;
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private long head; // guarded by the device's transmit lock, as the two below
    private long tail;
    private int handed;

    private PacketLink(PacketSocket socket, HostFrames frames, boolean offloads) {
        this.socket = socket;
        this.frames = frames;
        this.offloads = offloads;
        this.receiver = new Receiver(this, socket.fd());
    }

    /**
     * Opens a link.
     *
     * @param hostInterface the name of the interface
     * @param offloads whether the host cuts long segments
     * @return the link
     * @throws HostException if the host refuses it; nothing is left then
     * @throws exo.api.ResourceException if the interface has frames of a size that no ring takes
     */
    static PacketLink open(String hostInterface, boolean offloads) {
        NetInterface on = NetInterface.of(hostInterface);
        NetDevices.checkMtu(on);
        PacketSocket socket = PacketSocket.open(on);
        HostFrames frames = null;
        try {
            frames = new HostFrames();
            return new PacketLink(socket, frames, offloads);
        } catch (RuntimeException | Error e) {
            if (frames != null) {
                frames.close();
            }
            socket.close();
            throw e;
        }
    }

    @Override
    public NetInterface on() {
        return socket.on();
    }

    @Override
    public String describe() {
        return "AF_PACKET on " + on().name() + ", TPACKET_V2 ring of " + socket.rxSlots()
                + " frames, mtu " + mtu() + (offloads ? ", offloads" : "");
    }

    // ---- send

    /** hot: guarded by the packet benchmarks. */
    @Override
    public long txReserve() {
        if (head - tail == SLOTS) {
            push();
        }
        return head - tail == SLOTS ? -1 : socket.txOffset((int) (head & (SLOTS - 1)));
    }

    @Override
    public MemorySegment txMemory() {
        return socket.txMemory();
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int txCommit(int lengthBytes, boolean local) {
        if (!local) {
            socket.txLength((int) (head & (SLOTS - 1)), lengthBytes);
            head++;
        }
        return 0;
    }

    @Override
    public int maxUncutBytes() {
        return offloads ? LongSegment.MOST_BYTES : 0;
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int txCommitUncut(LongSegment segment, MemorySegment memory, long restOffset) {
        int slot = (int) (head & (SLOTS - 1));
        socket.txLength(slot, segment.headBytes());
        if (segment.restBytes() > 0) {
            socket.txRest(slot, memory, restOffset, segment.restBytes());
        }
        socket.txSegment(slot, segment.tcpAt(), segment.headerBytes(),
                segment.mustBeCut() ? segment.segmentBytes() : 0);
        head++;
        push();
        if (tail < head) {
            head--; // the rest is the sender's again when this returns
            return BUSY;
        }
        return 0;
    }

    @Override
    public int txFlush() {
        push();
        int count = handed;
        handed = 0;
        return count;
    }

    /** hot: at most two host calls, unless the host refuses frames. */
    private void push() {
        while (tail < head) {
            int first = (int) (tail & (SLOTS - 1));
            int count = (int) Math.min(head - tail, SLOTS - first);
            int result = socket.trySend(first, count);
            if (result > 0) {
                tail += result;
                handed += result;
                sent.add(result);
            } else if (result == EAGAIN) {
                return;
            } else if (result != EINTR) {
                // The rest would fare as the first when the interface is down.
                long lost = result == ENETDOWN || result == ENXIO ? head - tail : 1;
                tail += lost;
                refused.add(lost);
            }
        }
    }

    // ---- receive

    @Override
    public void admit(long[] macs) {
        socket.admit(macs);
    }

    @Override
    public void start(Device device) {
        receiver.start(device);
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int receive(Device device, int most) {
        int taken = 0;
        while (taken < most) {
            int lengthBytes = socket.tryReceive();
            if (lengthBytes == 0) {
                break;
            }
            frames.accept(device, socket.rxMemory(), socket.rxOffset(), lengthBytes,
                    socket.checksumMissing());
            socket.release();
            taken++;
        }
        received.add(taken);
        return taken;
    }

    @Override
    public boolean recover() {
        if (socket.takeError() != 0) {
            faults.increment();
        }
        return true;
    }

    @Override
    public LinkCounters counters() {
        return new LinkCounters(
                new LinkCounters.Received(received.sum(), socket.dropped(),
                        socket.skipped() + frames.dropped()),
                new LinkCounters.Sent(sent.sum(), refused.sum()), faults.sum(),
                receiver.cpuNanos());
    }

    @Override
    public void close() {
        receiver.close();
        socket.close();
        frames.close();
    }
}
