// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.info.NetFigures;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A network device: its stations, the bindings on them, and the decision who gets a frame.
 *
 * <p><b>Who gets a frame.</b> A frame to a station goes to the oldest binding of that station whose
 * filter accepts it. A frame to a group goes to every binding whose filter accepts it, but not back
 * to its sender. A frame that a station sends to another one of the same device is delivered here
 * and does not leave.
 *
 * <p><b>Locking.</b> This object guards the stations, and the list of bindings, which is copied
 * when it changes so that receivers read it without a lock. {@code txLock} guards the link's
 * transmit side, and whether there is one still.
 */
final class Device {
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int REVOKED = ErrorCode.REVOKED.refusal();

    private final String name;
    private final Link link;
    private final List<StationState> stations = new ArrayList<>(); // guarded by this
    private volatile KernelBinding[] bindings = {}; // copied on write under this; oldest first
    private final Object txLock = new Object();
    private final LongSegment longSegment = new LongSegment(); // guarded by txLock
    private boolean closed; // guarded by txLock

    Device(String name, Link link) {
        this.name = name;
        this.link = link;
    }

    String name() {
        return name;
    }

    int mtu() {
        return link.mtu();
    }

    int maxFrameBytes() {
        return mtu() + Ethernet.HEADER_BYTES;
    }

    int maxUncutBytes() {
        return link.maxUncutBytes();
    }

    Link link() {
        return link;
    }

    synchronized StationState addStation(MacAddress mac, Ipv4Address ipv4) {
        for (StationState other : stations) {
            boolean sameIpv4 = !ipv4.isAny() && other.ipv4().equals(ipv4);
            if (other.mac().equals(mac) || sameIpv4) {
                throw new ResourceException(ErrorCode.BUSY, Blame.PEER, name,
                        "another station has " + (sameIpv4 ? ipv4.toString() : mac.toString()),
                        "choose another address");
            }
        }
        StationState station = new StationState(this, mac, ipv4);
        stations.add(station);
        try {
            admitStations();
        } catch (RuntimeException | Error e) {
            stations.remove(station);
            throw e;
        }
        return station;
    }

    synchronized void removeStation(StationState station) {
        stations.remove(station);
        admitStations();
    }

    private void admitStations() {
        link.admit(stations.stream().mapToLong(station -> station.mac().bits()).toArray());
    }

    /** {@return the device at this moment} */
    NetFigures figures() {
        int stationCount;
        synchronized (this) {
            stationCount = stations.size();
        }
        LinkCounters seen = link.counters();
        return new NetFigures(name, mtu(), stationCount, bindings.length,
                new NetFigures.Counters(seen.received().frames(), seen.received().dropped(),
                        seen.received().unusable(), seen.sent().frames(), seen.sent().refused(),
                        seen.faults(), seen.cpuNanos()));
    }

    synchronized void add(KernelBinding binding) {
        List<KernelBinding> more = new ArrayList<>(List.of(bindings));
        more.add(binding);
        bindings = more.toArray(KernelBinding[]::new);
    }

    synchronized void remove(KernelBinding binding) {
        List<KernelBinding> fewer = new ArrayList<>(List.of(bindings));
        fewer.remove(binding);
        bindings = fewer.toArray(KernelBinding[]::new);
    }

    /**
     * Delivers a frame to whoever it is for. hot: guarded by the packet benchmarks.
     *
     * @param frame memory of the kernel that holds the frame
     * @param at where it begins
     * @param lengthBytes its length
     * @param sender the binding that sent it, or null if it came from outside
     * @return whether it was for one station of this kernel
     */
    boolean receive(MemorySegment frame, long at, int lengthBytes, KernelBinding sender) {
        if (lengthBytes < Ethernet.HEADER_BYTES || lengthBytes > maxFrameBytes()) {
            return false;
        }
        long destination = Ethernet.destination(frame, at);
        boolean group = Ethernet.isGroup(destination);
        boolean known = false;
        for (KernelBinding binding : bindings) {
            boolean meant = group ? binding != sender : binding.mac() == destination;
            known |= meant;
            if (meant && binding.accepts(frame, at, lengthBytes, group)) {
                binding.deliver(frame, at, lengthBytes);
                if (!group) {
                    return true;
                }
            }
        }
        return known && !group;
    }

    /** Wakes the threads whose rings have got something since the last call. */
    void announce() {
        for (KernelBinding binding : bindings) {
            binding.announce();
        }
    }

    /**
     * Sends a frame: a copy is made in the kernel's memory, checked there, and delivered or handed
     * to the link. hot: guarded by the packet benchmarks.
     *
     * @return 0, or a refusal
     */
    int transmit(KernelBinding sender, long headOffset, int headBytes, long restOffset,
            int restBytes) {
        int lengthBytes = headBytes + restBytes;
        synchronized (txLock) {
            if (closed) {
                return REVOKED;
            }
            long at = link.txReserve();
            if (at < 0) {
                return BUSY;
            }
            MemorySegment memory = link.txMemory();
            MemorySegment.copy(sender.memory(), headOffset, memory, at, headBytes);
            if (restBytes > 0) {
                MemorySegment.copy(sender.memory(), restOffset, memory, at + headBytes, restBytes);
            }
            int refusal = SourceCheck.check(memory, at, lengthBytes, sender.mac(), sender.ipv4());
            if (refusal != 0) {
                return refusal; // the place reserved is used for the next frame
            }
            boolean local = receive(memory, at, lengthBytes, sender);
            return link.txCommit(lengthBytes, local);
        }
    }

    /**
     * Sends a TCP segment that may be longer than a frame: its head is copied and checked, its rest
     * taken from where it lies. hot: guarded by the packet benchmarks.
     *
     * @return 0, or a refusal
     */
    int transmitUncut(KernelBinding sender, int slot, int headBytes, int restBytes,
            int segmentBytes) {
        synchronized (txLock) {
            if (closed || !sender.isOpen()) { // its window may be gone
                return REVOKED;
            }
            long at = link.txReserve();
            if (at < 0) {
                return BUSY;
            }
            MemorySegment memory = link.txMemory();
            MemorySegment.copy(sender.memory(), sender.txOffset(slot), memory, at, headBytes);
            int refusal = SourceCheck.check(memory, at, headBytes, sender.mac(), sender.ipv4());
            LongSegment segment = longSegment;
            segment.lengths(headBytes, restBytes, segmentBytes);
            refusal = refusal == 0 ? segment.read(memory, at, mtu()) : refusal;
            if (refusal != 0) {
                return refusal;
            }
            if (hasStation(Ethernet.destination(memory, at))) {
                segment.deliver(this, memory, at, sender.memory(), sender.restOffset());
                return 0;
            }
            return link.txCommitUncut(segment, sender.memory(), sender.restOffset());
        }
    }

    /**
     * Waits until nothing is read from the window of a binding that is no longer open: what is sent
     * uncut is read from where it lies, by the host. Microseconds; the host does not wait.
     */
    void awaitSender() {
        if (maxUncutBytes() > 0) {
            synchronized (txLock) {
                return;
            }
        }
    }

    private boolean hasStation(long mac) {
        for (KernelBinding binding : bindings) {
            if (binding.mac() == mac) {
                return true;
            }
        }
        return false;
    }

    int flush() {
        int handed;
        synchronized (txLock) {
            handed = closed ? 0 : link.txFlush();
        }
        announce();
        return handed;
    }

    /** Ends the link, once nobody is in the middle of sending. Idempotent. */
    void close() {
        synchronized (txLock) {
            closed = true;
            longSegment.close();
        }
        link.close();
    }
}
