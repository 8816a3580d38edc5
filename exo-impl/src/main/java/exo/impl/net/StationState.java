// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;

/**
 * An address on a device: what all capabilities derived from one station share.
 *
 * @param device the device
 * @param mac the Ethernet address
 * @param ipv4 the IPv4 address, or any
 */
record StationState(Device device, MacAddress mac, Ipv4Address ipv4) {}
