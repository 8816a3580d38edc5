// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Exokernel;
import exo.api.net.NetConfig;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
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
    void shouldDescribeItself() {
        assertEquals("net.net0: TAP tap0, mtu 1500", kernel.facilities().getLast().toString());
        assertEquals(IP_OUT, device.hostAddress().orElseThrow());
        assertEquals(24, device.hostPrefix());
    }
}
