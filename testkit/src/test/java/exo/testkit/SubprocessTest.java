// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SubprocessTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static Subprocess shell(String script) {
        return Subprocess.start("sh", "-c", script);
    }

    @Test
    void shouldKeepBothStreamsApart() {
        try (Subprocess child = shell("echo one; echo two >&2; exit 3")) {
            assertEquals(3, child.awaitExit(LONG));
            assertEquals("one\n", child.output());
            assertEquals("two\n", child.errors());
        }
    }

    @Test
    void shouldWaitForLinesOneAfterTheOther() {
        try (Subprocess child = shell(
                "echo ready 1; read x; echo got $x; read y; echo ready 2 >&2; read z")) {
            assertEquals("ready 1", child.awaitLine("^ready", LONG));
            child.send("this");
            assertEquals("got this", child.awaitLine("got", LONG));
            // Only now, since the wait before looks at both streams, and would pass the line over.
            child.send("more");
            assertEquals("ready 2", child.awaitLine("ready \\d", LONG));
            child.endInput();
            assertEquals(1, child.awaitExit(LONG));
        }
    }

    @Test
    void shouldFailAtOnceWhenTheOutputEndsWithoutTheLine() {
        try (Subprocess child = shell("echo other")) {
            AssertionError error = assertThrows(AssertionError.class,
                    () -> child.awaitLine("wanted", Duration.ofHours(1)));
            assertTrue(error.getMessage().contains("other"), error.getMessage());
        }
    }

    @Test
    void shouldFailAtTheDeadline() {
        try (Subprocess child = shell("exec sleep 1000")) {
            assertThrows(AssertionError.class, () -> child.awaitLine("x", Duration.ofMillis(1)));
            assertThrows(AssertionError.class, () -> child.awaitExit(Duration.ofMillis(1)));
            assertTrue(child.isAlive());
        }
    }

    @Test
    void shouldReportTheSignalThatEndedIt() {
        try (Subprocess killed = shell("exec sleep 1000");
                Subprocess asked = shell("exec sleep 1000")) {
            killed.kill();
            asked.terminate();
            assertEquals(128 + 9, killed.awaitExit(LONG));
            assertEquals(128 + 15, asked.awaitExit(LONG));
        }
    }

    @Test
    void shouldKillWhatItStartedOnClose() {
        long grandchild;
        try (Subprocess child = shell("sleep 1000 & echo $!; wait")) {
            grandchild = Long.parseLong(child.awaitLine("\\d+", LONG));
        }
        Await.until("the grandchild ends", LONG,
                () -> ProcessHandle.of(grandchild).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void shouldPassAndWithholdVariables() {
        List<String> command = List.of("sh", "-c", "echo $A; env | grep -c HOME");
        try (Subprocess child = Subprocess.builder(command)
                .onlyEnv(Map.of("PATH", "/usr/bin:/bin"))
                .env("A", "b")
                .start()) {
            child.awaitExit(LONG);
            assertEquals("b\n0\n", child.output());
        }
    }

    @Test
    void shouldSayThatACommandIsMissing() {
        CommandFailedException failure = assertThrows(CommandFailedException.class,
                () -> Subprocess.start("exo-no-such-command"));
        assertTrue(failure.getMessage().contains("exo-no-such-command"));
    }

    @Test
    void shouldFailACommandWithAllItWrote() {
        CommandFailedException failure = assertThrows(CommandFailedException.class,
                () -> Command.run("sh", "-c", "echo a; echo b >&2; exit 7"));
        assertTrue(failure.getMessage().endsWith("ended with 7: b\na"), failure.getMessage());
        assertEquals("a\n", Command.run("echo", "a"));
        assertFalse(Command.attempt(List.of("false")).exit() == 0);
    }
}
