// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Rule;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the verifier accepts and refuses, by the {@code .case} files beside the README. */
final class CasesTest {

    static List<CaseFile.Case> cases() throws IOException, URISyntaxException {
        Path folder = Path.of(CasesTest.class.getResource("README.md").toURI()).getParent();
        List<CaseFile.Case> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".case")).sorted().toList()) {
                cases.addAll(CaseFile.read(file.getFileName().toString(),
                        Files.readAllLines(file)));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldDoWhatTheCaseSays(CaseFile.Case expected) {
        if (!expected.isAccepted()) {
            Rule rule = Arrays.stream(Rule.values())
                    .filter(r -> r.text().equals(expected.rule()))
                    .findAny()
                    .orElseThrow();
            String message = Accept.refuse(rule, expected.at(), expected.contract(),
                    expected.program()).getMessage();
            expected.says().forEach(part -> assertTrue(message.contains(part), message));
            return;
        }
        Proof proof = Verifier.verify(expected.program(), expected.contract());
        expected.reached().forEach(slot -> assertTrue(proof.isReached(slot), "slot " + slot));
        expected.unreached().forEach(slot -> assertTrue(!proof.isReached(slot), "slot " + slot));
    }

    @Test
    void shouldHaveCasesOfMostRulesOfTheVerifier() throws Exception {
        List<CaseFile.Case> cases = cases();
        long rules = cases.stream().map(CaseFile.Case::rule).distinct().count();
        assertTrue(cases.size() > 250 && rules > 12, cases.size() + " cases, " + rules + " rules");
    }

    @ParameterizedTest
    @ValueSource(strings = {"accept", "accept now\n exit", "refuse out-of-bounds\n exit",
            "refuse out-of-bounds at x\n exit", "  exit", "expect accept\n exit",
            "accept\nsays anything\n exit", "refuse no-exit at 0\nreached 0\n exit",
            "argument string\naccept\n exit", "helper 1 number one text\naccept\n exit",
            "# nothing", "contract c\nargument memory 8"})
    void shouldRefuseFilesThatAreNotCases(String text) {
        assertThrows(IllegalArgumentException.class,
                () -> CaseFile.read("test", text.lines().toList()), text);
    }

    @Test
    void shouldReadEachPartOfACase() {
        List<CaseFile.Case> cases = CaseFile.read("test", """
                contract c
                argument memory 8 writable
                argument packet
                argument number -1 7
                helper 3 nothing fill writable size
                steps 99
                # A comment.
                refuse out-of-bounds at 1
                says bytes 1
                says more
                    mov r0, 0

                    exit
                accept
                reached 0 1
                unreached 2
                    mov r0, 1
                    exit
                """.lines().toList());
        CaseFile.Case refused = cases.getFirst();
        assertEquals("test:8 refused, out-of-bounds", refused.toString());
        assertEquals("[Memory[lengthBytes=8, isWritable=true], Packet[isWritable=false],"
                + " Scalar[least=-1, most=7]]", refused.contract().arguments().toString());
        assertEquals(99, refused.contract().maxSteps());
        assertEquals("fill", refused.contract().helpers().get(3).name());
        assertEquals(List.of("bytes 1", "more"), refused.says());
        assertEquals(1, refused.at());
        assertEquals(2, refused.program().length());
        CaseFile.Case accepted = cases.getLast();
        assertEquals(List.of(0, 1), accepted.reached());
        assertEquals(List.of(2), accepted.unreached());
        assertTrue(accepted.isAccepted() && cases.size() == 2);
    }
}
