// SPDX-License-Identifier: Apache-2.0

/** Ethernet, ARP, IPv4, ICMP, UDP and TCP as a library on packet bindings. */
module exo.libos.net {
    requires transitive exo.api;

    exports exo.libos.net;
}
