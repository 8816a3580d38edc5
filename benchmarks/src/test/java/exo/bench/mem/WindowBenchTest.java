// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

class WindowBenchTest {
    /** {@return the sum of so many words of ones, which overflows} */
    private static long ones(int words) {
        long sum = 0;
        for (int i = 0; i < words; i++) {
            sum += 0x0101_0101_0101_0101L;
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadAndWriteTheMemory(WindowBench.Side side) throws IOException {
        WindowBench bench = new WindowBench();
        bench.side = side;
        bench.boot();
        try {
            assertEquals(ones(64 * 4096 / 8), bench.sum());
            assertEquals(ones(1024), bench.randomRead());
            assertEquals(1024, bench.randomWrite());
            assertNotEquals(ones(1024), bench.randomRead());
        } finally {
            bench.close();
        }
    }
}
