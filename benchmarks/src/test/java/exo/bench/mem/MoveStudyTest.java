// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MoveStudyTest {
    @Test
    void shouldReadWhatTheHostsProgramPrints() {
        assertArrayEquals(new double[]{17.602, 5.421, 12.181},
                MoveStudy.parse("17.602 5.421 12.181\n"));
        assertThrows(IllegalArgumentException.class, () -> MoveStudy.parse("17.602 5.421"));
    }

    @Test
    void shouldMoveTheSameFramesToAndFro() throws InterruptedException {
        try (Mover mover = new Mover()) {
            for (int i = 0; i < 10; i++) {
                mover.move(); // which checks what comes
            }
            assertTrue(mover.releaseNanos() > 0 && mover.allocateNanos() > 0);
        }
    }
}
