// SPDX-License-Identifier: Apache-2.0

/**
 * Conditions as graphs of blocks of classic BPF: made, optimised, and laid out.
 *
 * <p>Guarantees: <ul>
 * <li><b>Forward only.</b> Graphs have no circles, and a block is laid out before those it leads
 * to.
 * <li><b>Nothing unwritten is read.</b> Scratch words that a path may read before writing are
 * cleared first.
 * <li><b>Bounded.</b> The optimiser counts its steps and stops at a limit; no recursion grows with
 * the graph.
 * </ul>
 *
 * <p>It does not keep loads whose values are not needed: a program may accept a packet that is too
 * short for them, as libpcap's may.
 *
 * <p>Reading order: {@code Statement}, {@code Block}, {@link exo.impl.code.pcap.flow.Condition},
 * {@code Flow}, {@code Values}, {@code Peephole}, {@code Optimizer}, {@code Layout}, {@link
 * exo.impl.code.pcap.flow.Graph}.
 *
 * {@snippet lang="java" :
 * List<Statement> type = Statement.list(Statement.of(Op.LD_ABS | Op.HALF, 12));
 * Condition arp = Condition.of(type, Op.JEQ, 0x806);
 * Graph.Outcome outcome = Graph.compile(arp, 65_535, false);
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api.code}. Threading: one thread for a graph.
 *
 * <p>Source: McCanne, Jacobson, "The BSD Packet Filter", USENIX Winter 1993.
 *
 * <p>Held by: the tests of {@code exo.impl.code.pcap}.
 */
package exo.impl.code.pcap.flow;
