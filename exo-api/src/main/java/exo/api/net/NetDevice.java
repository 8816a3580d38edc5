// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import exo.api.Capability;
import java.util.Optional;

/**
 * The capability for a network device: the right to allocate stations on it.
 */
public interface NetDevice extends Capability {
    /** {@return the name of the device in the kernel} */
    String deviceName();

    /** {@return the largest payload of a frame in bytes} */
    int mtu();

    /** {@return the longest frame in bytes, its header included, without checksum} */
    default int maxFrameBytes() {
        return mtu() + 14;
    }

    /** {@return the host's own address on the interface; empty for a wire or if it has none} */
    Optional<Ipv4Address> hostAddress();

    /** {@return the length of the network prefix of the host's own address, or 0} */
    int hostPrefix();
}
