// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import java.util.Objects;
import java.util.Optional;

/**
 * A network device of a kernel.
 */
public sealed interface NetConfig permits NetConfig.Wire, NetConfig.Packet, NetConfig.Tap {
    /** The smallest transfer unit: what IPv4 demands of every link. */
    int MIN_MTU = 576;
    /** The largest transfer unit. */
    int MAX_MTU = 9000;

    /** {@return the name of the device in the kernel} */
    String name();

    /**
     * {@return an in-process wire that joins stations of this kernel and needs no privilege}
     *
     * @param name the name of the device in the kernel
     */
    static Wire wire(String name) {
        return new Wire(name, 1500);
    }

    /**
     * {@return a network interface of the host, reached by AF_PACKET, without offloads; needs
     * CAP_NET_RAW}
     *
     * @param name the name of the device in the kernel
     * @param hostInterface the name of the interface on the host
     */
    static Packet packet(String name, String hostInterface) {
        return new Packet(name, hostInterface, false);
    }

    /**
     * {@return a TAP interface that is made at boot and vanishes at close; needs CAP_NET_ADMIN}
     *
     * @param name the name of the device in the kernel
     * @param hostInterface the name of the interface on the host, at most 15 characters
     */
    static Tap tap(String name, String hostInterface) {
        return new Tap(name, hostInterface, Optional.empty(), 24);
    }

    /**
     * An in-process wire.
     *
     * @param name the name of the device in the kernel
     * @param mtu the largest payload of a frame in bytes
     */
    record Wire(String name, int mtu) implements NetConfig {
        /** Checks the bounds. */
        public Wire {
            Objects.requireNonNull(name, "name");
            if (mtu < MIN_MTU || mtu > MAX_MTU) {
                throw new IllegalArgumentException(
                        "mtu must be " + MIN_MTU + " to " + MAX_MTU + ", but was " + mtu);
            }
        }
    }

    /**
     * A network interface of the host.
     *
     * @param name the name of the device in the kernel
     * @param hostInterface the name of the interface on the host
     * @param offloads whether the host cuts long TCP segments and fills in their checksums, see
     *        {@link Station#maxUncutBytes}: faster, but a capture on a virtual link shows the
     *        segments before that is done
     */
    record Packet(String name, String hostInterface, boolean offloads) implements NetConfig {
        /** Checks the name. */
        public Packet {
            Objects.requireNonNull(name, "name");
            checkInterfaceName(hostInterface);
        }

        /**
         * {@return this device with offloads or without}
         *
         * @param changed whether the host cuts long segments and fills in their checksums
         */
        public Packet offloads(boolean changed) {
            return new Packet(name, hostInterface, changed);
        }
    }

    /**
     * A TAP interface.
     *
     * @param name the name of the device in the kernel
     * @param hostInterface the name of the interface on the host
     * @param hostAddress the address the host gets on it; empty to leave it without
     * @param hostPrefix the length of the network prefix of {@code hostAddress}
     */
    record Tap(String name, String hostInterface, Optional<Ipv4Address> hostAddress,
            int hostPrefix) implements NetConfig {
        /** Checks the name. */
        public Tap {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(hostAddress, "hostAddress");
            checkInterfaceName(hostInterface);
            if (hostPrefix < 1 || hostPrefix > 30) {
                throw new IllegalArgumentException(
                        "hostPrefix must be 1 to 30, but was " + hostPrefix);
            }
        }

        /**
         * {@return this device with an address for the host's side}
         *
         * @param address the address
         * @param prefix the length of its network prefix
         */
        public Tap hostAddress(Ipv4Address address, int prefix) {
            return new Tap(name, hostInterface, Optional.of(address), prefix);
        }
    }

    private static void checkInterfaceName(String hostInterface) {
        if (!hostInterface.matches("[^/\\s]{1,15}")) {
            throw new IllegalArgumentException(
                    "an interface name has 1 to 15 characters without blanks and slashes, but was '"
                            + hostInterface + "'");
        }
    }
}
