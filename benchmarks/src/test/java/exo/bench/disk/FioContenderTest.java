// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FioContenderTest {
    private static final String REPORT = """
            {"jobs": [{"jobname": "bench",
              "read": {"io_bytes": 1, "runtime" : 2000, "total_ios" : 1000},
              "write": {"runtime" : 0, "total_ios" : 0},
              "job_runtime" : 2000, "usr_cpu" : 1.5, "sys_cpu" : 8.5}]}
            """;

    @Test
    void shouldReadTheReport() throws IOException {
        Reading reading = FioContender.parse(REPORT, 300_000_000);
        assertEquals(500, reading.perSecond());
        assertEquals(200, reading.threadMicros(), 1e-6);
        assertEquals(300, reading.processMicros());
    }

    @Test
    void shouldRefuseAReportOfAnotherForm() {
        String broken = REPORT.replace("usr_cpu", "user");
        assertTrue(assertThrows(IOException.class, () -> FioContender.parse(broken, 1))
                .getMessage()
                .startsWith("fio's report has no usr_cpu"));
    }

    @Test
    void shouldAskForTheBatchesOfTheQueue() {
        Load load = new Load(Path.of("a"), 8192, 10, 32, 1);
        assertEquals(8, load.batch());
        assertEquals(1, new Load(Path.of("a"), 0, 10, 3, 1).batch());
        List<String> command = FioContender.command(load);
        for (String wanted : List.of("--iodepth=32", "--iodepth_batch_submit=8", "--offset=8192",
                "--size=40960", "--direct=1", "--fixedbufs=1", "--registerfiles=1")) {
            assertTrue(command.contains(wanted), wanted);
        }
    }
}
