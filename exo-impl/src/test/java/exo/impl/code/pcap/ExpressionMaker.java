// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import java.util.random.RandomGenerator;

/** Random expressions; most are in the language, some mean nothing for a link type. */
final class ExpressionMaker {
    private static final String[] PROTOCOLS = {"ip", "ip", "ip6", "tcp", "tcp", "udp", "arp",
            "rarp",
            "icmp", "icmp6", "sctp", "igmp", "pim", "vrrp", "ah", "esp", "iso", "isis", "clnp",
            "esis", "stp", "ipx", "netbeui", "atalk", "aarp", "decnet", "lat", "mopdl", "l1", "l2",
            "iih", "snp", "ether", "link", "carp", "igrp"};
    private static final String[] LOADED = {"ip", "ip", "ip6", "tcp", "tcp", "udp", "arp", "icmp",
            "icmp6", "sctp", "ether", "link", "rarp", "igmp", "vrrp", "pim"};
    private static final String[] NETS = {"10", "10.0", "10.0.0.0/24", "10.1.0.0/16", "10.0.0",
            "10.0.0.0 mask 255.0.0.0", "0.0.0.0/0", "fe80::/10", "2001:db8::/32", "::/0", "192.168",
            "10.0.0.0/8", "10.0.0.1/32", "224.0.0.0/4"};
    private static final String[] HOSTS = {"10.0.0.1", "10.0.0.2", "10.1.0.1", "192.168.1.1",
            "255.255.255.255", "224.0.0.1", "fe80::1", "2001:db8::2", "10.0.0.3", "1"};
    private static final String[] PORTS = {"80", "443", "22", "53", "domain", "http", "ssh", "6081",
            "0", "65535", "60000", "ntp", "https"};
    private static final String[] OPERATORS = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
    private static final String[] COMPARISONS = {"=", "==", "!=", "<", "<=", ">", ">="};
    private static final String[] CONSTANTS = {"icmp-echo", "tcp-syn", "tcpflags", "icmptype", "13",
            "icmp6-echo"};

    private final RandomGenerator random;

    ExpressionMaker(RandomGenerator random) {
        this.random = random;
    }

    private String any(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    String make() {
        return make(random.nextInt(4));
    }

    private String make(int depth) {
        StringBuilder text = new StringBuilder(part(depth));
        for (int more = random.nextInt(3); more > 0; more--) {
            text.append(any(" and ", " or ", " && ", "||")).append(part(depth - 1));
        }
        return text.toString();
    }

    private String part(int depth) {
        String part = depth > 0 && oneIn(3) ? "(" + make(depth - 1) + ")" : primitive();
        return oneIn(6) ? any("not ", "!") + part : part;
    }

    private String primitive() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> any(PROTOCOLS);
            case 3, 4 -> qualified(any("host", "host", "")) + any(HOSTS);
            case 5 -> qualified("net") + any(NETS);
            case 6, 7, 8 -> ported();
            case 9 -> any("", "tcp ", "udp ", "sctp ") + any("", "src ", "dst ") + "portrange "
                    + any("50-90", "80-443", "443-80", "22", "1-65535", "ssh-http");
            case 10, 11, 12, 13 -> relation();
            case 14 ->
                any("ip proto ", "ip6 proto ", "proto ") + any("6", "17", "\\tcp", "\\udp", "1",
                        "50", "58");
            case 15 -> any("vlan", "vlan 1", "vlan 2", "mpls", "mpls 1", "pppoes", "pppoes 1",
                    "pppoed", "geneve", "geneve 1", "vlan", "mpls 2");
            case 16 -> any("ether ", "ip ", "ip6 ", "") + any("broadcast", "multicast");
            case 17 -> any("less ", "greater ") + random.nextInt(120);
            case 18 -> any("ether ", "ether src ", "ether dst ", "ether host ") + any("", "")
                    + any("host ", "")
                    + any("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "0200.0000.0002");
            default ->
                any("llc", "llc i", "llc u", "llc rnr", "ether proto \\ip", "ether proto 0x88cc",
                        "ether proto 0x42", "inbound", "outbound", "ip protochain 6",
                        "ip6 protochain 17",
                        "iso proto 0x83", "isis proto 17", "byte 14 = 69", "byte 3 > 7", "1.2.3.4",
                        "80",
                        "(80)", "not 443", "10.0.0.1", "decnet host 1.3");
        };
    }

    private String qualified(String type) {
        return any("", "", "ip ", "arp ", "ip6 ", "rarp ")
                + any("", "src ", "dst ", "src or dst ", "src and dst ") + type + " ";
    }

    private String ported() {
        String head = any("", "tcp ", "udp ", "sctp ", "")
                + any("", "src ", "dst ", "dst or src ", "dst and src ") + "port ";
        return switch (random.nextInt(5)) {
            case 0 -> head + "(" + any(PORTS) + " or " + any(PORTS) + ")";
            case 1 -> head + any(PORTS) + " or " + any(PORTS);
            case 2 -> head + "not " + any(PORTS);
            default -> head + any(PORTS);
        };
    }

    private String relation() {
        return value(random.nextInt(4)) + any("", " ") + any(COMPARISONS) + any("", " ")
                + (oneIn(2) ? number() : value(random.nextInt(2)));
    }

    private String number() {
        return oneIn(4)
                ? any(CONSTANTS)
                : oneIn(3)
                        ? "0x" + Integer.toHexString(random.nextInt(0x10000))
                        : String.valueOf(oneIn(4) ? random.nextInt() >>> 1 : random.nextInt(70));
    }

    private String value(int depth) {
        if (depth <= 0) {
            return switch (random.nextInt(6)) {
                case 0 -> number();
                case 1 -> "len ";
                case 2 -> "-" + loaded(depth);
                default -> loaded(depth);
            };
        }
        String both = value(depth - 1) + any("", " ") + any(OPERATORS) + " " + value(depth - 2);
        return oneIn(2) ? "(" + both + ")" : both;
    }

    private String loaded(int depth) {
        String index = oneIn(6) ? value(depth - 1) : String.valueOf(random.nextInt(30));
        return any(LOADED) + "[" + index + any("", "", ":1", ":2", ":4") + "]";
    }
}
