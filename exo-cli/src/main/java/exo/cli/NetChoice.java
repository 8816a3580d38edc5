// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import java.util.Optional;

/**
 * What {@code --net} names: how the server reaches its clients.
 *
 * @param kind the sort of device
 * @param hostInterface the interface on the host; empty for the wire
 */
record NetChoice(Kind kind, String hostInterface) {

    /** The sorts of device. */
    enum Kind {
        /** A wire inside the process, with a gateway on the loopback interface. */
        WIRE,
        /** An interface of the host. */
        PACKET,
        /** A TAP interface. */
        TAP
    }

    /** The largest payload of a frame on the wire: fewer frames for the same bytes. */
    static final int WIRE_MTU = 9000;
    /** The prefix of the network on the wire. */
    static final int ON_WIRE_PREFIX = 24;
    /** On the wire nobody else has an address; from the block kept for documentation. */
    private static final AddressChoice ON_WIRE = AddressChoice.parse("192.0.2.2/24");
    /** On a TAP of our own nobody else has one either; from the block for single links. */
    private static final AddressChoice ON_TAP = AddressChoice.parse("169.254.77.2/24");
    private static final Ipv4Address HOST_ON_TAP = Ipv4Address.parse("169.254.77.1");
    /** The name of the device in the kernel. */
    static final String DEVICE = "net0";

    /**
     * An address and the length of its network's prefix.
     *
     * @param ipv4 the address
     * @param prefix the length
     */
    record AddressChoice(Ipv4Address ipv4, int prefix) {
        /**
         * {@return what the text names}
         *
         * @throws IllegalArgumentException if it is not like {@code 10.0.0.2/24}
         */
        static AddressChoice parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0 || !text.substring(slash + 1).matches("[1-9]|[12][0-9]|30")) {
                throw new IllegalArgumentException(
                        "expected an address and a prefix from 1 to 30, like 10.0.0.2/24, but got '"
                                + text + "'");
            }
            int prefix = Integer.parseInt(text.substring(slash + 1));
            Ipv4Address ipv4 = Ipv4Address.parse(text.substring(0, slash));
            int host = ipv4.bits() & (-1 >>> prefix);
            if (host == 0 || host == -1 >>> prefix || ipv4.bits() >>> 28 >= 14
                    || ipv4.bits() >>> 24 == 0) {
                throw new IllegalArgumentException("'" + text + "' is not the address of a host");
            }
            return new AddressChoice(ipv4, prefix);
        }
    }

    /**
     * {@return what the text names}
     *
     * @throws IllegalArgumentException if it is neither {@code wire}, {@code packet:IF} nor
     *         {@code tap:NAME}
     */
    static NetChoice parse(String text) {
        if (text.equals("wire")) {
            return new NetChoice(Kind.WIRE, "");
        }
        int colon = text.indexOf(':');
        String before = colon < 0 ? text : text.substring(0, colon);
        String name = colon < 0 ? "" : text.substring(colon + 1);
        Kind kind = switch (before) {
            case "packet" -> Kind.PACKET;
            case "tap" -> Kind.TAP;
            default -> throw new IllegalArgumentException(
                    "expected wire, packet:INTERFACE or tap:NAME, but got '" + text + "'");
        };
        if (name.isEmpty()) {
            throw new IllegalArgumentException("'" + text + "' names no interface; write "
                    + before + ":NAME");
        }
        NetChoice choice = new NetChoice(kind, name);
        choice.config(false); // refuses a name that cannot be one
        return choice;
    }

    /** {@return whether clients come through the gateway} */
    boolean isWire() {
        return kind == Kind.WIRE;
    }

    /**
     * {@return the device for the kernel}
     *
     * @param offloads whether the host may cut long segments, where it can
     */
    NetConfig config(boolean offloads) {
        return switch (kind) {
            case WIRE -> new NetConfig.Wire(DEVICE, WIRE_MTU);
            case PACKET -> NetConfig.packet(DEVICE, hostInterface).offloads(offloads);
            case TAP -> NetConfig.tap(DEVICE, hostInterface).hostAddress(HOST_ON_TAP, 24);
        };
    }

    /**
     * {@return the address of the server}
     *
     * @param asked what the user asked for
     * @throws IllegalArgumentException if there is no default and the user asked for none
     */
    AddressChoice address(Optional<AddressChoice> asked) {
        return asked.orElseGet(() -> switch (kind) {
            case WIRE -> ON_WIRE;
            case TAP -> ON_TAP;
            case PACKET -> throw new IllegalArgumentException("--net packet:" + hostInterface
                    + " needs the address of the server: --address A.B.C.D/PREFIX, an address on"
                    + " the network of " + hostInterface + " that nobody uses, this host included");
        });
    }

    /** {@return an Ethernet address that follows from an IPv4 address, locally administered} */
    static MacAddress macFor(Ipv4Address address) {
        return new MacAddress(0x02_65_0000_0000L | (address.bits() & 0xffff_ffffL));
    }
}
