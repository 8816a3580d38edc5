// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import exo.api.code.ClassicProgram;
import exo.api.mem.Window;

/**
 * Network devices, as one environment sees them.
 *
 * <p><b>Thread-safety.</b> Threads of the environment; a binding belongs to the thread that made
 * it.
 */
public interface Net {
    /**
     * Allocates an address on a device.
     *
     * @param device a device capability with {@link exo.api.Rights#WRITE}
     * @param mac the Ethernet address, not a group address
     * @param ipv4 the IPv4 address, or {@link Ipv4Address#ANY}
     * @param label its label in this environment's key-ring
     * @return the capability for it, with all rights
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if another station of
     *         the device has the Ethernet address, or has the IPv4 address; no effect
     */
    Station allocStation(NetDevice device, MacAddress mac, Ipv4Address ipv4, String label);

    /**
     * Gives an address back; everything derived from it is revoked and its bindings are closed.
     *
     * @param station a station as {@link #allocStation} gave it, with {@link exo.api.Rights#REVOKE}
     */
    void freeStation(Station station);

    /**
     * Binds a filter to a station: frames that are sent to the station and that the filter accepts
     * go to the rings of this binding.
     *
     * <p>A frame to one station goes to the oldest binding whose filter accepts it, so that a later
     * binding never takes the frames of an earlier one. A frame to a group address goes to every
     * binding of the device whose filter accepts it.
     *
     * @param station a capability with {@link exo.api.Rights#READ} or {@link exo.api.Rights#WRITE}
     * @param filter what to receive; verified here
     * @param window a writable window of the calling thread
     * @param firstPage where in it the rings lie; the pages are in use
     * @param rings the size of the rings
     * @return the binding, which belongs to the calling thread
     * @throws exo.api.VerificationException if the filter is refused; no effect
     * @throws exo.api.CapabilityException if the capability is not valid; no effect
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if a page is not in
     *         use; with {@link exo.api.ErrorCode#OUT_OF_RANGE} if a slot is too small for the
     *         device's frames; with {@link exo.api.ErrorCode#QUOTA} if no kernel object is left; no
     *         effect
     */
    PacketBinding bind(Station station, ClassicProgram filter, Window window, int firstPage,
            RingSpec rings);
}
