// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.Await;
import exo.testkit.CommandFailedException;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Netns;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * {@code ./exo serve} on an interface of the host: the server in one network namespace, ordinary
 * clients on the host's own TCP in another.
 */
@NeedsRoot
@NeedsFacility(HostFacility.NETNS)
@NeedsTool({"curl", "ping", "tcpdump"})
@ExtendWith(Seeds.class)
class ServeNetTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String SERVER = "10.9.0.2";

    @TempDir
    private Path temp;
    private Path folder;
    private Netns there;
    private Netns here;

    @BeforeEach
    void join() throws IOException {
        folder = Files.createDirectory(temp.resolve("the folder"));
        there = Netns.create();
        here = Netns.create();
        Netns.link(there, "exo0", here, "client0");
        here.address("client0", "10.9.0.1/24");
    }

    @AfterEach
    void part() {
        here.close();
        there.close();
    }

    private ServedSite serve(String... options) {
        List<String> command = new ArrayList<>(List.of("--net", "packet:exo0", "--address",
                SERVER + "/24", "--port", "80"));
        command.addAll(List.of(options));
        return ServedSite.start(
                there.command(ServedSite.command(folder, command.toArray(String[]::new))));
    }

    private void assertCurlGets(ServedSite site, Path file) throws IOException {
        Path got = temp.resolve("got");
        here.exec("curl", "--silent", "--show-error", "--fail", "--max-time", "50", "--output",
                got.toString(), site.address(folder, file).toString());
        assertEquals(-1, Files.mismatch(file, got), file.toString());
    }

    @Test
    void shouldAnswerPingAndServeEqualBytesInWellFormedSegments(Seed seed)
            throws IOException {
        List<Path> files = SampleFolder.fill(folder, 30, seed.random());
        Path capture = temp.resolve("capture.pcap");
        try (ServedSite site = serve();
                Subprocess tcpdump = here.start("tcpdump", "--interface=client0", "-Q", "in",
                        "--relinquish-privileges=root", "-U", "-w", capture.toString())) {
            tcpdump.awaitLine("listening on", LONG);
            String ping = here.exec("ping", "-c", "5", "-i", "0.2", SERVER);
            assertTrue(ping.contains(" 0% packet loss"), ping);
            for (Path file : files) {
                assertCurlGets(site, file);
            }
            tcpdump.terminate();
            tcpdump.awaitExit(LONG);
        }
        List<String> packets = here.exec("tcpdump", "-r", capture.toString(), "-nn", "-vv")
                .lines()
                .toList();
        assertTrue(packets.stream().filter(p -> p.contains("(correct)")).count() > files.size());
        assertEquals(List.of(), packets.stream()
                .filter(p -> p.matches(".*(incorrect|bad cksum|bad hdr|truncated).*"))
                .toList());
    }

    @Test
    void shouldServeEqualBytesInSegmentsThatTheHostCuts(Seed seed) throws IOException {
        List<Path> files = SampleFolder.fill(folder, 12, seed.random());
        try (ServedSite site = serve("--offloads")) {
            assertTrue(site.banner().contains("offloads"), site.banner());
            for (Path file : files) {
                assertCurlGets(site, file);
            }
        }
    }

    @Test
    @NeedsFacility(HostFacility.LOSS)
    void shouldServeEqualBytesOverALossyLink(Seed seed) throws IOException {
        List<Path> files = SampleFolder.fill(folder, 12, seed.random());
        try (ServedSite site = serve()) {
            here.lose("client0", 20);
            for (Path file : files) {
                assertCurlGets(site, file);
            }
        }
    }

    @Test
    @NeedsFacility(HostFacility.NETEM)
    void shouldServeEqualBytesOverALinkThatLosesAndReorders(Seed seed)
            throws IOException {
        List<Path> files = SampleFolder.fill(folder, 12, seed.random());
        try (ServedSite site = serve()) {
            for (Netns side : List.of(here, there)) {
                side.netem(side == here ? "client0" : "exo0", "delay", "2ms", "reorder", "25%",
                        "50%", "loss", "2%");
            }
            for (Path file : files) {
                assertCurlGets(site, file);
            }
        }
    }

    @Test
    @NeedsTool("wrk")
    void shouldServeManyConnectionsWithoutAnError(Seed seed) throws IOException {
        List<Path> files = SampleFolder.fill(folder, 12, seed.random());
        try (ServedSite site = serve()) {
            String report = here.exec("wrk", "-t", "2", "-c", "64", "-d", "5s",
                    site.address(folder, files.get(4)).toString());
            Matcher requests = Pattern.compile("(\\d+) requests in").matcher(report);
            assertTrue(requests.find() && Integer.parseInt(requests.group(1)) > 1000, report);
            assertFalse(report.contains("Socket errors") || report.contains("Non-2xx"), report);
        }
    }

    @Test
    void shouldLeaveNothingBehindOfAThousandDroppedConnections() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "still here");
        String connect = "for i in $(seq 1000); do exec 3<>/dev/tcp/" + SERVER
                + "/80 && exec 3>&-; done";
        try (ServedSite site = serve()) {
            assertCurlGets(site, file);
            int before = descriptors(site);
            here.exec("bash", "-c", connect);
            assertCurlGets(site, file);
            Await.until("as many descriptors as before", LONG, () -> descriptors(site) <= before);
        }
    }

    private static int descriptors(ServedSite site) {
        try (var open = Files.list(Path.of("/proc", Long.toString(site.process().pid()), "fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @NeedsFacility(HostFacility.TAP)
    void shouldServeTheHostOnATap() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "through a tap");
        List<String> command = ServedSite.command(folder, "--net", "tap:exotap", "--port", "80");
        Path got = temp.resolve("got");
        try (ServedSite site = ServedSite.start(there.command(command))) {
            there.exec("curl", "--silent", "--fail", "--max-time", "20", "--output",
                    got.toString(), site.address(folder, file).toString());
            assertEquals(-1, Files.mismatch(file, got));
        }
        Await.until("the tap is gone", LONG, () -> {
            try {
                there.exec("ip", "link", "show", "exotap");
                return false;
            } catch (CommandFailedException e) {
                return true;
            }
        });
    }

    @Test
    void shouldSayWhichInterfacesThereAre() {
        List<String> command = ServedSite.command(folder, "--net", "packet:none0", "--address",
                SERVER + "/24");
        try (Subprocess child = Subprocess.builder(there.command(command)).start()) {
            assertEquals(1, child.awaitExit(LONG));
            assertTrue(child.errors().contains("none0") && child.errors().contains("exo0"),
                    child.errors());
        }
    }
}
