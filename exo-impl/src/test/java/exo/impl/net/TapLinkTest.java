// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Exokernel;
import exo.api.net.NetConfig;
import exo.api.net.PacketBinding;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A TAP; at the other end is the host's own stack. */
@NeedsFacility({HostFacility.NETNS, HostFacility.TAP})
class TapLinkTest extends HostLinkContract {
    @Override
    void prepare() {
        // The interface is made at boot.
    }

    @Override
    String hostEnd() {
        return "tap0";
    }

    @Override
    String ownEnd() {
        return "tap0";
    }

    @Override
    Exokernel boot() {
        return Inside.call(netns, () -> Exokernel.boot(config()
                .net(NetConfig.tap(DEVICE, "tap0").hostAddress(IP_OUT, 24))));
    }

    @Test
    void shouldCountFramesThatAreTooLongSinceTheMtuWasRaised() throws IOException {
        PacketBinding a = bind(stationA);
        netns.exec("ip", "link", "set", "dev", "tap0", "mtu", "1501");
        try (DatagramChannel channel = Inside.call(netns,
                () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
            for (int bytes : new int[]{1473, 1472}) {
                channel.send(ByteBuffer.allocate(bytes),
                        new InetSocketAddress(IP_A.toString(), 7));
            }
        }
        awaitFrames(a, 1);
        assertEquals(1514, a.rxLength(0));
        assertEquals(1, link().received().unusable());
    }

    @Test
    void shouldDescribeItself() {
        assertEquals("net.net0: TAP tap0, mtu 1500", kernel.facilities().getLast().toString());
        assertEquals(IP_OUT, device.hostAddress().orElseThrow());
        assertEquals(24, device.hostPrefix());
    }
}
