// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ExceptionListTest {

    private static final Finding LONG_FILE = new Finding("a/B.java", 0, "file-lines", 800,
            "too long");

    private static List<String> left(String list, Finding... findings) {
        return ExceptionList.parse("list", list)
                .apply(List.of(findings))
                .stream()
                .map(Finding::toString)
                .toList();
    }

    @Test
    void shouldLetPassWhatIsListed() {
        assertEquals(List.of(), left("# why\n\na/B.java | file-lines | one table of all opcodes",
                LONG_FILE, LONG_FILE));
    }

    @Test
    void shouldKeepWhatIsNotListed() {
        assertEquals(List.of(LONG_FILE.toString()), left("", LONG_FILE));
    }

    @Test
    void shouldFindAnEntryThatLetsNothingPass() {
        List<String> left = left("a/C.java | file-lines | one table of all opcodes", LONG_FILE);
        assertEquals(2, left.size());
        assertTrue(left.get(1).startsWith("list:1: [exception-list]"), left.get(1));
    }

    @Test
    void shouldHoldTheListedSize() {
        String list = "a/B.java | file-lines:%d | one table of all opcodes";
        assertEquals(List.of(), left(list.formatted(800), LONG_FILE));
        assertEquals(2, left(list.formatted(799), LONG_FILE).size());
    }

    @Test
    void shouldRefuseAnEntryWithoutReason() {
        assertEquals(2, left("a/B.java | file-lines | because", LONG_FILE).size());
        assertEquals(2, left("a/B.java | file-lines", LONG_FILE).size());
    }
}
