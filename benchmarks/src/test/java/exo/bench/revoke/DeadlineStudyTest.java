// SPDX-License-Identifier: Apache-2.0
package exo.bench.revoke;

import exo.bench.run.Run;
import exo.bench.run.Run.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DeadlineStudyTest {
    @Test
    void shouldGetTheFramesWhateverTheLibOsDoes(@TempDir Path folder)
            throws IOException, InterruptedException {
        Run run = new Run(new Settings(1, 1, Optional.empty()), folder);
        new DeadlineStudy(1).measure(run);
        int series = 2 * Fault.values().length + 2; // two ways, and twice nothing is wanted
        assertEquals(2 * series, run.results().samples().size());
        for (String silent : List.of("answers late", "never answers", "returns others",
                "blocked in I/O", "has transfers on them")) {
            assertTrue(run.results()
                    .samples()
                    .stream()
                    .filter(sample -> sample.series().job().endsWith(silent))
                    .allMatch(sample -> sample.value() >= 0), silent + ": before the deadline");
        }
    }
}
