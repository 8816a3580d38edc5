// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/**
 * The timers and retry limits of TCP.
 *
 * @param minRtoNanos the shortest retransmission timeout; 1 ms to 10 s
 * @param maxRtoNanos the longest, reached by doubling; at least {@code minRtoNanos}, at most 240 s
 * @param delayedAckNanos how long an acknowledgement may wait for bytes to go with it; 0 to 500 ms
 * @param timeWaitNanos how long a connection waits in TIME-WAIT: twice the time a segment may live
 *        in the network; 1 ms to 240 s
 * @param keepAliveNanos how long a connection may be silent before its peer is asked whether it
 *        is alive; 0 for never
 * @param keepAliveGapNanos how long to wait for an answer before the peer is asked again; at least
 *        1 ms
 * @param keepAliveProbes how often the peer is asked in vain before the connection is over; at
 *        least 1
 * @param synRetries how often the first segment is repeated before the connection is over; 0 to 15
 * @param retries how often another segment is repeated in vain before the connection is over; 1
 *        to 30
 */
public record TcpTimes(long minRtoNanos, long maxRtoNanos, long delayedAckNanos,
        long timeWaitNanos, long keepAliveNanos, long keepAliveGapNanos, int keepAliveProbes,
        int synRetries, int retries) {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /**
     * Timeouts of 0.2 s to 60 s, acknowledgements delayed by 40 ms at most, 60 s in TIME-WAIT,
     * keep-alive after two hours as RFC 1122 demands, five repeated SYN, and ten repeated segments,
     * which takes more than the 100 s of RFC 1122.
     */
    public static final TcpTimes DEFAULT = new TcpTimes(200 * MILLI, 60 * SECOND, 40 * MILLI,
            60 * SECOND, 7200 * SECOND, 75 * SECOND, 9, 5, 10);

    /** Checks the bounds. */
    public TcpTimes {
        checkRange("minRtoNanos", minRtoNanos, MILLI, 10 * SECOND);
        checkRange("maxRtoNanos", maxRtoNanos, minRtoNanos, 240 * SECOND);
        checkRange("delayedAckNanos", delayedAckNanos, 0, 500 * MILLI);
        checkRange("timeWaitNanos", timeWaitNanos, MILLI, 240 * SECOND);
        checkRange("keepAliveNanos", keepAliveNanos, 0, Long.MAX_VALUE / 4);
        checkRange("keepAliveGapNanos", keepAliveGapNanos, MILLI, 7200 * SECOND);
        checkRange("keepAliveProbes", keepAliveProbes, 1, 100);
        checkRange("synRetries", synRetries, 0, 15);
        checkRange("retries", retries, 1, 30);
    }

    /**
     * {@return these timers with another keep-alive}
     *
     * @param afterNanos how long a connection may be silent; 0 for ever
     * @param gapNanos how long to wait for an answer
     * @param probes how often to ask in vain
     */
    public TcpTimes keepAlive(long afterNanos, long gapNanos, int probes) {
        return new TcpTimes(minRtoNanos, maxRtoNanos, delayedAckNanos, timeWaitNanos, afterNanos,
                gapNanos, probes, synRetries, retries);
    }

    /**
     * {@return these timers with another time in TIME-WAIT}
     *
     * @param nanos how long
     */
    public TcpTimes timeWait(long nanos) {
        return new TcpTimes(minRtoNanos, maxRtoNanos, delayedAckNanos, nanos, keepAliveNanos,
                keepAliveGapNanos, keepAliveProbes, synRetries, retries);
    }

    /**
     * {@return these timers with other limits for repeated segments}
     *
     * @param first how often the first segment is repeated
     * @param later how often another segment is repeated
     */
    public TcpTimes retries(int first, int later) {
        return new TcpTimes(minRtoNanos, maxRtoNanos, delayedAckNanos, timeWaitNanos,
                keepAliveNanos, keepAliveGapNanos, keepAliveProbes, first, later);
    }

    private static void checkRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be " + least + " to " + most + ", but was " + value);
        }
    }
}
