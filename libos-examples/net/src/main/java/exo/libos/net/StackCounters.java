// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/**
 * What a stack has done so far.
 *
 * @param framesReceived frames taken from the receive ring
 * @param framesSent frames given to the device
 * @param framesRefused frames that the kernel did not take, for another reason than a full ring
 * @param malformed frames whose lengths, versions or options contradict each other
 * @param badChecksums packets whose checksum was wrong
 * @param fragmentsRefused fragments, which the stack does not put together
 * @param notForUs packets to or from an address that does not concern the stack
 * @param arpRequests address questions sent
 * @param arpFailures addresses that nobody answered for
 * @param echoReplies echoes answered
 * @param unreachables ICMP messages sent because no UDP port was open
 * @param datagramsReceived UDP datagrams given to a port
 * @param datagramsSent UDP datagrams sent
 * @param segmentsReceived TCP segments whose checksum was right
 * @param segmentsSent TCP segments sent
 * @param opened connections that were established
 * @param refused SYN segments dropped because a limit was reached
 * @param resetsSent RST segments sent
 * @param resetsReceived connections ended by a valid RST
 * @param retransmitted segments sent again
 * @param fastRecoveries losses noticed from acknowledgements
 * @param timeouts losses noticed by the timer
 * @param probes questions to a peer whose window is closed, or that was silent for long
 * @param challenges acknowledgements sent in answer to a doubtful RST, SYN or acknowledgement
 * @param outsideWindow segments outside of the receive window
 * @param oldTimestamps segments dropped because their timestamp was old
 * @param outOfOrder segments that arrived before their predecessors
 * @param withoutBuffer segments dropped because no receive buffer was left
 * @param recycled connections that left TIME-WAIT early
 */
public record StackCounters(long framesReceived, long framesSent, long framesRefused,
        long malformed, long badChecksums, long fragmentsRefused, long notForUs, long arpRequests,
        long arpFailures, long echoReplies, long unreachables, long datagramsReceived,
        long datagramsSent, long segmentsReceived, long segmentsSent, long opened, long refused,
        long resetsSent, long resetsReceived, long retransmitted, long fastRecoveries,
        long timeouts, long probes, long challenges, long outsideWindow, long oldTimestamps,
        long outOfOrder, long withoutBuffer, long recycled) {}
