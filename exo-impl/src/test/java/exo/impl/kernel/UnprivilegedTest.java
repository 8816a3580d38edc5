// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import exo.testkit.ChildJvm;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does a kernel work for an ordinary user who may lock no memory, and say what it lacks? */
@NeedsRoot
@NeedsTool({"setpriv", "prlimit"})
class UnprivilegedTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Uses a little of everything, and prints the facilities. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            HostConfig config = HostConfig.minimal()
                    .disk(DiskConfig.temporary("disk0", 4 << 20)
                            .queue(DiskConfig.QueueBackend.valueOf(arguments[0])));
            try (Exokernel kernel = Exokernel.boot(config)) {
                for (Facility facility : kernel.facilities()) {
                    System.out.println(String.join("|", "facility", facility.name(),
                            facility.state().name(), facility.backing(), facility.cause(),
                            facility.remedy()));
                }
                Env root = kernel.rootEnv();
                Extent extent = root.disk()
                        .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 2);
                TestEnv.run(root, EnvSpec.named("user")
                        .frames(2)
                        .grant("x", extent,
                                Rights.READ_WRITE),
                        Child::exercise);
            }
            try (Exokernel kernel = Exokernel.boot(HostConfig.minimal()
                    .memory(MemoryConfig.frames(64).lock(MemoryConfig.Lock.REQUIRE)))) {
                System.out.println("locked " + kernel.facilities());
            } catch (ExoException e) {
                System.out.println("locking: " + e.code() + " " + e.getMessage());
            }
            System.out.println("over");
        }

        private static void exercise(Env env) {
            Window window = env.memory().bindWindow(2);
            window.allocPages(0, 2);
            assertEquals(-1, window.hostFrame(0), "not for an ordinary user");
            window.segment().fill((byte) 0x42);
            try (ExtentQueue queue = env.disk()
                    .bindQueue(env.keys().find("x", Extent.class),
                            window, 2)) {
                assertEquals(0, queue.tryWrite(0, 0, 1, window.page(0), 1));
                finish(queue);
                window.segment().asSlice(0, 4096).fill((byte) 0);
                assertEquals(0, queue.tryRead(0, 0, 1, window.page(0), 2));
                finish(queue);
            }
            assertEquals(0x42, window.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 99));
        }

        private static void finish(ExtentQueue queue) {
            while (queue.await(1, Upcalls.NEVER) == 0) {
                assertTrue(queue.inFlight() > 0);
            }
            assertTrue(queue.next());
            assertEquals(1, queue.result());
        }
    }

    /** {@return what the child prints as nobody, who may lock no page} */
    private static List<String[]> run(Path folder, String backend) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(List.of("prlimit", "--memlock=0:0", "setpriv",
                "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
                "--inh-caps=-all"));
        for (String word : ChildJvm.of(Child.class)
                .jvm("-XX:+UseSerialGC", "-Xmx64m", "-Djava.io.tmpdir=" + folder)
                .arguments(backend)
                .command()) {
            command.add(reachable(word, folder));
        }
        try (Subprocess child = Subprocess.builder(command).directory(folder).start()) {
            child.awaitLine("^over", LONG);
            assertEquals(0, child.awaitExit(LONG), child.errors());
            String locking = child.output()
                    .lines()
                    .filter(l -> l.startsWith("locking: "))
                    .findFirst()
                    .orElseThrow();
            assertTrue(locking.startsWith("locking: " + ErrorCode.UNAVAILABLE), locking);
            assertTrue(locking.contains("mlock") && locking.contains("ulimit -l"), locking);
            return child.output()
                    .lines()
                    .filter(l -> l.startsWith("facility|"))
                    .map(l -> l.split("\\|", -1))
                    .toList();
        }
    }

    /** {@return an option with copies in place of files that only root may reach} */
    private static String reachable(String option, Path folder) throws IOException {
        String prefix = option.startsWith("--module-path=") ? "--module-path=" : "";
        if (!option.contains(".jar")) {
            return option;
        }
        List<String> entries = new ArrayList<>();
        for (String entry : option.substring(prefix.length()).split(":", -1)) {
            Path to = folder.resolve(Path.of(entry).getFileName());
            if (entry.endsWith(".jar") && !Files.exists(to)) {
                Files.copy(Path.of(entry), to);
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
            }
            entries.add(entry.endsWith(".jar") ? to.toString() : entry);
        }
        return prefix + String.join(":", entries);
    }

    private static String[] find(List<String[]> facilities, String name) {
        return facilities.stream().filter(f -> f[1].equals(name)).findFirst().orElseThrow();
    }

    private static void assertFallback(String[] facility, String cause, String remedy) {
        String all = Arrays.toString(facility);
        assertEquals("FALLBACK", facility[2], all);
        assertFalse(facility[3].isEmpty(), all);
        assertTrue(facility[4].contains(cause), all);
        assertTrue(facility[5].contains(remedy), all);
    }

    @Test
    void shouldWorkForAnOrdinaryUserAndNameWhatIsMissing(@TempDir Path folder)
            throws IOException {
        List<String[]> facilities = run(folder, "AUTO");
        assertFallback(find(facilities, "memory.lock"), "mlock", "ulimit -l");
        assertFallback(find(facilities, "cpu.enforcement"), "EPERM", "CAP_SYS_NICE");
        String[] queue = find(facilities, "disk.disk0.queue");
        assertEquals("FALLBACK", queue[2], Arrays.toString(queue));
        assertFalse(queue[4].isEmpty() || queue[5].isEmpty(), Arrays.toString(queue));
        for (String[] each : facilities) {
            assertEquals(each[2].equals("FULL"), each[4].isEmpty(), Arrays.toString(each));
        }
    }

    @Test
    void shouldWorkWithoutIoUring(@TempDir Path folder) throws IOException {
        List<String[]> facilities = run(folder, "PREAD");
        assertFallback(find(facilities, "disk.disk0.queue"), "configuration", "AUTO");
    }
}
