// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.bench.run.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class AppelStudyTest {
    @Test
    void shouldReadWhatTheHostsProgramPrints() {
        Map<String, Double> values = AppelStudy.parse("prot1 1357.589\ntrap 12.5\n");
        assertEquals(Map.of("prot1", 1357.589, "trap", 12.5), values);
        assertEquals(Map.of(), AppelStudy.parse(""));
    }

    @Test
    void shouldRefuseWhatIsNoRow() {
        for (String line : List.of("prot2 1.0", "trap", "trap soon")) {
            assertThrows(IllegalArgumentException.class, () -> AppelStudy.parse(line), line);
        }
    }

    @Test
    void shouldHaveARowForEachMethod() {
        List<String> jobs = Arrays.stream(AppelBench.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(method -> AppelStudy.series(method.getName()))
                .map(Series::job)
                .distinct()
                .sorted()
                .toList();
        assertEquals(Stream.of("allowed", "appel1", "appel2", "dirty", "prot1", "prot100", "trap",
                "unprot100").toList(), jobs);
    }
}
