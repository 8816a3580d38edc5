// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.Await;
import exo.testkit.Command;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code ./exo top} beside {@code ./exo serve}, as a user starts both. */
class TopTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Path PROJECT = Path.of(System.getProperty("exo.basedir"));

    @TempDir
    private Path temp;

    private static List<String> command(String... options) {
        List<String> command = new ArrayList<>(List.of(PROJECT.resolve("exo").toString(), "top"));
        command.addAll(List.of(options));
        return command;
    }

    private static Command.Result top(String... options) {
        return Command.attempt(command(options));
    }

    private static String pid(ServedSite site) {
        return Long.toString(site.process().pid());
    }

    /** A terminal of its own, on which {@code exo top} runs live. */
    private static Subprocess onTerminal(String... options) {
        String line = "stty rows 24 cols 100; exec '" + String.join("' '", command(options)) + "'";
        return Subprocess.builder(List.of("script", "-qec", line, "/dev/null")).start();
    }

    private ServedSite site() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("site"));
        Files.writeString(folder.resolve("index.html"), "<p>hello");
        return ServedSite.onWire(folder);
    }

    @Test
    void shouldPrintOneObjectOfJsonAboutAServedSite() throws IOException {
        try (ServedSite site = site()) {
            site.assertServes(temp.resolve("site"), temp.resolve("site/index.html"));
            Await.until("the request shows", LONG, () -> {
                Command.Result shown = top("--once", "--json", "--pid", pid(site));
                assertEquals(0, shown.exit(), shown.errors());
                assertEquals("", shown.errors());
                assertEquals(1, shown.output().lines().count(), shown.output());
                String json = shown.output();
                assertTrue(json.startsWith("{\"version\":1,\"pid\":" + pid(site) + ","), json);
                assertTrue(json.matches("(?s).*\"id\":0,\"parent\":null,\"name\":\"root\".*"),
                        json);
                assertTrue(json.contains("\"parent\":0,\"name\":\"gateway\""), json);
                assertTrue(json.contains("\"name\":\"disk0\",\"blockBytes\":4096"), json);
                return json.matches("(?s).*\"name\":\"server\".*?\"packetsReceived\":[1-9].*");
            });
        }
    }

    @Test
    void shouldPrintOnceWithoutColourWhenItsOutputIsAPipe() throws IOException {
        try (ServedSite site = site()) {
            Command.Result shown = top("--pid", pid(site));
            assertEquals(0, shown.exit(), shown.errors());
            assertEquals(1, shown.output().split("exo top - process", -1).length - 1);
            assertTrue(shown.output().contains("server"), shown.output());
            assertFalse(shown.output().contains("\u001b"), shown.output());
        }
    }

    @Test
    void shouldEndWith1WhereThereIsNoKernel() {
        try (Subprocess other = Subprocess.start("sleep", "1000")) {
            Command.Result none = top("--once", "--pid", Long.toString(other.pid()));
            assertEquals(1, none.exit());
            assertEquals("exo: process " + other.pid() + " runs no kernel\n", none.errors());
            assertEquals("", none.output());
        }
    }

    @Test
    void shouldEndWith2OverAnIntervalOutOfBounds() {
        Command.Result wrong = top("--interval", "0");
        assertEquals(2, wrong.exit());
        assertTrue(wrong.errors().contains("--interval must be 0.1 to 3600"), wrong.errors());
    }

    @Test
    void shouldAskWhichOfTwoKernels() throws IOException {
        try (ServedSite first = site(); ServedSite second = site()) {
            Command.Result asked = top("--once");
            assertEquals(1, asked.exit());
            assertTrue(asked.errors().contains(pid(first)), asked.errors());
            assertTrue(asked.errors().contains(pid(second)), asked.errors());
            assertTrue(asked.errors().contains("--pid"), asked.errors());
            for (ServedSite site : List.of(first, second)) {
                Command.Result shown = top("--json", "--pid", pid(site));
                assertEquals(0, shown.exit(), shown.errors());
                assertTrue(shown.output().contains("\"pid\":" + pid(site)), shown.output());
            }
        }
    }

    @Test
    @NeedsTool("script")
    void shouldShowAgainAndAgainUntilTheUserLeaves() throws IOException {
        try (ServedSite site = site();
                Subprocess live = onTerminal("--pid", pid(site), "--interval", "0.2")) {
            live.awaitLine("exo top - process " + pid(site), LONG);
            live.awaitLine("by the second", LONG);
            live.awaitLine("server.*%", LONG);
            live.send("q");
            assertEquals(0, live.awaitExit(LONG), live.output());
            assertTrue(live.output().contains("\u001b[?1049l"), "the screen is given back");
        }
    }

    @Test
    @NeedsTool("script")
    void shouldEndWhenTheProcessItWatchesIsKilled() throws IOException {
        try (ServedSite site = site();
                Subprocess live = onTerminal("--pid", pid(site), "--interval", "0.2")) {
            live.awaitLine("exo top - process " + pid(site), LONG);
            site.process().kill();
            assertEquals(1, live.awaitExit(LONG), live.output());
            assertTrue(live.output().contains("process " + pid(site) + " has ended its kernel"),
                    live.output());
        }
    }

    @Test
    @NeedsRoot
    @NeedsTool("setpriv")
    void shouldNotShowTheKernelOfAnotherUser() throws IOException {
        try (ServedSite site = site()) {
            List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534",
                    "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"));
            command.addAll(command("--once", "--pid", pid(site)));
            Command.Result refused = Command.attempt(command);
            assertEquals(1, refused.exit(), refused.output());
            assertTrue(refused.errors().contains("belongs to root"), refused.errors());
        }
    }
}
