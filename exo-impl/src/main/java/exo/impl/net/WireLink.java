// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Ipv4Address;
import exo.host.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A wire inside the process: everything sent is delivered by the device itself, and leaves nowhere.
 */
final class WireLink implements Link {
    private final int mtu;
    private final Mapping staging;
    private int carried; // guarded by the device's transmit lock

    WireLink(int mtu) {
        this.mtu = mtu;
        this.staging = Mapping.reserve(1 << 14);
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public Optional<Ipv4Address> hostAddress() {
        return Optional.empty();
    }

    @Override
    public int hostPrefix() {
        return 0;
    }

    @Override
    public String describe() {
        return "in-process wire, mtu " + mtu;
    }

    @Override
    public long txReserve() {
        return 0;
    }

    @Override
    public MemorySegment txMemory() {
        return staging.segment();
    }

    @Override
    public int txCommit(int lengthBytes, boolean local) {
        carried++;
        return 0;
    }

    @Override
    public int txFlush() {
        int count = carried;
        carried = 0;
        return count;
    }

    @Override
    public void admit(long[] macs) {
        // Nothing comes from outside.
    }

    @Override
    public LinkCounters counters() {
        return LinkCounters.NONE;
    }

    @Override
    public void start(Device device) {
        // Frames arrive on the time of whoever sends them.
    }

    @Override
    public void close() {
        staging.close();
    }
}
