// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Ipv4Address;
import exo.host.NetInterface;
import java.util.Optional;

/** A link to an interface of the host, which has its mtu and its addresses from there. */
interface HostLink extends Link, Receiver.Source {
    /** {@return the interface, as it was when the link was opened} */
    NetInterface on();

    @Override
    default int mtu() {
        return on().mtu();
    }

    @Override
    default Optional<Ipv4Address> hostAddress() {
        int bits = on().ipv4();
        return bits == 0 ? Optional.empty() : Optional.of(new Ipv4Address(bits));
    }

    @Override
    default int hostPrefix() {
        return on().prefix();
    }
}
