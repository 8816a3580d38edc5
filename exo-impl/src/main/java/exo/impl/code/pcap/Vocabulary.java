// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The words of the language, and those that stand for numbers. */
final class Vocabulary {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Each line: the word that the others mean, then the others. */
    private static final String WORDS = """
            dst
            src
            ether link ppp slip fddi tr wlan
            arp
            rarp
            ip
            sctp
            tcp
            udp
            icmp
            igmp
            igrp
            pim
            vrrp
            carp
            radio
            ip6
            icmp6
            ah
            esp
            atalk
            aarp
            decnet
            lat
            sca
            moprc
            mopdl
            iso
            esis es-is
            isis is-is
            l1
            l2
            iih
            lsp
            snp
            csnp
            psnp
            clnp
            stp
            ipx
            netbeui
            host
            net
            mask
            port
            portrange
            proto
            protochain
            gateway
            type
            subtype
            dir direction
            addr1 address1
            addr2 address2
            addr3 address3
            addr4 address4
            ra
            ta
            less
            greater
            byte
            broadcast
            multicast
            and
            or
            len length
            inbound
            outbound
            ifindex
            vlan
            mpls
            pppoed
            pppoes
            geneve
            lane
            llc
            metac
            bcc
            oam
            oamf4
            oamf4ec
            oamf4sc
            sc
            ilmic
            vpi
            vci
            connectmsg
            metaconnect
            on ifname
            rset ruleset
            rnr rulenum
            srnr subrulenum
            reason
            action
            fisu
            lssu lsu
            msu
            hfisu
            hlssu
            hmsu
            sio
            opc
            dpc
            sls
            hsio
            hopc
            hdpc
            hsls
            """;

    private static final String CONSTANTS = """
            icmptype 0 icmpcode 1 icmp-echoreply 0 icmp-unreach 3 icmp-sourcequench 4
            icmp-redirect 5 icmp-echo 8 icmp-routeradvert 9 icmp-routersolicit 10 icmp-timxceed 11
            icmp-paramprob 12 icmp-tstamp 13 icmp-tstampreply 14 icmp-ireq 15 icmp-ireqreply 16
            icmp-maskreq 17 icmp-maskreply 18
            icmp6type 0 icmp6code 1 icmp6-destinationunreach 1 icmp6-packettoobig 2
            icmp6-timeexceeded 3 icmp6-parameterproblem 4 icmp6-echo 128 icmp6-echoreply 129
            icmp6-multicastlistenerquery 130 icmp6-multicastlistenerreportv1 131
            icmp6-multicastlistenerdone 132 icmp6-routersolicit 133 icmp6-routeradvert 134
            icmp6-neighborsolicit 135 icmp6-neighboradvert 136 icmp6-redirect 137
            icmp6-routerrenum 138 icmp6-nodeinformationquery 139 icmp6-nodeinformationresponse 140
            icmp6-ineighbordiscoverysolicit 141 icmp6-ineighbordiscoveryadvert 142
            icmp6-multicastlistenerreportv2 143 icmp6-homeagentdiscoveryrequest 144
            icmp6-homeagentdiscoveryreply 145 icmp6-mobileprefixsolicit 146
            icmp6-mobileprefixadvert 147 icmp6-certpathsolicit 148 icmp6-certpathadvert 149
            icmp6-multicastrouteradvert 151 icmp6-multicastroutersolicit 152
            icmp6-multicastrouterterm 153
            tcpflags 13 tcp-fin 1 tcp-syn 2 tcp-rst 4 tcp-push 8 tcp-ack 16 tcp-urg 32 tcp-ece 64
            tcp-cwr 128
            """;

    private static final Map<String, String> MEANINGS = meanings();
    private static final Map<String, Integer> NUMBERS = numbers();

    private Vocabulary() {}

    private static Map<String, String> meanings() {
        Map<String, String> map = new HashMap<>();
        WORDS.lines().forEach(line -> {
            String[] words = BLANKS.split(line, -1);
            for (String word : words) {
                map.put(word, words[0]);
            }
        });
        map.put("not", "!");
        return map;
    }

    private static Map<String, Integer> numbers() {
        Map<String, Integer> map = new HashMap<>();
        String[] words = BLANKS.split(CONSTANTS.strip(), -1);
        for (int i = 0; i < words.length; i += 2) {
            map.put(words[i], Integer.valueOf(words[i + 1]));
        }
        return map;
    }

    /** {@return what a word means, or nothing if it is a name} */
    static String meaning(String word) {
        return MEANINGS.getOrDefault(word, "");
    }

    /** {@return the number that a word stands for} */
    static OptionalInt number(String word) {
        Integer number = NUMBERS.get(word);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static String where(Token word) {
        if (!word.is(Token.Kind.WORD)) {
            return "";
        }
        return switch (word.text()) {
            case "type", "subtype", "dir", "addr1", "addr2", "addr3", "addr4", "ra", "ta" ->
                "of 802.11";
            case "on", "rset", "rnr", "srnr", "reason", "action" -> "of the packet filter pf";
            case "lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi",
                    "vci", "connectmsg", "metaconnect" ->
                "of ATM";
            case "fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls",
                    "hsio", "hopc", "hdpc", "hsls" ->
                "of SS7";
            default -> "";
        };
    }

    /** {@return the refusal of a word that no part of an expression begins with} */
    static CodeSyntaxException refuse(Token word) {
        String where = where(word);
        return word.refuse(where.isEmpty()
                ? word.shown() + " does not fit here; a protocol, a qualifier such as 'host', a"
                        + " comparison or '(' would"
                : word.shown() + " is for captures " + where
                        + ", which are not among the link types");
    }

    /** Refuses a word that would follow a protocol on other link types. */
    static void refuseForeign(Token word) {
        if (where(word).equals("of 802.11")) {
            throw refuse(word);
        }
    }
}
