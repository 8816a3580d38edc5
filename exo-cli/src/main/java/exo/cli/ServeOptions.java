// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.net.Ipv4Address;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user asked {@code exo serve} for, checked.
 *
 * @param folder the folder to serve
 * @param disk the image file or block device; empty for a temporary image
 * @param net how clients reach the server
 * @param address the server's address
 * @param router the router to other networks; empty if there is none
 * @param port the TCP port; on the wire the gateway's, 0 for any
 * @param offloads whether the host may cut long segments
 * @param pages page frames of the server
 * @param core the core of the server; empty for the last one permitted
 */
record ServeOptions(Path folder, Optional<Path> disk, NetChoice net,
        NetChoice.AddressChoice address, Optional<Ipv4Address> router, int port, boolean offloads,
        int pages,
        Optional<Integer> core) {}
