// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.Await;
import exo.testkit.Command;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code ./exo serve} on the wire, as a user starts it. */
@ExtendWith(Seeds.class)
class ServeTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int SIGINT_EXIT = 128 + 2;
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final int SIGKILL_EXIT = 128 + 9;

    @TempDir
    private Path temp;

    private Path folder() throws IOException {
        return Files.createDirectory(temp.resolve("the folder"));
    }

    private static void assertServesAll(ServedSite site, Path folder, List<Path> files)
            throws IOException {
        for (Path file : files) {
            site.assertServes(folder, file);
        }
    }

    @Test
    void shouldServeEveryFileByteForByteAndAgainFromItsDisk(Seed seed) throws IOException {
        Path folder = folder();
        List<Path> files = SampleFolder.fill(folder, 1000, seed.random());
        String disk = temp.resolve("site.img").toString();
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
            assertServesAll(site, folder, files);
            site.process().kill();
            assertEquals(SIGKILL_EXIT, site.process().awaitExit(LONG));
        }
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
            assertServesAll(site, folder, files);
            assertTrue(site.process().errors().contains("0 bytes copied"),
                    site.process().errors());
        }
    }

    @Test
    void shouldServeOnAfterItRanOutOfDescriptors() throws IOException {
        Path folder = folder();
        Path file = Files.writeString(folder.resolve("a.txt"), "still here");
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"));
        command.addAll(ServedSite.command(folder, "--port", "0"));
        try (ServedSite site = ServedSite.start(command)) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                sockets.add(site.connect());
            }
            for (Socket socket : sockets) {
                socket.close();
            }
            site.assertServes(folder, file);
        }
    }

    @Test
    void shouldSayThatANameIsNotUtf8() throws IOException {
        Path folder = folder();
        try (Subprocess made = Subprocess.builder(List.of("sh", "-c",
                "cd \"$1\" && : > \"$(printf 'a\\377')\"", "sh", folder.toString())).start()) {
            assertEquals(0, made.awaitExit(LONG));
        }
        try (ServedSite site = ServedSite.onWire(folder)) {
            String errors = site.process().errors();
            assertTrue(errors.contains("its name is not UTF-8"), errors);
            assertFalse(errors.contains("Exception"), errors);
        }
    }

    @Test
    void shouldServeEverythingAfterItWasKilledDuringTheImport(Seed seed)
            throws IOException {
        Path folder = folder();
        RandomGenerator random = seed.random();
        List<Path> files = SampleFolder.fill(folder, 300, random);
        Path disk = temp.resolve("site.img");
        List<String> command = ServedSite.command(folder, "--disk", disk.toString(), "--port",
                "0");
        for (int round = 0; round < 3; round++) {
            try (Subprocess child = Subprocess.builder(command).start()) {
                long written = random.nextLong(40L << 20);
                Await.until("the image has begun to fill", LONG,
                        () -> allocatedBytes(disk) > written || !child.isAlive());
                child.kill();
                assertEquals(SIGKILL_EXIT, child.awaitExit(LONG));
            }
        }
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk.toString())) {
            assertServesAll(site, folder, files);
        }
    }

    @Test
    void shouldEndWithoutAWordWhenItIsStoppedDuringTheImport(Seed seed) throws IOException {
        Path folder = folder();
        SampleFolder.fill(folder, 300, seed.random());
        Path disk = temp.resolve("site.img");
        List<String> command = ServedSite.command(folder, "--disk", disk.toString(), "--port",
                "0");
        try (Subprocess child = Subprocess.builder(command).start()) {
            Await.until("the image has begun to fill", LONG,
                    () -> allocatedBytes(disk) > 1 << 20 || !child.isAlive());
            child.terminate();
            assertEquals(SIGTERM_EXIT, child.awaitExit(LONG), child.errors());
            assertFalse(child.errors().contains("Exception"), child.errors());
        }
    }

    /** {@return how much of a sparse file is there} */
    private static long allocatedBytes(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        return Long.parseLong(Command.run("stat", "--format=%b", file.toString()).strip()) * 512;
    }

    @Test
    void shouldServeWhatChangedInTheFolderAfterARestart(Seed seed) throws IOException {
        Path folder = folder();
        List<Path> files = new ArrayList<>(
                SampleFolder.fill(folder, 20, seed.random()));
        String disk = temp.resolve("site.img").toString();
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
            site.assertServes(folder, files.get(1));
        }
        Files.writeString(files.get(1), "changed");
        Files.delete(files.remove(2));
        files.add(Files.writeString(folder.resolve("new"), "new"));
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
            assertServesAll(site, folder, files);
        }
    }

    @Test
    void shouldStopWhenInterruptedAndLeaveTheDiskToTheNext() throws IOException {
        Path folder = folder();
        Files.writeString(folder.resolve("index.html"), "<p>hello");
        String disk = temp.resolve("site.img").toString();
        for (int round = 0; round < 2; round++) {
            try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
                site.assertServes(folder, folder.resolve("index.html"));
                Command.run("kill", "-INT", Long.toString(site.process().pid()));
                assertEquals(SIGINT_EXIT, site.process().awaitExit(LONG),
                        site.process().errors());
                assertFalse(site.process().errors().contains("Exception"),
                        site.process().errors());
            }
        }
    }

    @Test
    void shouldRefuseADiskThatAnotherServerHolds() throws IOException {
        Path folder = folder();
        String disk = temp.resolve("site.img").toString();
        try (ServedSite site = ServedSite.onWire(folder, "--disk", disk)) {
            Command.Result second = Command.attempt(
                    ServedSite.command(folder, "--disk", disk, "--port", "0"));
            assertEquals(1, second.exit());
            assertTrue(second.errors().contains("BUSY"), second.errors());
            assertTrue(site.process().isAlive());
        }
    }

    @Test
    void shouldRefuseADiskThatHoldsSomethingElseAndNotTouchIt() throws IOException {
        Path disk = Files.write(temp.resolve("precious.img"),
                "precious".repeat(1 << 18).getBytes(StandardCharsets.UTF_8));
        byte[] before = Files.readAllBytes(disk);
        Command.Result refused = Command.attempt(
                ServedSite.command(folder(), "--disk", disk.toString(), "--port", "0"));
        assertEquals(1, refused.exit());
        assertTrue(refused.errors().contains(disk.toString()), refused.errors());
        assertEquals(-1, java.util.Arrays.mismatch(before, Files.readAllBytes(disk)));
    }

    @Test
    void shouldSayThatTheDiskIsTooSmall(Seed seed) throws IOException {
        Path folder = folder();
        SampleFolder.fill(folder, 2, seed.random());
        Path disk = Files.write(temp.resolve("small.img"), new byte[8 << 20]);
        Command.Result refused = Command.attempt(
                ServedSite.command(folder, "--disk", disk.toString(), "--port", "0"));
        assertEquals(1, refused.exit());
        assertTrue(refused.errors().contains("blocks"), refused.errors());
    }

    @Test
    @NeedsRoot
    @NeedsTool("setpriv")
    void shouldServeAsAnOrdinaryUserAndSayWhatItDoesWithout() throws IOException {
        Path folder = folder();
        Path file = Files.writeString(folder.resolve("a.txt"), "for everybody");
        try (Stream<Path> parents = Stream.iterate(temp, p -> p != null, Path::getParent)) {
            parents.filter(p -> p.startsWith(Path.of(System.getProperty("java.io.tmpdir"))))
                    .forEach(ServeTest::openToAll);
        }
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534",
                "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"));
        command.addAll(ServedSite.command(folder, "--port", "0"));
        try (ServedSite site = ServedSite.start(command)) {
            site.assertServes(folder, file);
            Await.until("it says what it does without", LONG,
                    () -> site.process().errors().contains("cpu.enforcement"));
        }
    }

    private static void openToAll(Path folder) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldPassOnHalfClosedAndResetConnections() throws IOException {
        Path folder = folder();
        Files.writeString(folder.resolve("a.txt"), "half");
        try (ServedSite site = ServedSite.onWire(folder)) {
            try (Socket socket = site.connect()) {
                socket.getOutputStream()
                        .write("GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                socket.shutdownOutput();
                InputStream in = socket.getInputStream();
                String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
                assertTrue(answer.startsWith("HTTP/1.1 200") && answer.endsWith("half"), answer);
            }
            for (int i = 0; i < 1000; i++) {
                try (Socket socket = site.connect()) {
                    socket.setSoLinger(i % 2 == 0, 0);
                    socket.getOutputStream().write('G');
                }
            }
            site.assertServes(folder, folder.resolve("a.txt"));
        }
    }
}
