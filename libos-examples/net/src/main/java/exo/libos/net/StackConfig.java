// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.net.Ipv4Address;
import java.util.Objects;
import java.util.Optional;

/**
 * What a stack may use, and to whom it speaks directly.
 *
 * <p>A connection holds a receive buffer only while bytes wait in it, and a send buffer only while
 * copied bytes are not acknowledged; so there may be fewer {@link #buffers} of each kind than
 * connections. When all are taken, arriving bytes are dropped (their sender repeats them), and
 * {@link TcpConnection#trySend} takes none.
 *
 * @param prefixLength the length of the network prefix in bits, 1 to 32; an address outside of it
 *        is reached through the router
 * @param router the router; empty if there is none
 * @param maxConnections connections at one time, 1 to 65,536; those in TIME-WAIT not counted
 * @param receiveBufferBytes size of a receive buffer, a power of two from 2,048 to 1,048,576
 * @param sendBufferBytes size of a send buffer, a power of two from 2,048 to 1,048,576
 * @param buffers buffers of each kind, 1 to {@code maxConnections}
 * @param pieces pieces that one connection may have queued, a power of two from 4 to 1,024
 * @param maxHalfOpen connections at one time that a peer has asked for and not confirmed, 1 to
 *        {@code maxConnections}
 * @param maxTimeWait connections at one time that wait in TIME-WAIT, 0 to 65,536
 * @param ringSlots frames of each packet ring, a power of two from 16 to 32,768
 * @param times the timers of TCP
 */
public record StackConfig(int prefixLength, Optional<Ipv4Address> router, int maxConnections,
        int receiveBufferBytes, int sendBufferBytes, int buffers, int pieces, int maxHalfOpen,
        int maxTimeWait, int ringSlots, TcpTimes times) {
    private static final int MOST_CONNECTIONS = 1 << 16;

    /** Checks the bounds. */
    public StackConfig {
        Objects.requireNonNull(router, "router");
        Objects.requireNonNull(times, "times");
        checkRange("prefixLength", prefixLength, 1, 32);
        checkRange("maxConnections", maxConnections, 1, MOST_CONNECTIONS);
        checkPowerOfTwo("receiveBufferBytes", receiveBufferBytes, 1 << 11, 1 << 20);
        checkPowerOfTwo("sendBufferBytes", sendBufferBytes, 1 << 11, 1 << 20);
        checkRange("buffers", buffers, 1, maxConnections);
        checkPowerOfTwo("pieces", pieces, 4, 1024);
        checkRange("maxHalfOpen", maxHalfOpen, 1, maxConnections);
        checkRange("maxTimeWait", maxTimeWait, 0, MOST_CONNECTIONS);
        checkPowerOfTwo("ringSlots", ringSlots, 16, 1 << 15);
    }

    /**
     * Takes the main limits; the others follow from them.
     *
     * @param prefixLength the length of the network prefix in bits
     * @param router the router; empty if there is none
     * @param maxConnections connections at one time
     * @param receiveBufferBytes size of a receive buffer
     * @param sendBufferBytes size of a send buffer
     */
    public StackConfig(int prefixLength, Optional<Ipv4Address> router, int maxConnections,
            int receiveBufferBytes, int sendBufferBytes) {
        this(prefixLength, router, maxConnections, receiveBufferBytes, sendBufferBytes,
                (maxConnections + 1) / 2, 64, Math.min(maxConnections, 256), 1024, 256,
                TcpTimes.DEFAULT);
    }

    /**
     * {@return a configuration without a router, for 1,024 connections with buffers of 16 KiB}
     *
     * @param prefixLength the length of the network prefix in bits
     */
    public static StackConfig network(int prefixLength) {
        return new StackConfig(prefixLength, Optional.empty(), 1024, 16_384, 16_384);
    }

    /**
     * {@return this configuration with a router}
     *
     * @param address the router
     */
    public StackConfig router(Ipv4Address address) {
        return new StackConfig(prefixLength, Optional.of(address), maxConnections,
                receiveBufferBytes, sendBufferBytes, buffers, pieces, maxHalfOpen, maxTimeWait,
                ringSlots, times);
    }

    /**
     * {@return this configuration with another limit of connections; half as many buffers of each
     * kind, and at most 256 of them half-open}
     *
     * @param changed connections at one time
     */
    public StackConfig maxConnections(int changed) {
        return new StackConfig(prefixLength, router, changed, receiveBufferBytes,
                sendBufferBytes, (changed + 1) / 2, pieces, Math.min(changed, 256), maxTimeWait,
                ringSlots, times);
    }

    /**
     * {@return this configuration with other buffers}
     *
     * @param receiveBytes size of a receive buffer
     * @param sendBytes size of a send buffer
     * @param count buffers of each kind
     */
    public StackConfig buffers(int receiveBytes, int sendBytes, int count) {
        return new StackConfig(prefixLength, router, maxConnections, receiveBytes, sendBytes,
                count, pieces, maxHalfOpen, maxTimeWait, ringSlots, times);
    }

    /**
     * {@return this configuration with another limit of queued pieces}
     *
     * @param changed pieces that one connection may have queued
     */
    public StackConfig pieces(int changed) {
        return new StackConfig(prefixLength, router, maxConnections, receiveBufferBytes,
                sendBufferBytes, buffers, changed, maxHalfOpen, maxTimeWait, ringSlots, times);
    }

    /**
     * {@return this configuration with other limits for connections at their begin and end}
     *
     * @param halfOpen connections at one time that a peer has asked for and not confirmed
     * @param timeWait connections at one time that wait in TIME-WAIT
     */
    public StackConfig waiting(int halfOpen, int timeWait) {
        return new StackConfig(prefixLength, router, maxConnections, receiveBufferBytes,
                sendBufferBytes, buffers, pieces, halfOpen, timeWait, ringSlots, times);
    }

    /**
     * {@return this configuration with other packet rings}
     *
     * @param changed frames of each ring
     */
    public StackConfig ringSlots(int changed) {
        return new StackConfig(prefixLength, router, maxConnections, receiveBufferBytes,
                sendBufferBytes, buffers, pieces, maxHalfOpen, maxTimeWait, changed, times);
    }

    /**
     * {@return this configuration with other timers}
     *
     * @param changed the timers of TCP
     */
    public StackConfig times(TcpTimes changed) {
        return new StackConfig(prefixLength, router, maxConnections, receiveBufferBytes,
                sendBufferBytes, buffers, pieces, maxHalfOpen, maxTimeWait, ringSlots, changed);
    }

    private static void checkRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be " + least + " to " + most + ", but was " + value);
        }
    }

    private static void checkPowerOfTwo(String name, int value, int least, int most) {
        if (value < least || value > most || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(name + " must be a power of two from " + least
                    + " to " + most + ", but was " + value);
        }
    }
}
