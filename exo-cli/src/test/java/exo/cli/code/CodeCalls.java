// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import picocli.CommandLine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Calls {@code exo code} in this process. */
final class CodeCalls {
    private CodeCalls() {}

    /** How a call ended. */
    record Result(int exit, String out, String err) {

        /** Checks the whole of standard output, and that nothing else was said. */
        void assertPrints(String wanted) {
            assertEquals(wanted, out, toString());
            assertEquals("", err, toString());
            assertEquals(0, exit, toString());
        }

        /** Checks that nothing was printed, and what was said. */
        void assertSays(int code, String... causes) {
            assertEquals(code, exit, toString());
            assertEquals("", out, toString());
            for (String cause : causes) {
                assertTrue(err.contains(cause), toString());
            }
        }
    }

    static Result call(String... arguments) {
        return give(new byte[0], arguments);
    }

    static Result give(String input, String... arguments) {
        return give(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    static Result give(byte[] input, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(input));
            int exit = line.execute(
                    Stream.concat(Stream.of("code"), Stream.of(arguments)).toArray(String[]::new));
            return new Result(exit, out.toString(), err.toString());
        } finally {
            System.setIn(before);
        }
    }
}
