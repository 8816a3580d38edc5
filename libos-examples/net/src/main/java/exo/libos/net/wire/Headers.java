// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.wire;

/**
 * Where the fields of the headers lie, in bytes from the begin of each header. All numbers are in
 * network byte order.
 *
 * <pre>
 * Ethernet   0 destination (6)  6 source (6)  12 type (2)  14 payload
 * ARP        0 hardware (2)  2 protocol (2)  4 lengths (2)  6 operation (2)
 *            8 sender Ethernet (6)  14 sender IPv4 (4)  18 target Ethernet (6)  24 target IPv4 (4)
 * IPv4       0 version, length (1)  1 service (1)  2 total length (2)  4 identification (2)
 *            6 flags, fragment (2)  8 time to live (1)  9 protocol (1)  10 checksum (2)
 *            12 source (4)  16 destination (4)  20 options
 * ICMP       0 type (1)  1 code (1)  2 checksum (2)  4 rest (4)  8 data
 * UDP        0 source (2)  2 destination (2)  4 length (2)  6 checksum (2)  8 data
 * TCP        0 source (2)  2 destination (2)  4 sequence (4)  8 acknowledgement (4)
 *            12 offset (1)  13 flags (1)  14 window (2)  16 checksum (2)  18 urgent (2)  20 options
 * </pre>
 */
public final class Headers {
    /** Bytes of an Ethernet header. */
    public static final int ETHERNET_BYTES = 14;
    /** Place of the Ethernet source address. */
    public static final int ETHERNET_SOURCE = 6;
    /** Place of the Ethernet type. */
    public static final int ETHERNET_TYPE = 12;
    /** The Ethernet type of IPv4. */
    public static final int TYPE_IPV4 = 0x0800;
    /** The Ethernet type of ARP. */
    public static final int TYPE_ARP = 0x0806;

    /** Bytes of an ARP packet for Ethernet and IPv4. */
    public static final int ARP_BYTES = 28;
    /** Hardware type Ethernet and protocol type IPv4. */
    public static final int ARP_KINDS = 0x0001_0800;
    /** The lengths of an Ethernet and an IPv4 address. */
    public static final int ARP_LENGTHS = 0x0604;
    /** The operation of a request. */
    public static final int ARP_REQUEST = 1;
    /** The operation of a reply. */
    public static final int ARP_REPLY = 2;

    /** Bytes of an IPv4 header without options. */
    public static final int IPV4_BYTES = 20;
    /** Protocol number of ICMP. */
    public static final int ICMP = 1;
    /** Protocol number of TCP. */
    public static final int TCP = 6;
    /** Protocol number of UDP. */
    public static final int UDP = 17;
    /** The flag that forbids fragments, with the offset 0. */
    public static final int DONT_FRAGMENT = 0x4000;
    /** The bits that are set in a fragment: more fragments, and the offset. */
    public static final int FRAGMENT_BITS = 0x3fff;

    /** Bytes of an ICMP header. */
    public static final int ICMP_BYTES = 8;
    /** Bytes of a UDP header. */
    public static final int UDP_BYTES = 8;

    /** Bytes of a TCP header without options. */
    public static final int TCP_BYTES = 20;
    /** The flag of the last segment. */
    public static final int FIN = 0x01;
    /** The flag of the first segment. */
    public static final int SYN = 0x02;
    /** The flag of a reset. */
    public static final int RST = 0x04;
    /** The flag that asks for delivery to the user. */
    public static final int PSH = 0x08;
    /** The flag of a valid acknowledgement. */
    public static final int ACK = 0x10;

    private Headers() {}
}
