// SPDX-License-Identifier: Apache-2.0
package exo.bench.cap;

import exo.bench.cap.Subtree.Shape;
import exo.bench.run.Run;
import exo.bench.run.Run.Settings;
import exo.bench.run.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RevokeStudyTest {
    @Test
    void shouldMeasureEachShapeAndSize(@TempDir Path folder) throws IOException {
        Run run = new Run(new Settings(1, 1, Optional.empty()), folder);
        new RevokeStudy(List.of(1, 5_000)).measure(run);
        List<Sample> samples = run.results().samples();
        assertEquals(3 * (4 + 5), samples.size());
        for (Sample sample : samples) {
            assertTrue(sample.value() > 0, sample.toString());
        }
    }

    @Test
    void shouldRevokeAllThatWasMade() {
        try (Subtree tree = new Subtree(200)) {
            int before = tree.settle();
            for (Shape shape : Shape.values()) {
                tree.grow(shape, 200);
                assertEquals(200, tree.revoke());
                tree.growAmongTheDead(10);
                assertEquals(before + 10, tree.settle());
                assertEquals(10, tree.revoke());
                assertEquals(before, tree.settle());
            }
        }
    }
}
