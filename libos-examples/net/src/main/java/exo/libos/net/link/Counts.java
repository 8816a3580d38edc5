// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.link;

/**
 * The counters of a stack while they count; {@code exo.libos.net.StackCounters} says the same.
 *
 * <p><b>Thread-safety.</b> The stack's thread.
 */
public final class Counts {
    /** Frames taken from the receive ring. */
    public long framesReceived;
    /** Frames given to the device. */
    public long framesSent;
    /** Frames that the kernel did not take, for another reason than a full ring. */
    public long framesRefused;
    /** Frames whose lengths, versions or options contradict each other. */
    public long malformed;
    /** Packets whose checksum was wrong. */
    public long badChecksums;
    /** Fragments, which the stack does not put together. */
    public long fragmentsRefused;
    /** Packets to or from an address that does not concern the stack. */
    public long notForUs;
    /** Address questions sent. */
    public long arpRequests;
    /** Addresses that nobody answered for. */
    public long arpFailures;
    /** Echoes answered. */
    public long echoReplies;
    /** ICMP messages sent because no UDP port was open. */
    public long unreachables;
    /** UDP datagrams given to a port. */
    public long datagramsReceived;
    /** UDP datagrams sent. */
    public long datagramsSent;
    /** TCP segments whose checksum was right. */
    public long segmentsReceived;
    /** TCP segments sent. */
    public long segmentsSent;
    /** Connections that were established. */
    public long opened;
    /** SYN segments dropped because a limit was reached. */
    public long refused;
    /** RST segments sent. */
    public long resetsSent;
    /** Connections ended by a valid RST. */
    public long resetsReceived;
    /** Segments sent again. */
    public long retransmitted;
    /** Losses noticed from acknowledgements. */
    public long fastRecoveries;
    /** Losses noticed by the timer. */
    public long timeouts;
    /** Questions to a peer whose window is closed, or that was silent for long. */
    public long probes;
    /** Acknowledgements sent in answer to a doubtful RST, SYN or acknowledgement. */
    public long challenges;
    /** Segments outside of the receive window. */
    public long outsideWindow;
    /** Segments dropped because their timestamp was old. */
    public long oldTimestamps;
    /** Segments that arrived before their predecessors. */
    public long outOfOrder;
    /** Segments dropped because no receive buffer was left. */
    public long withoutBuffer;
    /** Connections that left TIME-WAIT early. */
    public long recycled;

    /** Begins at zero. */
    public Counts() {}
}
