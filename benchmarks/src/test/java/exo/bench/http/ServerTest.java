// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import exo.bench.run.Commands;
import exo.testkit.Await;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

@NeedsFacility(HostFacility.NETNS)
@NeedsTool("ethtool")
class ServerTest {
    private static final String OURS = "exo-bench-" + ProcessHandle.current().pid() + "-";

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @TempDir
    Path temp;

    private static long namespaces() throws IOException, InterruptedException {
        return Commands.run("ip", "netns", "list").lines().filter(l -> l.startsWith(OURS)).count();
    }

    @Test
    void shouldLeaveNoNamespace() throws IOException, InterruptedException {
        try (Cable cable = Cable.lay(3, false)) {
            assertEquals(2, namespaces());
            assertFalse(Commands.run(cable.onServer(List.of("ip", "address")))
                    .contains(cable.address()), "nobody shall have the address of the server");
        }
        assertEquals(0, namespaces());
    }

    @Test
    @NeedsTool({"nginx", "curl", "taskset"})
    void shouldServeAndCountItsTime() throws IOException, InterruptedException {
        byte[] content = new byte[100_000];
        Files.write(temp.resolve("a.bin"), content);
        try (Cable cable = Cable.lay(4, true);
                Server server = Server.start("nginx", cable, 8080, Nginx.command(
                        temp.resolve("nginx"), temp, cable.address() + ":8080"),
                        temp.resolve("log"))) {
            Path answer = temp.resolve("answer");
            Await.until("nginx serves", DEADLINE, () -> fetches(cable, server, answer));
            assertEquals(-1, Files.mismatch(answer, temp.resolve("a.bin")));
            assertTrue(server.cpuMicros() >= 0);
            server.pause();
            assertFalse(fetches(cable, server, answer));
            server.resume();
            assertTrue(fetches(cable, server, answer));
        }
        assertEquals(0, namespaces());
    }

    private static boolean fetches(Cable cable, Server server, Path answer) {
        try {
            Commands.run(cable.onClient(List.of("curl", "--silent", "--fail", "--max-time", "1",
                    "--output", answer.toString(), server.url("a.bin"))));
            return true;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldSayWhyAServerEnded() throws IOException, InterruptedException {
        try (Cable cable = Cable.lay(5, true);
                Server server = Server.start("none", cable, 1,
                        List.of("sh", "-c", "echo WARNING; echo first; exit 1"),
                        temp.resolve("log"))) {
            Await.until("it ended", DEADLINE, () -> !server.isAlive());
            assertEquals("it said first", server.firstWords());
            server.pause();
            assertEquals(0, server.cpuMicros());
        }
    }
}
