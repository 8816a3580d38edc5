// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import java.util.random.RandomGenerator;

/** Random words of the language, one after the other; few of them make an expression. */
final class TokenSoup {
    private static final String[] WORDS = """
            dst src link ether ppp slip fddi tr wlan arp rarp ip sctp tcp udp icmp igmp igrp pim
            vrrp carp radio ip6 icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis
            es-is isis is-is l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui host net mask port
            portrange proto protochain gateway type subtype direction dir address1 addr2 ra ta
            less greater byte broadcast multicast and && or || not ! len length inbound outbound
            ifindex vlan mpls pppoed pppoes geneve lane llc metac oam vpi vci on ifname rset rnr
            srnr reason action fisu sio opc hsls + - * / % : [ ] ! < > ( ) & | ^ = >= <= != ==
            << >> $5 $ab 1 2 4 0 80 443 0x10 017 08 4294967295 4294967296 0xffffffff 0x100000000
            10.0.0.1 10.0 10.0.0 256.1 1.2.3.4.5 1.2.3.4/24 /24 /8 /33 10.0.0.0 255.0.0.0
            255.255.255.0 :: ::1 fe80::1 1:2:3:4:5:6:7:8 2001:db8:: /64 /129 ::ffff:1.2.3.4
            ::1.2.3.400 1:2:3 1:2:3:4:5 00:11:22:33:44:55 0011.2233.4455 001122334455
            0-1-2-3-4-5 1.2.3.4.5.6 80-90 http ssh-http domain 90-80 0-65536 nosuch \\tcp \\udp
            \\ip \\arp \\ospf tcp-syn tcpflags icmp-echo icmp6-echo len-1 ? # \u00e9
            """.strip().split("\\s+", -1);
    private static final String[] STARTS = """
            port 80|tcp|ip[0]|host 10.0.0.1|net 10|len|ether proto 1|vlan 1|portrange 1-2|
            ip proto 6|src net 10.0.0.0/8|ether host 0:1:2:3:4:5|1|(|not|-1
            """.replace("\n", "").split("\\|", -1);

    private final RandomGenerator random;

    TokenSoup(RandomGenerator random) {
        this.random = random;
    }

    String make() {
        StringBuilder text = new StringBuilder(
                random.nextInt(4) == 0 ? "" : STARTS[random.nextInt(STARTS.length)]);
        for (int words = random.nextInt(7); words > 0; words--) {
            text.append(random.nextInt(8) == 0 ? "" : " ")
                    .append(random.nextInt(5) == 0
                            ? STARTS[random.nextInt(STARTS.length)]
                            : WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
