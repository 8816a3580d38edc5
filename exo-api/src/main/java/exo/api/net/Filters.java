// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import java.util.List;

/**
 * Ready-made filters over Ethernet frames, so that nobody needs to write the common ones by hand.
 */
public final class Filters {
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF_INDEXED = 0x48;
    private static final int LOAD_HEADER_LENGTH = 0xb1;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int WHOLE_PACKET = 0x40000;

    private static final int ETHER_TYPE = 12;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int ARP_TARGET_ADDRESS = 38;
    private static final int IPV4_START = 14;
    private static final int IPV4_FRAGMENT = 20;
    private static final int IPV4_PROTOCOL = 23;
    private static final int IPV4_DESTINATION = 30;

    private Filters() {}

    /** {@return a filter that accepts every frame} */
    public static ClassicProgram acceptAll() {
        return ClassicProgram.of(List.of(op(RETURN, WHOLE_PACKET)));
    }

    /**
     * {@return a filter that accepts ARP packets about an address, and IPv4 packets to it}
     *
     * @param address the address
     */
    public static ClassicProgram arpAndIpv4To(Ipv4Address address) {
        return ClassicProgram.of(
                List.of(
                        op(LOAD_HALF, ETHER_TYPE), // 0
                        jump(JUMP_EQUAL, ARP, 0, 2), // 1: to 2 or 4
                        op(LOAD_WORD, ARP_TARGET_ADDRESS), // 2
                        jump(JUMP_EQUAL, address.bits(), 3, 4), // 3: to 7 or 8
                        jump(JUMP_EQUAL, IPV4, 0, 3), // 4: to 5 or 8
                        op(LOAD_WORD, IPV4_DESTINATION), // 5
                        jump(JUMP_EQUAL, address.bits(), 0, 1), // 6: to 7 or 8
                        op(RETURN, WHOLE_PACKET), // 7
                        op(RETURN, 0))); // 8
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
        return ClassicProgram.of(
                List.of(
                        op(LOAD_HALF, ETHER_TYPE), // 0
                        jump(JUMP_EQUAL, IPV4, 0, 10), // 1: to 2 or 12
                        op(LOAD_WORD, IPV4_DESTINATION), // 2
                        jump(JUMP_EQUAL, address.bits(), 0, 8), // 3: to 4 or 12
                        op(LOAD_BYTE, IPV4_PROTOCOL), // 4
                        jump(JUMP_EQUAL, protocol, 0, 6), // 5: to 6 or 12
                        op(LOAD_HALF, IPV4_FRAGMENT), // 6
                        jump(JUMP_SET, 0x1fff, 4, 0), // 7: to 12 or 8
                        op(LOAD_HEADER_LENGTH, IPV4_START), // 8
                        op(LOAD_HALF_INDEXED, IPV4_START + 2), // 9
                        jump(JUMP_EQUAL, port, 0, 1), // 10: to 11 or 12
                        op(RETURN, WHOLE_PACKET), // 11
                        op(RETURN, 0))); // 12
    }

    private static Instruction op(int code, int k) {
        return new Instruction(code, 0, 0, k);
    }

    private static Instruction jump(int code, int k, int ifTrue, int ifFalse) {
        return new Instruction(code, ifTrue, ifFalse, k);
    }
}
