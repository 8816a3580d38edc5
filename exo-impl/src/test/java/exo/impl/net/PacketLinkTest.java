// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.net.NetConfig;
import exo.api.net.PacketBinding;
import exo.testkit.Await;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.Netns;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One end of a cable; the other one is in the same namespace. */
@NeedsFacility(HostFacility.NETNS)
class PacketLinkTest extends HostLinkContract {
    @Override
    void prepare() {
        Netns.link(netns, "left", netns, "right");
        netns.address("right", IP_OUT + "/24");
    }

    @Override
    String hostEnd() {
        return "right";
    }

    @Override
    String ownEnd() {
        return "left";
    }

    @Override
    Exokernel boot() {
        return Inside.call(netns,
                () -> Exokernel.boot(config().net(NetConfig.packet(DEVICE, "left"))));
    }

    @Test
    void shouldDescribeItself() {
        assertEquals("net.net0: AF_PACKET on left, TPACKET_V2 ring of 4096 frames, mtu 1500",
                kernel.facilities().getLast().toString());
        assertTrue(device.hostAddress().isEmpty());
        assertEquals(0, device.hostPrefix());
    }

    @Test
    void shouldNotTakeForeignFramesFromTheHost() {
        PacketBinding a = bind(stationA);
        for (int i = 0; i < 10; i++) {
            outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_NOBODY, IP_OUT, IP_A, 10));
        }
        outside.send(toA(1));
        awaitFrames(a, 1);
        Await.until("the frame is counted", Outside.PATIENCE,
                () -> link().received().frames() >= 1);
        assertEquals(1, link().received().frames());
        root.net().freeStation(stationA);
        outside.send(toA(2));
        PacketBinding b = bind(stationB);
        outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_B, IP_OUT, IP_B, 10));
        awaitFrames(b, 1);
        Await.until("the frame is counted", Outside.PATIENCE,
                () -> link().received().frames() >= 2);
        assertEquals(2, link().received().frames(), "the filter follows the stations");
    }

    @Test
    void shouldSkipFramesOfAVlan() {
        PacketBinding a = bind(stationA);
        outside.send(tagged(toA(10), 5));
        outside.send(tagged(toA(11), 0));
        awaitFrames(a, 1);
        assertArrayEquals(toA(11), received(a, 0), "number 0 is no VLAN, only a priority");
        assertEquals(1, link().received().unusable());
    }

    private static byte[] tagged(byte[] frame, int vlan) {
        byte[] longer = new byte[frame.length + 4];
        System.arraycopy(frame, 0, longer, 0, 12);
        longer[12] = (byte) 0x81;
        longer[15] = (byte) vlan;
        System.arraycopy(frame, 12, longer, 16, frame.length - 12);
        return longer;
    }

    @Test
    @NeedsFacility(HostFacility.SLOWNESS)
    void shouldRefuseWithBusyWhileTheHostHasNoRoom() {
        PacketBinding a = bind(stationA);
        netns.slow("left", 8_000);
        byte[] frame = fromA(LONGEST_PAYLOAD);
        int slot = -1;
        int committed = 0;
        int refusal = 0;
        while (refusal == 0 && committed < 100_000) {
            slot = a.tryReserve();
            MemorySegment.copy(MemorySegment.ofArray(frame), 0, window.segment(), a.txOffset(slot),
                    frame.length);
            refusal = a.tryCommit(slot, frame.length);
            committed += refusal == 0 ? 1 : 0;
        }
        assertEquals(ErrorCode.BUSY.refusal(), refusal);
        assertTrue(committed > 256, "only " + committed + " were taken");
        assertEquals(0, link().sent().refused());
        netns.fast("left");
        int again = slot; // the one of the frame refused is still reserved
        Await.until("room again", Outside.PATIENCE, () -> {
            a.txFlush();
            return a.tryCommit(again, frame.length) == 0;
        });
        a.txFlush();
        assertArrayEquals(frame, outside.receive());
    }
}
