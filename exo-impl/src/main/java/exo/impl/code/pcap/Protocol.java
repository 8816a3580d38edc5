// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The protocols that have a word of their own. */
enum Protocol {
    ANY(""), LINK("ether"), IP("ip"), ARP("arp"), RARP("rarp"), SCTP("sctp"), TCP("tcp"),
    UDP("udp"), ICMP("icmp"), IGMP("igmp"), IGRP("igrp"), PIM("pim"), VRRP("vrrp"), CARP("carp"),
    ATALK("atalk"), AARP("aarp"), DECNET("decnet"), LAT("lat"), SCA("sca"), MOPDL("mopdl"),
    MOPRC("moprc"), IP6("ip6"), ICMP6("icmp6"), AH("ah"), ESP("esp"), ISO("iso"), ESIS("esis"),
    ISIS("isis"), L1("l1"), L2("l2"), IIH("iih"), LSP("lsp"), SNP("snp"), PSNP("psnp"),
    CSNP("csnp"), CLNP("clnp"), STP("stp"), IPX("ipx"), NETBEUI("netbeui"), RADIO("radio");

    private static final Map<String, Protocol> WORDS = Arrays.stream(values())
            .filter(protocol -> protocol != ANY)
            .collect(Collectors.toMap(protocol -> protocol.word, Function.identity()));

    private final String word;

    Protocol(String word) {
        this.word = word;
    }

    /** {@return the word} */
    String word() {
        return word;
    }

    static Optional<Protocol> of(Token token) {
        return token.is(Token.Kind.WORD)
                ? Optional.ofNullable(WORDS.get(token.text()))
                : Optional.empty();
    }
}
