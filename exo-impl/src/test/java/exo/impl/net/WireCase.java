// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A kernel with a wire, two stations on it, and a window for their rings. */
abstract class WireCase {
    static final MacAddress MAC_A = PacketBindingContract.MAC_A;
    static final MacAddress MAC_B = PacketBindingContract.MAC_B;
    static final Ipv4Address IP_A = PacketBindingContract.IP_A;
    static final Ipv4Address IP_B = PacketBindingContract.IP_B;
    static final RingSpec RINGS = RingSpec.of(8, 4);

    final Exokernel kernel = Exokernel.boot(HostConfig.embedded());
    final Env root = kernel.rootEnv();
    final NetDevice wire = root.keys().find("wire0", NetDevice.class);
    final Window window = root.memory().bindWindow(64);
    final Station stationA = root.net().allocStation(wire, MAC_A, IP_A, "a");
    final Station stationB = root.net().allocStation(wire, MAC_B, IP_B, "b");

    /** Makes a case whose window shows so many pages. */
    WireCase(int pages) {
        window.allocPages(0, pages);
    }

    /** {@return the slot that now holds a frame} */
    final int put(PacketBinding from, byte[] frame) {
        int slot = from.tryReserve();
        assertTrue(slot >= 0, "no slot is free");
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, window.segment(), from.txOffset(slot),
                frame.length);
        return slot;
    }

    /** {@return 0, or the refusal} */
    final int send(PacketBinding from, byte[] frame) {
        int refusal = from.tryCommit(put(from, frame), frame.length);
        from.txFlush();
        return refusal;
    }

    @AfterEach
    final void closeKernel() {
        kernel.close();
    }
}
