// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ResultsTest {
    private static final Series SERIES = new Series("disk", "read \"4\" \\ KiB", "exo", "us/op");

    @TempDir
    Path temp;

    @Test
    void shouldReadWhatItWrote() throws IOException {
        Results results = new Results();
        results.add(SERIES, 1, 0.1);
        results.add(SERIES.of("fio"), 2, 12_345_678.9e9);
        results.compare(SERIES, "fio", 1.15);
        results.compare(SERIES, "nobody", 0);
        results.note("skipped a \"thing\"");
        Path file = temp.resolve("made/for/it.json");
        results.write(file, "./exo bench disk", Map.of("cpu", "a\tb"));
        Results again = Results.read(file);
        assertEquals(results.samples(), again.samples());
        assertEquals(results.comparisons(), again.comparisons());
    }

    @Test
    void shouldKeepCommandMachineAndNotesInTheFile() throws IOException {
        Results results = new Results();
        results.note("one");
        results.note("two");
        Path file = temp.resolve("a.json");
        results.write(file, "./exo bench", Map.of("cpu", "a\tb\"c"));
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("\"command\": \"./exo bench\","), lines::toString);
        assertTrue(lines.contains("\"cpu\": \"a\\u0009b\\\"c\""), lines::toString);
        assertTrue(lines.contains("\"one\",") && lines.contains("\"two\""), lines::toString);
    }

    @Test
    void shouldRefuseToReadWhatIsNotThere() {
        assertThrows(NoSuchFileException.class, () -> Results.read(temp.resolve("none.json")));
    }

    @Test
    void shouldTellFactsAboutTheMachine() throws IOException {
        Map<String, String> facts = Machine.facts();
        for (String name : List.of("date", "cpu", "cores", "kernel", "jdk", "load at the start")) {
            assertTrue(facts.containsKey(name) && !facts.get(name).isBlank(), name);
        }
        assertTrue(Machine.busyAndStolenTicks()[0] > 0);
    }

    @Test
    void shouldTellTheVersionOfAToolIfItIsThere() throws InterruptedException {
        assertEquals("one", Machine.firstLineOf("printf", "one\\ntwo"));
        assertEquals("unknown", Machine.firstLineOf("no-such-tool-as-this"));
        assertEquals("unknown", Machine.firstLineOf("false"));
    }
}
