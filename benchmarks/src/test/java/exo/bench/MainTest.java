// SPDX-License-Identifier: Apache-2.0
package exo.bench;

import exo.bench.run.Study;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class MainTest {
    private static List<String> names(String... words) {
        return Main.chosen(List.of(words)).stream().map(Study::name).toList();
    }

    @Test
    void shouldChooseTheStudiesThatAreNamed() {
        assertEquals(
                List.of("pages", "appel", "move", "window", "revoke", "deadline", "filter", "sets",
                        "take", "disk", "http"),
                names("all"));
        assertEquals(List.of("disk", "pages"), names("disk", "pages"));
        assertEquals(List.of("http"), names("http", "rounds=1", "millis=10", "out=a", "image=b"));
    }

    @Test
    void shouldLeaveEverythingElseToJmh() {
        assertEquals(List.of(), names("-l"));
        assertEquals(List.of(), names("pages", "-prof", "gc"));
        assertEquals(List.of(), names("PagesBench"));
        assertEquals(List.of(), names("pages", "rounds=many"));
        assertEquals(List.of(), names("rounds=1"));
    }
}
