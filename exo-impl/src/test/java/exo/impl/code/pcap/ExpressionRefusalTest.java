// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is refused, where, and why; and the limits. */
@ExtendWith(Seeds.class)
class ExpressionRefusalTest {
    private static CodeSyntaxException refusal(String expression, LinkType link) {
        return assertThrows(CodeSyntaxException.class,
                () -> ExpressionCompiler.compile(expression, link, 65_535), expression);
    }

    private static int length(String expression) {
        return ExpressionCompiler.compile(expression, LinkType.ETHERNET, 65_535).length();
    }

    @ParameterizedTest
    @NeedsTool("tcpdump")
    @CsvSource(delimiter = '~', value = {
            "tcp port                     ~ 9  ~ end of the expression",
            "tcp prot 80                  ~ 5  ~ 'and', 'or'",
            "10.0.0.1                     ~ 1  ~ qualifier",
            "80                           ~ 1  ~ qualifier",
            "port 65536                   ~ 6  ~ 0 to 65535",
            "port nosuch                  ~ 6  ~ use the number",
            "udp port http                ~ 10 ~ of tcp",
            "portrange 80                 ~ 0  ~ ",
            "portrange ssh                ~ 11 ~ range",
            "portrange 1-65536            ~ 11 ~ 0 to 65535",
            "icmp port 80                 ~ 11 ~ no ports",
            "port 10.0.0.1                ~ 6  ~ 'net' would",
            "port ((80 or 443) or 22)     ~ 7  ~ group",
            "port (80 or tcp)             ~ 13 ~ a port would",
            "host 256.1.1.1               ~ 6  ~ 0 to 255",
            "host 10.0.0.0/8              ~ 6  ~ 'net' would",
            "net 10.0.0.1/8               ~ 5  ~ outside the mask",
            "net 10.0.0.0/33              ~ 14 ~ 0 to 32",
            "net 10.0.0.1 mask 255.0.0.0  ~ 5  ~ outside the mask",
            "net 2001:db8::1/32           ~ 5  ~ outside the mask",
            "net ::/129                   ~ 8  ~ 0 to 128",
            "host ::/0                    ~ 6  ~ 'net' would",
            "host ::1.2.3.400             ~ 6  ~ '400'",
            "ip host ::1                  ~ 9  ~ 'ip6' would",
            "ip6 host 1.2.3.4             ~ 10 ~ 'ip6'",
            "tcp host 1.2.3.4             ~ 10 ~ 'arp'",
            "ether host 1.2.3.4           ~ 12 ~ six bytes",
            "ether host 5                 ~ 12 ~ six bytes",
            "host 0:1:2:3:4:5             ~ 6  ~ 'ether host'",
            "ether host 0:1:2:3:4         ~ 12 ~ six bytes",
            "ether host $a                ~ 12 ~ ARCnet",
            "ether                        ~ 1  ~ alone",
            "ether proto nosuch           ~ 13 ~ use the number",
            "ip proto tcp                 ~ 10 ~ after a backslash",
            "tcp proto 6                  ~ 11 ~ 'ether'",
            "tcp protochain 6             ~ 16 ~ 'ip6'",
            "arp broadcast                ~ 5  ~ no broadcast",
            "arp multicast                ~ 5  ~ no multicast",
            "gateway 10.0.0.1             ~ 9  ~ 'net' would",
            "gateway nosuch               ~ 9  ~ names of hosts",
            "decnet host 1                ~ 0  ~ ",
            "vlan 4096                    ~ 6  ~ 0 to 4095",
            "mpls 1048576                 ~ 6  ~ 0 to 1048575",
            "pppoes 65536                 ~ 8  ~ 0 to 65535",
            "geneve 16777216              ~ 8  ~ 0 to 16777215",
            "mpls and vlan                ~ 10 ~ behind 'mpls'",
            "mpls and arp                 ~ 10 ~ 'ip6'",
            "pppoes and vlan              ~ 12 ~ PPP",
            "geneve and ip protochain 6   ~ 26 ~ Geneve",
            "llc foo                      ~ 5  ~ sabme",
            "ifindex 1                    ~ 1  ~ interface",
            "inbound                      ~ 1  ~ cooked",
            "type mgt                     ~ 1  ~ 802.11",
            "ether addr1 0:1:2:3:4:5      ~ 7  ~ 802.11",
            "on eth0                      ~ 1  ~ pf",
            "lane                         ~ 1  ~ ATM",
            "sio 1                        ~ 1  ~ SS7",
            "ip[0:3] = 1                  ~ 6  ~ 1, 2 or 4",
            "ip[0                         ~ 5  ~ ']'",
            "ip[0]                        ~ 6  ~ comparison",
            "ah[0] = 1                    ~ 1  ~ cannot be had",
            "len / 0 = 1                  ~ 5  ~ division",
            "len / (1 - 1) = 1            ~ 1  ~ division",
            "len << 32 = 1                ~ 5  ~ 31 bits",
            "len = 08                     ~ 7  ~ octal",
            "len = 4294967296             ~ 7  ~ 32 bits",
            "byte 0 ! 1                   ~ 8  ~ & | < > =",
            "tcp and udp                  ~ 1  ~ no packet",
            "tcp or ?                     ~ 8  ~ no meaning",
            "(tcp                         ~ 5  ~ ')'",
            "src tcp port 80              ~ 5  ~ 'host'",
            "src or src port 80           ~ 8  ~ 'dst'",
            "tcp \\                       ~ 5  ~ backslash",
    })
    void shouldSayWhereAndWhy(String expression, int column, String word) {
        if (column == 0) {
            assertTrue(length(expression) > 0, "a neighbour that is accepted");
            return;
        }
        CodeSyntaxException e = refusal(expression, LinkType.ETHERNET);
        assertEquals(1, e.line());
        assertEquals(column, e.column(), e.getMessage());
        assertTrue(e.getMessage().contains(word), e.getMessage());
        // Without a capture, libpcap compiles these for interfaces, which tell.
        if (!expression.equals("inbound") && !expression.equals("ifindex 1")) {
            Command.Result theirs = Command.attempt(List.of("tcpdump", "-y", "EN10MB", "-d",
                    expression));
            assertNotEquals(0, theirs.exit(), "tcpdump refuses it too: " + expression);
        }
    }

    @Test
    void shouldCountLines() {
        CodeSyntaxException e = refusal("tcp\n  and\n   nonsense", LinkType.ETHERNET);
        assertEquals(3, e.line());
        assertEquals(4, e.column());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ether host 0:1:2:3:4:5", "broadcast", "multicast", "vlan", "llc"})
    void shouldRefuseWhatALinkTypeHasNot(String expression) {
        assertTrue(length(expression) > 0);
        for (LinkType link : LinkType.values()) {
            if (link != LinkType.ETHERNET) {
                assertTrue(refusal(expression, link).getMessage().contains("Ethernet"));
            }
        }
    }

    @Test
    void shouldAskNoNameServer() {
        assertTrue(refusal("host localhost", LinkType.ETHERNET).getMessage()
                .contains("asks no name server; use the address"));
        assertTrue(refusal("net loopback", LinkType.ETHERNET).getMessage()
                .contains("use the address"));
    }

    @Test
    void shouldBoundTheLength() {
        String tcp = "tcp" + " ".repeat(ExpressionCompiler.MAX_LENGTH - 3);
        assertTrue(length(tcp) > 0);
        assertTrue(refusal(tcp + " ", LinkType.ETHERNET).getMessage().contains("65537"));
    }

    @Test
    void shouldBoundTheDepth() {
        for (String[] around : new String[][]{{"(", ")"}, {"not ", ""}}) {
            assertTrue(length(around[0].repeat(200) + "tcp" + around[1].repeat(200)) > 0);
            CodeSyntaxException e = refusal(around[0].repeat(201) + "tcp" + around[1].repeat(201),
                    LinkType.ETHERNET);
            assertTrue(e.getMessage().contains("200 levels"), e.getMessage());
        }
        assertTrue(length("len=" + "-".repeat(200) + "1") > 0);
        for (String deep : List.of("(".repeat(30_000), "1=" + "-".repeat(60_000),
                "ip[".repeat(9000),
                "not ".repeat(10_000), "1=1" + "%1".repeat(10_000))) {
            assertTrue(refusal(deep, LinkType.ETHERNET).getMessage().contains("200 levels"));
        }
    }

    @Test
    void shouldBoundTheProgram() {
        StringBuilder hosts = new StringBuilder("ip[0:4] = 0");
        for (int i = 1; i < 3000; i++) {
            hosts.append(" or ip[").append(i).append("] = 1");
        }
        assertTrue(refusal(hosts.toString(), LinkType.RAW).getMessage().contains("4096"));
        assertTrue(refusal("tcp" + " or tcp".repeat(9000), LinkType.ETHERNET).getMessage()
                .contains("at most 20000"));
        assertEquals(12, length("tcp" + " or tcp".repeat(20)));
    }

    @Test
    void shouldRefuseSnapLengthsOutside() {
        for (int length : new int[]{0, -1, 262_145}) {
            assertThrows(IllegalArgumentException.class,
                    () -> ExpressionCompiler.compile("tcp", LinkType.ETHERNET, length));
        }
        assertEquals(262_144, ExpressionCompiler.compile("", LinkType.RAW, 262_144).at(0).k());
    }

    @Test
    void shouldThrowNothingElse(Seed seed) {
        RandomGenerator random = seed.random();
        TokenSoup soup = new TokenSoup(random);
        int refused = 0;
        for (int i = 0; i < Integer.getInteger("exo.soups", 5000); i++) {
            StringBuilder text = new StringBuilder(soup.make());
            for (int spoiled = random.nextInt(3); spoiled > 0; spoiled--) {
                text.insert(random.nextInt(text.length() + 1), (char) random.nextInt(300));
            }
            try {
                ExpressionCompiler.compile(text.toString(), LinkType.ETHERNET, 65_535);
            } catch (CodeSyntaxException e) {
                refused++;
                assertTrue(e.line() >= 1 && e.column() >= 1, e.getMessage());
            }
        }
        assertTrue(refused > 100, "most were refused: " + refused);
    }
}
