// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/** What a stack tells the user of a UDP port; on the stack's thread, inside its receive. */
public interface UdpHandler {
    /**
     * A datagram has arrived.
     *
     * @param sender the sender's address, as {@link exo.api.net.Ipv4Address#bits} gives it
     * @param senderPort the sender's port
     * @param windowOffset where in the stack's window its bytes lie; they stay there until this
     *        entry returns
     * @param byteCount how many they are, 0 or more
     */
    void onDatagram(int sender, int senderPort, long windowOffset, int byteCount);
}
