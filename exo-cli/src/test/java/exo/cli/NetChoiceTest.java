// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.net.Ipv4Address;
import exo.api.net.NetConfig;
import exo.cli.NetChoice.AddressChoice;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NetChoiceTest {

    @Test
    void shouldReadEachKindOfNet() {
        assertInstanceOf(NetConfig.Wire.class, NetChoice.parse("wire").config(false));
        NetConfig.Packet packet = assertInstanceOf(NetConfig.Packet.class,
                NetChoice.parse("packet:veth0").config(false));
        assertEquals("veth0", packet.hostInterface());
        NetConfig.Tap tap = assertInstanceOf(NetConfig.Tap.class,
                NetChoice.parse("tap:exo0").config(false));
        assertEquals("exo0", tap.hostInterface());
        assertTrue(tap.hostAddress().isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wire:x", "packet", "packet:", "tap:", "udp:eth0", "packet:a b",
            "packet:sixteen-letters-"})
    void shouldRefuseWhatIsNoNet(String text) {
        assertThrows(IllegalArgumentException.class, () -> NetChoice.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.2/24, 10.0.0.2, 24", "192.0.2.1/30, 192.0.2.1, 30",
            "9.9.9.9/1, 9.9.9.9, 1"})
    void shouldReadAddresses(String text, String ipv4, int prefix) {
        AddressChoice read = AddressChoice.parse(text);
        assertEquals(Ipv4Address.parse(ipv4), read.ipv4());
        assertEquals(prefix, read.prefix());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.2", "10.0.0.2/0", "10.0.0.2/31", "10.0.0.2/x", "10.0.0/24",
            "10.0.0.0/24", "10.0.0.255/24", "224.0.0.1/8", "255.255.255.254/8", "0.0.0.1/8",
            "/24"})
    void shouldRefuseWhatIsNoAddressOfAHost(String text) {
        assertThrows(IllegalArgumentException.class, () -> AddressChoice.parse(text));
    }

    @Test
    void shouldNeedAnAddressOnAnInterfaceOfOthersOnly() {
        NetChoice packet = NetChoice.parse("packet:veth0");
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> packet.address(Optional.empty()));
        assertTrue(refused.getMessage().contains("--address"), refused.getMessage());
        AddressChoice asked = AddressChoice.parse("10.0.0.2/24");
        assertEquals(asked, packet.address(Optional.of(asked)));
        assertEquals(24, NetChoice.parse("wire").address(Optional.empty()).prefix());
        assertEquals(24, NetChoice.parse("tap:exo0").address(Optional.empty()).prefix());
    }

    @Test
    void shouldGiveEachAddressAStationOfItsOwn() {
        assertFalse(NetChoice.macFor(Ipv4Address.parse("255.255.255.254")).isGroup());
        assertEquals("02:65:0a:00:00:02",
                NetChoice.macFor(Ipv4Address.parse("10.0.0.2")).toString());
    }
}
