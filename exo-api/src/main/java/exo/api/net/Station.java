// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import exo.api.Capability;

/**
 * The capability for an address on a network device: the right to receive what is sent to it
 * ({@link exo.api.Rights#READ}) and to send from it ({@link exo.api.Rights#WRITE}).
 *
 * <p>A station whose IPv4 address is {@link Ipv4Address#ANY} may send any kind of frame from its
 * Ethernet address. Every other may send IPv4 packets from its own address, and ARP packets that
 * speak for it.
 */
public interface Station extends Capability {
    /** {@return the device} */
    String deviceName();

    /** {@return the Ethernet address} */
    MacAddress mac();

    /** {@return the IPv4 address} */
    Ipv4Address ipv4();

    /** {@return the largest payload of a frame on the device in bytes} */
    int mtu();

    /**
     * {@return the longest IPv4 packet in bytes that {@link PacketBinding#tryCommitUncut} takes; 0
     * if the device cuts nothing, and that is refused}
     */
    default int maxUncutBytes() {
        return 0;
    }
}
