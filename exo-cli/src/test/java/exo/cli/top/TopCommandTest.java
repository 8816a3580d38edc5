// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.Exokernel;
import exo.api.HostConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TopCommandTest {
    private static final String OWN = Long.toString(ProcessHandle.current().pid());

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new TopCommand()).setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void shouldPrintAKernelOnce() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
            assertEquals(0, run("--once", "--pid", OWN), err.toString());
            assertTrue(out.toString().contains("root"), out.toString());
            assertTrue(out.toString().contains("disk disk0"), out.toString());
            assertTrue(out.toString().contains("net wire0"), out.toString());
            assertEquals("", err.toString());
            assertEquals(1, kernel.info().reader().kernel().refreshes(), "it only looks");
        }
    }

    @Test
    void shouldPrintOneLineOfJson() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
            assertEquals(0, run("--json", "--pid", OWN), err.toString());
            assertEquals(1, out.toString().lines().count());
            assertTrue(out.toString().startsWith("{\"version\":1,\"pid\":" + OWN + ","),
                    out.toString());
            assertTrue(out.toString().contains("\"total\":1024"), kernel + " " + out);
        }
    }

    @Test
    void shouldEndWith1WithoutAKernel() {
        assertEquals(1, run("--once", "--pid", OWN));
        assertEquals("exo: process " + OWN + " runs no kernel\n", err.toString());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.09", "3600.1", "0", "-1", "NaN", "Infinity", "x", "1,5"})
    void shouldRefuseIntervalsOutsideItsBounds(String interval) {
        assertEquals(2, run("--interval", interval, "--once"));
        assertTrue(err.toString().contains("--interval"), err.toString());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "3600", "1"})
    void shouldTakeIntervalsUpToItsBounds(String interval) {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
            assertEquals(0, run("--interval", interval, "--once", "--pid", OWN), kernel + "" + err);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "99999999999999999999"})
    void shouldRefuseNumbersThatAreNoProcess(String pid) {
        assertEquals(2, run("--once", "--pid", pid));
        assertTrue(err.toString().contains("--pid"), err.toString());
    }
}
