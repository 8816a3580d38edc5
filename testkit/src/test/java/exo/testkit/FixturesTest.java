// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FixturesTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** Makes one fixture, names it, and waits: to exit if it is told so, to be killed otherwise. */
    static final class Owner {

        private Owner() {}

        public static void main(String[] arguments) throws IOException {
            String name = switch (arguments[0]) {
                case "netns" -> Netns.create().name();
                case "loop" -> LoopDevice.create(1 << 20).image().toString();
                default -> TempMount.create(1 << 20).folder().toString();
            };
            System.out.println("made " + name);
            System.exit(System.in.read() < 0 ? 1 : 0);
        }
    }

    private static String leave(String kind, boolean crash) {
        try (Subprocess owner = ChildJvm.of(Owner.class).arguments(kind).start()) {
            String name = owner.awaitLine("^made ", LONG).substring("made ".length());
            if (crash) {
                owner.kill();
            } else {
                owner.send("exit");
            }
            owner.awaitExit(LONG);
            return name;
        }
    }

    private static boolean namespaceExists(String name) {
        return Files.exists(Path.of("/run/netns", name));
    }

    private static boolean imageAttached(String image) {
        return Command.run("losetup", "--list", "--output", "BACK-FILE").contains(image);
    }

    private static boolean mounted(String folder) {
        return Command.run("cat", "/proc/self/mounts").contains(" " + folder + " ");
    }

    @Test
    @NeedsFacility(HostFacility.NETNS)
    void shouldRemoveNamespacesWhoeverForgetsThem() {
        String exited = leave("netns", false);
        assertFalse(namespaceExists(exited), exited);
        String crashed = leave("netns", true);
        assertTrue(namespaceExists(crashed), crashed);
        Netns.removeStale();
        assertFalse(namespaceExists(crashed), crashed);
    }

    @Test
    @NeedsFacility(HostFacility.LOOP_DEVICE)
    void shouldRemoveLoopDevicesWhoeverForgetsThem() {
        String exited = leave("loop", false);
        assertFalse(imageAttached(exited) || Files.exists(Path.of(exited)), exited);
        String crashed = leave("loop", true);
        assertTrue(imageAttached(crashed), crashed);
        LoopDevice.removeStale();
        assertFalse(imageAttached(crashed) || Files.exists(Path.of(crashed)), crashed);
    }

    @Test
    @NeedsFacility(HostFacility.TEMP_MOUNT)
    void shouldRemoveMountsWhoeverForgetsThem() {
        String exited = leave("mount", false);
        assertFalse(mounted(exited) || Files.exists(Path.of(exited)), exited);
        String crashed = leave("mount", true);
        assertTrue(mounted(crashed), crashed);
        TempMount.removeStale();
        assertFalse(mounted(crashed) || Files.exists(Path.of(crashed)), crashed);
    }

    @Test
    @NeedsFacility(HostFacility.NETNS)
    @NeedsTool({"ping", "ethtool"})
    void shouldCarryPacketsBetweenTwoNamespaces() {
        try (Netns left = Netns.create(); Netns right = Netns.create()) {
            Netns.link(left, "eth0", right, "eth1");
            left.address("eth0", "10.9.0.1/24");
            right.address("eth1", "10.9.0.2/24");
            left.withoutOffloads("eth0");
            assertTrue(left.exec("ping", "-c", "1", "-W", "5", "10.9.0.2")
                    .contains(" 0% packet loss"));
            assertTrue(left.hardwareAddress("eth0").matches("([0-9a-f]{2}:){5}[0-9a-f]{2}"));
            right.down("eth1");
            assertThrows(CommandFailedException.class,
                    () -> left.exec("ping", "-c", "1", "-W", "1", "10.9.0.2"));
        }
    }

    @Test
    @NeedsFacility(HostFacility.NETNS)
    void shouldKeepANamespaceApartFromTheHost() {
        try (Netns netns = Netns.create()) {
            assertEquals("lo\n", netns.exec("ls", "/sys/class/net"));
            assertTrue(Files.exists(netns.path()));
        }
    }

    @Test
    @NeedsFacility({HostFacility.NETNS, HostFacility.LOSS})
    @NeedsTool("ping")
    void shouldLoseFramesInTheShareItIsTold() {
        try (Netns netns = Netns.create()) {
            netns.lose("lo", 1000);
            assertThrows(CommandFailedException.class,
                    () -> netns.exec("ping", "-c", "1", "-W", "1", "127.0.0.1"));
            netns.lose("lo", 100);
            String some = netns.exec("ping", "-c", "50", "-i", "0.002", "-W", "1", "127.0.0.1");
            assertFalse(some.contains(" 0% packet loss") || some.contains(" 100% packet loss"),
                    some);
            netns.lose("lo", 0);
            netns.exec("ping", "-c", "1", "-W", "5", "127.0.0.1");
            assertThrows(IllegalArgumentException.class, () -> netns.lose("lo", -1));
            assertThrows(IllegalArgumentException.class, () -> netns.lose("lo", 1001));
        }
    }

    @Test
    @NeedsFacility({HostFacility.NETNS, HostFacility.NETEM})
    @NeedsTool("ping")
    void shouldLoseWhatNetemIsToldToLose() {
        try (Netns netns = Netns.create()) {
            netns.netem("lo", "loss", "100%");
            assertThrows(CommandFailedException.class,
                    () -> netns.exec("ping", "-c", "1", "-W", "1", "127.0.0.1"));
            netns.netem("lo", "loss", "0%");
            netns.exec("ping", "-c", "1", "-W", "5", "127.0.0.1");
        }
    }

    @Test
    @NeedsFacility(HostFacility.NETNS)
    void shouldKillWhatRunsInANamespaceOnClose() {
        Netns netns = Netns.create();
        try (Subprocess sleeper = netns.start("sleep", "1000")) {
            Await.until("it runs inside", LONG,
                    () -> !Command.run("ip", "netns", "pids", netns.name()).isBlank());
            netns.close();
            assertEquals(128 + 9, sleeper.awaitExit(LONG));
        }
        netns.close();
        assertFalse(namespaceExists(netns.name()));
    }

    @Test
    @NeedsFacility(HostFacility.LOOP_DEVICE)
    void shouldMakeBlockDevicesOfASizeAndSector() {
        try (LoopDevice loop = LoopDevice.create(1 << 20, 4096)) {
            String device = loop.device().toString();
            assertEquals("1048576", Command.run("blockdev", "--getsize64", device).strip());
            assertEquals("4096", Command.run("blockdev", "--getss", device).strip());
        }
    }

    @Test
    @NeedsFacility(HostFacility.TEMP_MOUNT)
    void shouldMakeAMountThatFillsUp() throws IOException {
        try (TempMount mount = TempMount.create(1 << 16)) {
            Files.write(mount.folder().resolve("a"), new byte[1 << 15]);
            assertThrows(IOException.class,
                    () -> Files.write(mount.folder().resolve("b"), new byte[1 << 16]));
        }
    }

    @Test
    @NeedsFacility(HostFacility.FREEZE)
    void shouldMakeAMountWhoseWritersSleepUntilItThaws() throws InterruptedException {
        try (FreezableMount mount = FreezableMount.create(8 << 20)) {
            mount.freeze();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    Files.write(mount.folder().resolve("a"), new byte[1]);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertFalse(writer.join(Duration.ofMillis(200)));
            mount.thaw();
            writer.join();
            assertTrue(Files.exists(mount.folder().resolve("a")));
            mount.freeze();
        }
    }

    @Test
    void shouldTellStaleNamesFromLiveOnes() {
        assertFalse(Leftovers.isStale(Leftovers.nextName()));
        assertTrue(Leftovers.isStale("exo-" + Long.MAX_VALUE + "-1"));
        assertFalse(Leftovers.isStale("exo-something"));
        assertFalse(Leftovers.isStale("eth0"));
    }
}
