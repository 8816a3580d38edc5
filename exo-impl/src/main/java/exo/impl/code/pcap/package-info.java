// SPDX-License-Identifier: Apache-2.0

/**
 * A compiler for the language of pcap-filter(7), to classic BPF.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same packets.</b> What it compiles accepts the packets that libpcap 1.10 accepts when
 * it reads them from a capture, cut ones included; with its peculiarities: {@code vlan}, {@code
 * mpls}, {@code pppoes} and {@code geneve} move the headers for all that follows, be it behind
 * {@code or}; the right side of arithmetic does not ask for its protocol.
 * <li><b>The same language.</b> It refuses what libpcap refuses, among it expressions that fit no
 * packet, and names the place, what was read, and what would fit.
 * <li><b>Bounded.</b> Length, nesting, size and work are, whatever the expression.
 * </ul>
 *
 * <p>It differs on purpose in this: names of hosts and networks are refused, since no name server
 * is asked; names of services and protocols are those of a table of its own; {@code protochain}
 * follows 8 headers and gives up then, where libpcap loops; scratch words that libpcap leaves as
 * they are are 0. Words for link types that {@link exo.api.code.LinkType} has not (802.11, ATM,
 * SS7, pf) are refused. Neither it nor libpcap optimises {@code protochain} and {@code geneve}.
 *
 * <p>Reading order: {@code Token}, {@code Lexer}, {@code Node}, {@code Parser}; {@code State},
 * {@code Tests}, {@code LinkTests}, {@code ExpressionCode}; {@code exo.impl.code.pcap.flow}; {@link
 * exo.impl.code.pcap.ExpressionCompiler}.
 *
 * {@snippet lang="java" :
 * ClassicProgram web = ExpressionCompiler.compile("tcp dst port 80", LinkType.ETHERNET, 65_535);
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api.code}, {@code exo.impl.code.pcap.flow}. Threading:
 * any thread; nothing is shared.
 *
 * <p>Source: pcap-filter(7), and the behaviour of libpcap 1.10.3.
 *
 * <p>Held by: {@code ExpressionTest}, {@code ExpressionRefusalTest}.
 */
package exo.impl.code.pcap;
