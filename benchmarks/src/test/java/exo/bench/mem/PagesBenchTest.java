// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PagesBenchTest {
    @Test
    void shouldMeasureWhatSucceeds() {
        PagesBench bench = new PagesBench();
        bench.boot();
        try {
            for (int i = 0; i < 1000; i++) {
                assertEquals(0, bench.exo());
                assertEquals(0, bench.exoTouched());
            }
            assertEquals(4096, bench.allocateDirect().capacity());
            assertEquals(1, bench.confinedArena());
        } finally {
            bench.close();
        }
    }
}
