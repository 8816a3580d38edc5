// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.NeedsRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DoctorCommandTest {

    @TempDir
    private Path temp;
    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        return line.execute(arguments);
    }

    @Test
    void shouldSayYesPartOrNoOfEachFacilityAndGiveCauseAndRemedy() {
        assertEquals(0, run("doctor"));
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.stream().anyMatch(l -> l.matches("host.user: \\S+, uid \\d+")),
                out.toString());
        for (String facility : List.of("fence", "info", "memory.pool", "memory.lock", "disk.disk",
                "disk.disk.queue", "cpu.pinning", "cpu.enforcement", "net.wire", "net.packet",
                "net.tap")) {
            int at = 0;
            while (at < lines.size()
                    && !lines.get(at).matches("(yes |part|no  ) " + facility + " .*")) {
                at++;
            }
            assertTrue(at < lines.size(), facility + " in\n" + out);
            if (!lines.get(at).startsWith("yes")) {
                assertTrue(lines.get(at + 1).strip().startsWith("cause: "), out.toString());
                assertTrue(lines.get(at + 2).strip().startsWith("remedy: "), out.toString());
            }
        }
        assertTrue(lines.getLast().contains("exo serve works here"), out.toString());
    }

    @Test
    @NeedsRoot
    void shouldFindATapForRoot() {
        assertEquals(0, run("doctor"));
        assertTrue(out.toString().contains("yes  net.tap"), out.toString());
    }

    @Test
    void shouldFailOverADiskThatHoldsSomethingElseAndLeaveItAlone() throws IOException {
        byte[] precious = "precious".repeat(1 << 18)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Path disk = Files.write(temp.resolve("disk"), precious);
        assertEquals(1, run("doctor", "--disk", disk.toString()));
        assertTrue(out.toString().contains("no   disk " + disk), out.toString());
        assertEquals(-1, java.util.Arrays.mismatch(precious, Files.readAllBytes(disk)));
    }
}
