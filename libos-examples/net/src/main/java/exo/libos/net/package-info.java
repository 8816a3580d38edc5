// SPDX-License-Identifier: Apache-2.0

/**
 * Ethernet, ARP, IPv4, ICMP, UDP and TCP as a library on packet bindings.
 *
 * <p>Guarantees: <ul>
 * <li><b>Hostile input.</b> Whatever arrives, nothing is thrown, nothing outside of the frame is
 * read, and every table has a limit: connections, half-open ones, those in TIME-WAIT, ranges out
 * of order, neighbours, answers to strangers.
 * <li><b>Nothing is copied that needs not be.</b> What is sent from pages is read there, also when
 * it is sent again; what arrives in order is shown where the device put it.
 * <li><b>Each piece is given back once.</b> {@link exo.libos.net.TcpHandler#onSent} is told for
 * each piece that was taken, before the end of its connection.
 * <li><b>No allocation.</b> Neither for a frame nor for a connection, once as many were in use.
 * </ul>
 *
 * <p>It does not guarantee secrecy or authenticity (that is TLS), IPv6, fragments, IP options,
 * multicast, path MTU discovery without ICMP, or SYN cookies: in a flood of SYN the oldest
 * half-open connection gives way after a second.
 *
 * <p>Reading order: {@link exo.libos.net.NetStack}, {@link exo.libos.net.StackConfig}, {@link
 * exo.libos.net.TcpConnection}, {@link exo.libos.net.TcpHandler}; inside, {@code Tcb}, {@code
 * TcpTable}, {@code TcpInput}, {@code TcpOutput}, {@code Congestion}, {@code TcpTimeouts}.
 *
 * {@snippet lang="java" :
 * NetStack stack = NetStack.open(env, station, window, 0, StackConfig.network(24),
 *         System::nanoTime);
 * stack.listen(80, handler);
 * env.upcalls().handler(new UpcallHandler() {
 *     @Override
 *     public void onPackets(PacketBinding binding) {
 *         stack.receive();
 *     }
 * });
 * while (!stop) {
 *     env.upcalls().await(stack.nextDeadlineNanos());
 *     stack.expireTimers();
 *     stack.flush();
 * }
 * }
 *
 * <h2>The way of a frame</h2>
 *
 * <pre>{@code
 *   receive ring --> Ipv4Input --+--> ArpCache            +--> neighbours, waiting packets
 *                                +--> Datagrams           +--> UdpHandler, echo, unreachable
 *                                +--> TcpInput --> Tcb --> TcpTable: events --> TcpHandler
 *                                                   |
 *   transmit ring <-- FrameLink <-- TcpOutput <-----+   TcpTable: output list, at flush
 *                                       ^
 *   user's pages, send buffers ---------+  SendQueue, read at each sending
 * }</pre>
 *
 * <h2>The states of a connection</h2>
 *
 * <pre>{@code
 *              listen: SYN                       connect
 *                  |                                |
 *                  v             SYN                v
 *            SYN_RECEIVED <------------------- SYN_SENT
 *                  | ACK                            | SYN, ACK
 *                  +----------> ESTABLISHED <-------+
 *       shutOutput |               |  FIN           (shutOutput before: FIN_WAIT_1)
 *                  v               v
 *   +------- FIN_WAIT_1       CLOSE_WAIT
 *   | FIN          | ACK           | shutOutput
 *   v              v               v
 * CLOSING     FIN_WAIT_2       LAST_ACK
 *   | ACK          | FIN           | ACK
 *   +--> TIME_WAIT <+               +--> CLOSED     also: RST, abort, timeouts, from any state
 *            | twice the life of a segment, a newer SYN, or too many
 *            +--> CLOSED
 * }</pre>
 *
 * <p>{@link exo.libos.net.TcpHandler#onConnected} is told at ESTABLISHED; {@link
 * exo.libos.net.TcpHandler#onClosed} at TIME_WAIT or CLOSED, but after a regular end not before all
 * bytes were consumed. In TIME_WAIT a connection has no user, no buffers, and counts separately.
 *
 * <h2>Decisions</h2>
 *
 * <ul>
 * <li>Sequence numbers are 64 bits inside, so that they never wrap; see {@code Tcb}.
 * <li>A SYN beyond a limit is dropped, not reset: the peer repeats it, and may be lucky then.
 * <li>There is no Nagle delay: {@link exo.libos.net.NetStack#flush} says when a turn is complete,
 * and the last segment of a turn may be short.
 * <li>A RST ends a connection only at exactly the expected number (RFC 5961).
 * <li>A bare acknowledgement is never numbered beyond the peer's window, where he would not take
 * it, after a probe of a closed window.
 * <li>A closed window is probed with one new byte, for as long as the peer answers.
 * </ul>
 *
 * <p>Imports allowed: {@code exo.api} and its packages, {@code exo.libos.net.link}, {@code
 * exo.libos.net.wire}. Threading: everything belongs to the thread that opened the stack.
 *
 * <p>Source: RFC 9293 (TCP), 1122 (hosts), 5681 and 6582 (congestion, recovery), 6298 (timeout),
 * 6675 and 2018 (SACK), 6928 (initial window), 7323 (timestamps, scaled windows), 5961 and 6528
 * (blind attackers), 6191 and 1337 (TIME-WAIT), 6056 (ports), 826, 791, 792, 768; Ganger et al.,
 * "Fast and flexible application-level networking on exokernel systems", TOCS 2002 (merged cache
 * and retransmission pool, packet merging). Departure: TIME-WAIT has a limit.
 *
 * <p>Held by: {@code TransferTest}, {@code TcpOpenTest}, {@code TcpDataTest}, {@code TcpCloseTest},
 * {@code ArpTest}, {@code WireTest}, {@code StackHostile}, {@code StackOnKernelTest}, {@code
 * AllocationTest}.
 */
package exo.libos.net;
