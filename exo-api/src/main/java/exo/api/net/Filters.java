// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import exo.api.code.ClassicProgram;
import exo.api.code.Condition;
import exo.api.code.Field;

/**
 * Ready-made filters over Ethernet frames, so that nobody needs to write the common ones by hand.
 */
public final class Filters {
    private static final int WHOLE_PACKET = 0x40000;
    private static final int DESTINATION_PORT = 2;

    private Filters() {}

    /** {@return a filter that accepts every frame} */
    public static ClassicProgram acceptAll() {
        return Condition.always().toProgram(WHOLE_PACKET);
    }

    /**
     * {@return a filter that accepts ARP packets about an address, and IPv4 packets to it}
     *
     * @param address the address
     */
    public static ClassicProgram arpAndIpv4To(Ipv4Address address) {
        return Field.ARP_TARGET.is(address.bits())
                .or(Field.IPV4_DESTINATION.is(address.bits()))
                .toProgram(WHOLE_PACKET);
    }

    /**
     * {@return a filter that accepts the unfragmented packets of a transport protocol to an address
     * and a port}
     *
     * @param address the destination address
     * @param protocol 6 for TCP, 17 for UDP
     * @param port the destination port, 0 to 65,535
     */
    public static ClassicProgram ipv4PortTo(Ipv4Address address, int protocol, int port) {
        return Field.IPV4_DESTINATION.is(address.bits())
                .and(Field.ofIpv4(protocol, DESTINATION_PORT, Short.BYTES).is(port))
                .toProgram(WHOLE_PACKET);
    }
}
