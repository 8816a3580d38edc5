// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void shouldPrintItsVersionAndUsage() {
        assertEquals(0, run("--version"));
        assertTrue(out.toString().startsWith("exo "), out.toString());
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("Usage: exo"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void shouldRefuseACallWithoutACommand() {
        assertEquals(2, run());
        assertTrue(err.toString().contains("name a command"), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void shouldRefuseAWrongValueInTwoLines() {
        assertEquals(2, run("serve", ".", "--pages", "x"));
        assertTrue(err.toString().contains("--pages"), err.toString());
        assertTrue(err.toString().contains("exo serve --help"), err.toString());
        assertEquals(2, err.toString().lines().count(), err.toString());
    }

    @Test
    void shouldRefuseAnUnknownOption() {
        assertEquals(2, run("--no-such-option"));
        assertTrue(err.toString().contains("--no-such-option"), err.toString());
    }
}
