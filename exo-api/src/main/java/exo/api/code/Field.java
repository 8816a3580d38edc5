// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.Condition.Base;
import exo.api.code.Condition.Load;
import exo.api.code.Condition.Operation;
import exo.api.code.Condition.Test;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;

/**
 * A field of an Ethernet frame, to write a filter with: {@code Field.IPV4_PROTOCOL.is(17)}.
 * Immutable.
 *
 * <p><b>Implied conditions.</b> A condition on a field holds only where the frame has the field: an
 * {@code ARP_} field asks for that type of Ethernet frame, an {@code IPV4_} or {@code IPV6_} field
 * too. A {@code UDP_}, {@code TCP_} or {@code ICMP_} field asks for the protocol, and over IPv4 for
 * a packet that is no later fragment; it finds the field behind the options of IPv4. {@code UDP_}
 * and {@code TCP_} fields are found over IPv4 and over IPv6, if no extension header comes between.
 * So {@link #isNot} is not the opposite of {@link #is}: both hold only for frames that have the
 * field. The opposite is {@link Condition#not}. Frames with a VLAN tag have none of these fields.
 *
 * <p><b>Values</b> are numbers without sign, in the order of the network, not shifted by a mask. An
 * address of 4 bytes may be written as an {@code int}, whatever its sign.
 *
 * <p>Frames that end before a field that a filter comes to look at are refused, even under {@link
 * Condition#not}.
 */
public final class Field {
    private static final int IPV4_TYPE = 0x0800;
    private static final int IPV6_TYPE = 0x86dd;
    private static final int ARP_TYPE = 0x0806;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int FARTHEST = 65_535;

    /** The station that the frame goes to: 6 bytes. */
    public static final Field ETHER_DESTINATION = link("ETHER_DESTINATION", 0, 6);
    /** The station that the frame comes from: 6 bytes. */
    public static final Field ETHER_SOURCE = link("ETHER_SOURCE", 6, 6);
    /** What the frame carries: 2 bytes, 0x0800 for IPv4. */
    public static final Field ETHER_TYPE = link("ETHER_TYPE", 12, 2);

    /** What an ARP packet is: 2 bytes, 1 for a request and 2 for a reply. */
    public static final Field ARP_OPERATION = within("ARP_OPERATION", ARP_TYPE, 20, 2);
    /** The IPv4 address of the sender of an ARP packet: 4 bytes. */
    public static final Field ARP_SENDER = within("ARP_SENDER", ARP_TYPE, 28, 4);
    /** The IPv4 address that an ARP packet is about: 4 bytes. */
    public static final Field ARP_TARGET = within("ARP_TARGET", ARP_TYPE, 38, 4);

    /** The length of an IPv4 packet with its header: 2 bytes. */
    public static final Field IPV4_TOTAL_LENGTH = within("IPV4_TOTAL_LENGTH", IPV4_TYPE, 16, 2);
    /** Where a fragment belongs, in units of 8 bytes: 13 bits. */
    public static final Field IPV4_FRAGMENT_OFFSET = within("IPV4_FRAGMENT_OFFSET", IPV4_TYPE, 20,
            2).masked(0x1fff);
    /** How many more routers may pass an IPv4 packet on: 1 byte. */
    public static final Field IPV4_TIME_TO_LIVE = within("IPV4_TIME_TO_LIVE", IPV4_TYPE, 22, 1);
    /** What an IPv4 packet carries: 1 byte, 6 for TCP, 17 for UDP. */
    public static final Field IPV4_PROTOCOL = within("IPV4_PROTOCOL", IPV4_TYPE, 23, 1);
    /** Where an IPv4 packet comes from: 4 bytes. */
    public static final Field IPV4_SOURCE = within("IPV4_SOURCE", IPV4_TYPE, 26, 4);
    /** Where an IPv4 packet goes to: 4 bytes. */
    public static final Field IPV4_DESTINATION = within("IPV4_DESTINATION", IPV4_TYPE, 30, 4);

    /** What follows the header of an IPv6 packet: 1 byte, 6 for TCP, 17 for UDP. */
    public static final Field IPV6_NEXT_HEADER = within("IPV6_NEXT_HEADER", IPV6_TYPE, 20, 1);
    /** How many more routers may pass an IPv6 packet on: 1 byte. */
    public static final Field IPV6_HOP_LIMIT = within("IPV6_HOP_LIMIT", IPV6_TYPE, 21, 1);
    /** Where an IPv6 packet comes from: 16 bytes. */
    public static final Field IPV6_SOURCE = within("IPV6_SOURCE", IPV6_TYPE, 22, 16);
    /** Where an IPv6 packet goes to: 16 bytes. */
    public static final Field IPV6_DESTINATION = within("IPV6_DESTINATION", IPV6_TYPE, 38, 16);

    /** The type of an ICMP message over IPv4: 1 byte, 8 for an echo request. */
    public static final Field ICMP_TYPE = new Field("ICMP_TYPE", 1, 0xff,
            List.of(new Place(Base.IPV4_PAYLOAD, 0, overIpv4(ICMP))));
    /** The port that a TCP segment comes from: 2 bytes. */
    public static final Field TCP_SOURCE_PORT = transport("TCP_SOURCE_PORT", TCP, 0, 2);
    /** The port that a TCP segment goes to: 2 bytes. */
    public static final Field TCP_DESTINATION_PORT = transport("TCP_DESTINATION_PORT", TCP, 2, 2);
    /** The flags of a TCP segment: 1 byte, 2 for SYN, 16 for ACK. */
    public static final Field TCP_FLAGS = transport("TCP_FLAGS", TCP, 13, 1);
    /** The port that a UDP datagram comes from: 2 bytes. */
    public static final Field UDP_SOURCE_PORT = transport("UDP_SOURCE_PORT", UDP, 0, 2);
    /** The port that a UDP datagram goes to: 2 bytes. */
    public static final Field UDP_DESTINATION_PORT = transport("UDP_DESTINATION_PORT", UDP, 2, 2);

    private final String name;
    private final int bytes;
    /** The bits that are looked at; of fields of more than 4 bytes, all. */
    private final long mask;
    private final List<Place> places;

    /** Where a field is, if a condition holds. */
    private record Place(Base base, int offset, Condition guard) {}

    private Field(String name, int bytes, long mask, List<Place> places) {
        this.name = name;
        this.bytes = bytes;
        this.mask = mask;
        this.places = places;
    }

    private static Field link(String name, int offset, int bytes) {
        return new Field(name, bytes, full(bytes),
                List.of(new Place(Base.LINK, offset, Condition.always())));
    }

    private static Field within(String name, int type, int offset, int bytes) {
        return new Field(name, bytes, full(bytes),
                List.of(new Place(Base.LINK, offset, ETHER_TYPE.is(type))));
    }

    private static Field transport(String name, int protocol, int offset, int bytes) {
        Place ipv6 = new Place(Base.IPV6_PAYLOAD, offset, IPV6_NEXT_HEADER.is(protocol));
        return new Field(name, bytes, full(bytes),
                List.of(new Place(Base.IPV4_PAYLOAD, offset, overIpv4(protocol)), ipv6));
    }

    private static Condition overIpv4(int protocol) {
        return IPV4_PROTOCOL.is(protocol).and(IPV4_FRAGMENT_OFFSET.is(0));
    }

    private static long full(int bytes) {
        return bytes >= Long.BYTES ? -1 : (1L << (bytes * Byte.SIZE)) - 1;
    }

    /**
     * {@return a field at a constant place of the frame, which every frame has that is long enough}
     *
     * @param offset its first byte, 0 to 65,535
     * @param bytes how many bytes it has: 1, 2, 4, 6 or 16
     * @throws IllegalArgumentException if one is out of range
     */
    public static Field at(int offset, int bytes) {
        requirePlace(offset, bytes);
        return link("bytes " + offset + " to " + (offset + bytes - 1), offset, bytes);
    }

    /**
     * {@return a field of what IPv4 packets of a protocol carry, which later fragments do not have}
     *
     * @param protocol the protocol, 0 to 255
     * @param offset its first byte behind the header of IPv4, 0 to 65,535
     * @param bytes how many bytes it has: 1, 2, 4, 6 or 16
     * @throws IllegalArgumentException if one is out of range
     */
    public static Field ofIpv4(int protocol, int offset, int bytes) {
        requirePlace(offset, bytes);
        String name = "bytes " + offset + " to " + (offset + bytes - 1) + " of IPv4 protocol "
                + protocol;
        return new Field(name, bytes, full(bytes),
                List.of(new Place(Base.IPV4_PAYLOAD, offset, overIpv4(protocol))));
    }

    private static void requirePlace(int offset, int bytes) {
        boolean isSize = switch (bytes) {
            case 1, 2, 4, 6, 16 -> true;
            default -> false;
        };
        if (offset < 0 || offset > FARTHEST || !isSize) {
            throw new IllegalArgumentException("a field begins at 0 to " + FARTHEST
                    + " and has 1, 2, 4, 6 or 16 bytes, but this one begins at " + offset
                    + " and has " + bytes);
        }
    }

    /**
     * {@return this field with only some of its bits looked at}
     *
     * @param bits the bits; those that were not looked at before stay so
     * @throws IllegalArgumentException if none is left, or the field has more than 4 bytes
     */
    public Field masked(long bits) {
        long left = number(bits) & mask;
        requireNumber("masked");
        if (left == 0) {
            throw new IllegalArgumentException("mask 0x" + Long.toHexString(bits)
                    + " leaves nothing of " + this);
        }
        return new Field(name, bytes, left, places);
    }

    /**
     * {@return the condition that the frame has the field, with a value}
     *
     * @param value the value
     * @throws IllegalArgumentException if the field cannot have it, or has 16 bytes
     */
    public Condition is(long value) {
        return where(equal(value));
    }

    /**
     * {@return the condition that the frame has the field, with another value}
     *
     * @param value the value
     * @throws IllegalArgumentException if the field cannot have it, or has 16 bytes
     */
    public Condition isNot(long value) {
        return where(not(equal(value)));
    }

    /**
     * {@return the condition that the frame has the field, with the value that a text names}
     *
     * @param text an address: {@code 10.0.0.1} for a field of 4 bytes, {@code 02:00:00:00:00:01}
     *        for 6, {@code fe80::1} for 16; behind it {@code /24} if only so many bits count
     * @throws IllegalArgumentException if the text is something else
     */
    public Condition is(String text) {
        int slash = text.indexOf('/');
        byte[] value = AddressText.parse(slash < 0 ? text : text.substring(0, slash), bytes);
        int prefix = slash < 0
                ? bytes * Byte.SIZE
                : AddressText.prefix(text, slash + 1, bytes * Byte.SIZE);
        return where(words(value, prefix));
    }

    /**
     * {@return the condition that the frame has the field, with a greater value}
     *
     * @param value the value
     * @throws IllegalArgumentException if the field cannot have it, or has more than 4 bytes
     */
    public Condition isAbove(long value) {
        return where(compare(Operation.ABOVE, value));
    }

    /**
     * {@return the condition that the frame has the field, with a smaller value}
     *
     * @param value the value
     * @throws IllegalArgumentException if the field cannot have it, or has more than 4 bytes
     */
    public Condition isBelow(long value) {
        return where(not(compare(Operation.AT_LEAST, value)));
    }

    /**
     * {@return the condition that the frame has the field, with a value of a range}
     *
     * @param first the least value
     * @param last the greatest value
     * @throws IllegalArgumentException if the field cannot have one of them, or the first is
     *         greater than the last, or the field has more than 4 bytes
     */
    public Condition in(long first, long last) {
        if (number(first) > number(last)) {
            throw new IllegalArgumentException("a range of " + this + " cannot begin at " + first
                    + " and end at " + last);
        }
        List<Part> all = new ArrayList<>(compare(Operation.AT_LEAST, first));
        all.addAll(not(compare(Operation.ABOVE, last)));
        return where(all);
    }

    // --- parts --------------------------------------------------------------------------------

    /** A comparison of up to 4 bytes of the field. */
    private record Part(int offset, int bytes, int mask, Operation operation, int value,
            boolean holds) {}

    private List<Part> equal(long value) {
        if (bytes > 6) {
            throw new IllegalArgumentException(this + " has more than 8 bytes: name its value by a"
                    + " text, as fe80::1");
        }
        long number = checked(value);
        if (bytes <= Integer.BYTES) {
            return List.of(new Part(0, bytes, (int) mask, Operation.EQUAL, (int) number, true));
        }
        byte[] octets = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            octets[i] = (byte) (number >>> ((bytes - 1 - i) * Byte.SIZE));
        }
        return words(octets, bytes * Byte.SIZE);
    }

    private List<Part> compare(Operation operation, long value) {
        requireNumber("compared");
        return List.of(new Part(0, bytes, (int) mask, operation, (int) checked(value), true));
    }

    private List<Part> words(byte[] value, int prefix) {
        List<Part> parts = new ArrayList<>();
        for (int at = 0; at < bytes; at += Integer.BYTES) {
            int size = Math.min(Integer.BYTES, bytes - at);
            int bits = Math.clamp(prefix - at * Byte.SIZE, 0, size * Byte.SIZE);
            int wanted = (int) (full(size) & (-1L << (size * Byte.SIZE - bits)) & mask);
            int word = 0;
            for (int i = 0; i < size; i++) {
                word = word << Byte.SIZE | (value[at + i] & 0xff);
            }
            if (wanted != 0) {
                parts.add(new Part(at, size, wanted, Operation.EQUAL, word & wanted, true));
            }
        }
        return parts;
    }

    private static List<Part> not(List<Part> parts) {
        List<Part> opposite = new ArrayList<>();
        for (Part part : parts) {
            opposite.add(new Part(part.offset, part.bytes, part.mask, part.operation, part.value,
                    !part.holds));
        }
        return opposite;
    }

    /** {@return that the frame has the field, and that it is as the parts say} */
    private Condition where(List<Part> parts) {
        Condition anywhere = null;
        for (Place place : places) {
            Condition here = place.guard.and(at(place, parts));
            anywhere = anywhere == null ? here : anywhere.or(here);
        }
        return anywhere;
    }

    /** All parts hold; or, of the parts that shall not hold, one does not. */
    private static Condition at(Place place, List<Part> parts) {
        Condition all = Condition.always();
        Condition opposite = Condition.always();
        boolean hasOpposite = false;
        for (Part part : parts) {
            Condition test = new Condition(new Test(new Load(place.base,
                    place.offset + part.offset, part.bytes, part.mask), part.operation,
                    part.value));
            if (part.holds) {
                all = all.and(test);
            } else {
                opposite = opposite.and(test);
                hasOpposite = true;
            }
        }
        return hasOpposite ? all.and(opposite.not()) : all;
    }

    private long number(long value) {
        // Addresses are often ints, and half of them negative.
        return bytes == Integer.BYTES && value < 0 && value >= Integer.MIN_VALUE
                ? value & 0xffff_ffffL
                : value;
    }

    private long checked(long value) {
        long number = number(value);
        if ((number & ~mask) != 0) {
            throw new IllegalArgumentException(this + " cannot be 0x" + Long.toHexString(value)
                    + ": only the bits 0x" + Long.toHexString(mask) + " are looked at");
        }
        return number;
    }

    private void requireNumber(String verb) {
        if (bytes > Integer.BYTES) {
            throw new IllegalArgumentException(this + " cannot be " + verb
                    + ": it has more than 4 bytes");
        }
    }

    /** {@return its name and length} */
    @Override
    public String toString() {
        return name + " of " + bytes + " bytes";
    }

    /** Reads addresses. */
    private static final class AddressText {
        private AddressText() {}

        static byte[] parse(String text, int bytes) {
            return switch (bytes) {
                case 4 -> numbers(text, "\\.", "0|[1-9][0-9]{0,2}", 10, bytes);
                case 6 -> numbers(text, ":", "[0-9a-fA-F]{1,2}", 16, bytes);
                case 16 -> ipv6(text);
                default -> throw new IllegalArgumentException("'" + text + "' is no number, and a"
                        + " field of " + bytes + " bytes no address");
            };
        }

        private static byte[] numbers(String text, String separator, String form, int radix,
                int bytes) {
            String[] parts = text.split(separator, -1);
            byte[] value = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                if (parts.length != bytes || !parts[i].matches(form)
                        || Integer.parseInt(parts[i], radix) > 0xff) {
                    throw new IllegalArgumentException("'" + text + "' is no address of " + bytes
                            + " bytes");
                }
                value[i] = (byte) Integer.parseInt(parts[i], radix);
            }
            return value;
        }

        private static byte[] ipv6(String text) {
            // The form is checked before, since a name would be looked up, and [::1] be accepted.
            byte[] value = text.matches("[0-9a-fA-F:.]{2,45}") && text.contains(":")
                    ? Inet6Address.ofLiteral(text).getAddress()
                    : new byte[0];
            if (value.length != 16) {
                throw new IllegalArgumentException("'" + text + "' is no address of IPv6");
            }
            return value;
        }

        static int prefix(String text, int from, int most) {
            String number = text.substring(from);
            if (!number.matches("[0-9]{1,3}") || Integer.parseInt(number) > most) {
                throw new IllegalArgumentException("behind the '/' of '" + text
                        + "' must be a number from 0 to " + most);
            }
            return Integer.parseInt(number);
        }
    }
}
