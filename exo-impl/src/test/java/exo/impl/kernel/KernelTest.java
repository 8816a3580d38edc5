// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.testkit.Await;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import exo.testkit.self.OwnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KernelTest {
    private static final int BOOTS = 50;

    @Test
    void shouldTellTheLimitsOfTheProcess() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
            assertEquals(List.of("host.user", "host.locked-memory", "host.open-files",
                    "host.page"), kernel.limits().stream().map(Facility::name).toList());
            Facility page = kernel.limits().getLast();
            assertEquals(kernel.rootEnv().memory().pageBytes() + " bytes", page.backing());
        }
    }

    @Test
    void shouldBootFoundByServiceLoader() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
            Env root = kernel.rootEnv();
            assertEquals("root", root.name());
            assertEquals("disk0",
                    root.keys().find("disk0", BlockDevice.class).deviceName());
            assertEquals(1500, root.keys().find("wire0", NetDevice.class).mtu());
            assertEquals(16_384, root.memory().frameCount());
            assertTrue(kernel.leaks().isClean(), kernel.leaks().toString());
        }
    }

    /** Boots a kernel and says from where. */
    static final class ClassPathUser {
        private ClassPathUser() {}

        public static void main(String[] arguments) {
            try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
                System.out.println("booted from " + kernel.getClass().getModule());
            }
        }
    }

    @Test
    void shouldBootOnTheClassPath() {
        try (Subprocess child = ChildJvm.of(ClassPathUser.class)
                .onClassPath()
                .jvm("-XX:+UseSerialGC", "-Xmx64m")
                .start()) {
            assertEquals(0, child.awaitExit(Duration.ofSeconds(60)), child.errors());
            assertTrue(child.output().startsWith("booted from unnamed module"), child.output());
        }
    }

    @Test
    void shouldNameWhatBacksEachFacility() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
            List<String> names = kernel.facilities().stream().map(Facility::name).toList();
            assertEquals(
                    List.of("fence", "info", "memory.pool", "memory.lock", "memory.dirty",
                            "disk.disk0",
                            "disk.disk0.queue", "cpu.pinning", "cpu.enforcement", "net.wire0"),
                    names);
            for (Facility facility : kernel.facilities()) {
                assertEquals(facility.state() == Facility.State.FULL, facility.cause().isEmpty(),
                        facility.toString());
                assertEquals(facility.cause().isEmpty(), facility.remedy().isEmpty(),
                        facility.toString());
            }
        }
    }

    @Test
    void shouldReportWhatIsHeldByWhom() throws InterruptedException {
        try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
            Env root = kernel.rootEnv();
            Window window = root.memory().bindWindow(4);
            window.allocPages(0, 3);
            CountDownLatch holds = new CountDownLatch(1);
            CountDownLatch seen = new CountDownLatch(1);
            EnvControl child = root.createEnv(EnvSpec.named("hoarder").frames(8), env -> {
                env.memory().bindWindow(8).allocPages(0, 5);
                holds.countDown();
                seen.await();
            });
            assertTrue(holds.await(20, TimeUnit.SECONDS));
            List<String> held = kernel.leaks().entries();
            assertTrue(held.contains("env root: 3 frames"), held.toString());
            assertTrue(held.contains("env hoarder: 5 frames"), held.toString());
            seen.countDown();
            TestEnv.await(child);
            held = kernel.leaks().entries();
            assertTrue(held.stream().noneMatch(line -> line.contains("hoarder")), held.toString());
            window.close();
            assertFalse(kernel.leaks().entries().contains("env root: 3 frames"));
        }
    }

    @Test
    void shouldRefuseAfterClose() {
        Exokernel kernel = Exokernel.boot(HostConfig.minimal());
        Env root = kernel.rootEnv();
        kernel.close();
        kernel.close(); // idempotent
        ResourceException e = assertThrows(ResourceException.class,
                () -> root.memory().bindWindow(1));
        assertEquals(ErrorCode.ENV_ENDED, e.code());
    }

    @Test
    void shouldReturnEveryHostResourceAtClose() {
        try (Exokernel warm = Exokernel.boot(HostConfig.embedded())) {
            assertFalse(warm.facilities().isEmpty());
        }
        long descriptors = OwnProcess.openFiles();
        long maps = poolMappings();
        for (int i = 0; i < 5; i++) {
            try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
                Window window = kernel.rootEnv().memory().bindWindow(64);
                window.allocPages(0, 64);
                BlockDevice disk = kernel.rootEnv().keys().find("disk0", BlockDevice.class);
                kernel.rootEnv().disk().bindQueue(disk, window, 8);
                TestEnv.run(kernel.rootEnv(), EnvSpec.named("child").frames(8), env -> env.memory()
                        .bindWindow(8)
                        .allocPages(0, 8));
            }
        }
        assertEquals(descriptors, OwnProcess.openFiles());
        assertEquals(maps, poolMappings());
    }

    private static long poolMappings() {
        return OwnProcess.mappings(
                line -> line.contains("exo-frames") || line.contains("io_uring"));
    }

    /** What a boot fails with, at each stage that an embedder can make fail, after those before. */
    private static Map<String, HostConfig> broken(Path folder) throws IOException {
        Path good = Files.write(folder.resolve("good"), new byte[2 << 20]);
        Path small = Files.write(folder.resolve("small"), new byte[8192]);
        Path foreign = Files.write(folder.resolve("foreign"), "x".repeat(2 << 20).getBytes(UTF_8));
        HostConfig base = HostConfig.minimal();
        HostConfig disk = base.disk(DiskConfig.at("good", good));
        HostConfig all = disk.net(NetConfig.wire("wire"));
        return Map.of("a node", base.memory(MemoryConfig.frames(16).node(63)),
                "a folder", disk.disk(DiskConfig.at("bad", folder.resolve("none/image"))),
                "an image that is too small", disk.disk(DiskConfig.at("bad", small)),
                "a file of others", disk.disk(DiskConfig.at("bad", foreign)),
                "an image that is held", disk.disk(DiskConfig.at("bad", good)),
                "an interface", all.net(NetConfig.packet("bad", "no-such-if")),
                "a quota", all.objects(2));
    }

    /** {@return how many bytes are mapped for reading and writing} */
    private static long mappedBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(" rw-")).mapToLong(line -> {
                int dash = line.indexOf('-');
                long end = Long.parseUnsignedLong(line.substring(dash + 1, line.indexOf(' ')), 16);
                return end - Long.parseUnsignedLong(line.substring(0, dash), 16);
            }).sum();
        }
    }

    private static long mappedByBoots(HostConfig broken) throws IOException {
        long before = mappedBytes();
        for (int i = 0; i < BOOTS; i++) {
            assertThrows(ExoException.class, () -> Exokernel.boot(broken));
        }
        return mappedBytes() - before;
    }

    @Test
    void shouldLeaveNothingWhicheverStageOfBootFails(@TempDir Path folder) throws IOException {
        Map<String, HostConfig> broken = broken(folder);
        for (HostConfig config : broken.values()) { // once, to load what it takes
            assertThrows(ExoException.class, () -> Exokernel.boot(config));
        }
        for (Map.Entry<String, HostConfig> stage : broken.entrySet()) {
            long descriptors = OwnProcess.openFiles();
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 3; i++) { // the JVM maps something too, but not each time
                least = Math.min(least, mappedByBoots(stage.getValue()));
            }
            assertEquals(descriptors, OwnProcess.openFiles(), stage.getKey());
            assertTrue(least < BOOTS * 32_768, stage.getKey() + " leaves " + least / BOOTS);
            Await.until("no thread is left after " + stage.getKey(), Duration.ofSeconds(20),
                    () -> Thread.getAllStackTraces()
                            .keySet()
                            .stream()
                            .noneMatch(thread -> thread.getName().startsWith("exo-")));
        }
    }

    @Test
    void shouldLeaveNothingWhenBootFails(@TempDir Path folder) throws IOException {
        Path image = folder.resolve("image");
        Files.write(image, new byte[2 << 20]);
        try (Exokernel warm = Exokernel.boot(HostConfig.minimal())) {
            assertFalse(warm.facilities().isEmpty());
        }
        long descriptors = OwnProcess.openFiles();
        HostConfig broken = HostConfig.minimal()
                .disk(DiskConfig.at("good", image))
                .disk(DiskConfig.at("bad", folder.resolve("no/such/folder/image")));
        assertThrows(ExoException.class, () -> Exokernel.boot(broken));
        assertEquals(descriptors, OwnProcess.openFiles());
        try (Exokernel kernel = Exokernel
                .boot(HostConfig.minimal().disk(DiskConfig.at("good", image)))) {
            assertFalse(kernel.facilities().isEmpty(), "the image of the failed boot is unlocked");
        }
    }

    @Test
    void shouldRunTwoKernelsSideBySide() {
        HostConfig small = HostConfig.minimal().memory(MemoryConfig.frames(4));
        try (Exokernel one = Exokernel.boot(small); Exokernel two = Exokernel.boot(small)) {
            Window first = one.rootEnv().memory().bindWindow(4);
            Window second = two.rootEnv().memory().bindWindow(4);
            first.allocPages(0, 4);
            second.allocPages(0, 4);
            first.segment().fill((byte) 1);
            assertEquals(-1, second.segment().mismatch(second.segment()));
            assertEquals(0, second.segment().mismatch(first.segment()));
        }
    }

    @Test
    void shouldRefuseASecondKernelOnTheSameImage(@TempDir Path folder) {
        HostConfig config = HostConfig.minimal()
                .disk(DiskConfig.at("disk0", folder.resolve("image")));
        try (Exokernel kernel = Exokernel.boot(config)) {
            ResourceException e = assertThrows(ResourceException.class,
                    () -> Exokernel.boot(config));
            assertEquals(ErrorCode.BUSY, e.code());
            assertTrue(e.getMessage().contains(Long.toString(ProcessHandle.current().pid())),
                    e.getMessage());
            assertFalse(kernel.facilities().isEmpty());
        }
    }
}
