// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.net.Ipv4Address;
import exo.api.net.NetConfig;
import exo.host.Errno;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.NetInterface;
import exo.host.TapDevice;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/**
 * A link to a TAP, whose other end is the host's own stack. Each frame leaves at its commit, by a
 * host call of its own: a TAP has no call for several.
 *
 * <p>When somebody removes the interface, nothing arrives any more, and frames sent are lost and
 * counted.
 */
final class TapLink implements HostLink {
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int EINTR = -Errno.EINTR.number();
    private static final int ROOM_BYTES = 1 << 14; // more than the longest frame
    private static final int MAPPING_BYTES = 1 << 16; // a whole page, of the largest kind

    private final TapDevice tap;
    private final Mapping memory; // the frame to be sent, then the frame received
    private final Receiver receiver;
    private final LongAdder received = new LongAdder();
    private final LongAdder unusable = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private int handed; // guarded by the device's transmit lock
    private boolean gone; // receiving thread only

    private TapLink(TapDevice tap, Mapping memory) {
        this.tap = tap;
        this.memory = memory;
        this.receiver = new Receiver(this, tap.fd());
    }

    /**
     * Makes the interface, and a link to it.
     *
     * @param config which
     * @return the link
     * @throws HostException if the host refuses it; nothing is left then
     */
    static TapLink open(NetConfig.Tap config) {
        TapDevice tap = TapDevice.create(config.hostInterface(),
                config.hostAddress().map(Ipv4Address::bits).orElse(0), config.hostPrefix());
        Mapping memory = null;
        try {
            memory = Mapping.reserve(MAPPING_BYTES);
            return new TapLink(tap, memory);
        } catch (RuntimeException | Error e) {
            if (memory != null) {
                memory.close();
            }
            tap.close();
            throw e;
        }
    }

    @Override
    public NetInterface on() {
        return tap.on();
    }

    @Override
    public String describe() {
        return "TAP " + on().name() + ", mtu " + mtu();
    }

    // ---- send

    @Override
    public long txReserve() {
        return 0;
    }

    @Override
    public MemorySegment txMemory() {
        return memory.segment();
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public int txCommit(int lengthBytes, boolean local) {
        if (local) {
            return 0;
        }
        int result = tap.tryWrite(memory, 0, lengthBytes);
        if (result == EAGAIN || result == EINTR) {
            return BUSY;
        }
        if (result < 0) {
            refused.increment();
        } else {
            sent.increment();
            handed++;
        }
        return 0;
    }

    @Override
    public int txFlush() {
        int count = handed;
        handed = 0;
        return count;
    }

    // ---- receive

    @Override
    public void admit(long[] macs) {
        // The host sends nothing by it that is not meant for the stations.
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
            int result = tap.tryRead(memory, ROOM_BYTES, ROOM_BYTES);
            if (result <= 0) {
                gone = result != EAGAIN && result != EINTR;
                break;
            }
            if (result > device.maxFrameBytes()) {
                unusable.increment(); // somebody has raised the mtu
            } else {
                device.receive(memory.segment(), ROOM_BYTES, result, null);
            }
            taken++;
        }
        received.add(taken);
        return taken;
    }

    @Override
    public boolean recover() {
        if (gone) {
            faults.increment();
        }
        return !gone;
    }

    @Override
    public LinkCounters counters() {
        return new LinkCounters(
                new LinkCounters.Received(received.sum(), 0, unusable.sum()),
                new LinkCounters.Sent(sent.sum(), refused.sum()), faults.sum(),
                receiver.cpuNanos());
    }

    @Override
    public void close() {
        receiver.close();
        tap.close();
        memory.close();
    }
}
