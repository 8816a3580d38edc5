// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.CapabilityException;
import exo.api.EnvExit;
import exo.api.ErrorCode;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.SpillArea;
import exo.api.mem.Frames;
import exo.api.upcall.Repossession;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import exo.testkit.FreezableMount;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;
import exo.testkit.TempMount;
import exo.testkit.self.SideThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pages that are taken by force and go to blocks. */
class SpillTest extends SpillCase {
    /** Boots a kernel with a disk, and starts an environment with so many frames and pages. */
    private Keeper start(int frames, int pages) {
        boot(HostConfig.minimal());
        return startKeeper(frames, pages);
    }

    private static void await(String what, Supplier<Boolean> condition) {
        Await.until(what, LONG, condition::get);
    }

    private void endCleanly(Keeper keeper) {
        keeper.stop();
        TestEnv.end(control, LONG);
        assertClean();
    }

    // ---- what is kept --------------------------------------------------------------------------

    @Test
    void shouldKeepWhatIsTaken() {
        Keeper keeper = start(16, 8);
        SpillArea area = keeper.bind(8, 7);
        keeper.fill();
        assertEquals(15, control.account().framesHeld(), "a buffer is a frame");
        assertEquals(6, take(7));
        await("all written", () -> keeper.spilled().size() == 6);
        assertEquals(List.of(2L, 3L, 4L, 5L, 6L, 7L),
                keeper.lost().stream().map(Repossession::place).toList());
        for (Repossession entry : keeper.lost()) {
            Repossession.Spill spill = entry.spill().orElseThrow();
            assertEquals(SpillArea.State.WRITTEN, area.state(spill.place()));
        }
        keeper.act(env -> {
            keeper.window().releasePages(0, 1); // room for the page to read with
        });
        for (Repossession entry : keeper.kept()) {
            assertEquals(Keeper.pattern((int) entry.place()), keeper.read(entry));
        }
        assertEquals(6, keeper.kept().size());
        endCleanly(keeper);
    }

    @Test
    void shouldKeepWhatIsWrittenToViews() {
        Keeper keeper = start(24, 4);
        keeper.bind(8, 8);
        keeper.fill();
        keeper.act(env -> {
            env.memory().snapshot(keeper.window(), 0, 4, "snapshot");
            keeper.write(3, 77);
        });
        int held = control.account().framesHeld();
        assertEquals(16, held, "4 frozen, 4 set aside, 8 buffers");
        assertEquals(2, take(24 - held + 2));
        await("both written", () -> keeper.spilled().size() == 2);
        keeper.act(env -> {
            env.keys().drop(env.keys().find("snapshot", Frames.class));
            keeper.window().releasePages(0, 4);
        });
        assertEquals(77, keeper.read(keeper.kept().getFirst().place() == 3
                ? keeper.kept().getFirst()
                : keeper.kept().getLast()));
        assertEquals(Keeper.pattern(2), keeper.read(keeper.kept().getFirst().place() == 2
                ? keeper.kept().getFirst()
                : keeper.kept().getLast()));
        endCleanly(keeper);
    }

    @Test
    void shouldNotKeepIdlePages() {
        Keeper keeper = start(9, 8);
        keeper.bind(8, 1);
        keeper.fill();
        keeper.call(env -> keeper.window().tryReturnPage(keeper.window().page(4)));
        assertEquals(1, take(1));
        await("told", () -> keeper.lost().size() == 1);
        assertEquals(4, keeper.lost().getFirst().place());
        assertTrue(keeper.kept().isEmpty());
        endCleanly(keeper);
    }

    @Test
    void shouldUsePlacesAgainThatWereFreed() {
        Keeper keeper = start(8, 4);
        SpillArea area = keeper.bind(1, 1);
        keeper.fill();
        take(4);
        await("one is written", () -> keeper.spilled().equals(List.of(0)));
        assertEquals(0, area.freeCount());
        take(1);
        await("two are lost", () -> keeper.framesLost() == 2);
        assertEquals(1, keeper.kept().size(), "the one place is full");
        keeper.act(env -> area.free(0));
        assertEquals(SpillArea.State.FREE, area.state(0));
        assertEquals(1, area.freeCount());
        take(1);
        await("it is written again", () -> keeper.spilled().equals(List.of(0, 0)));
        control.give(ResourceKind.FRAMES, 1);
        assertEquals(Keeper.pattern((int) keeper.kept().getLast().place()),
                keeper.read(keeper.kept().getLast()));
        endCleanly(keeper);
    }

    @Test
    void shouldUseAreasInTheOrderTheyWereBound() {
        Keeper keeper = start(12, 4);
        SpillArea first = keeper.bind(1, 1);
        SpillArea second = keeper.bind(4, 4);
        keeper.fill();
        take(3 + 3);
        await("three are kept", () -> keeper.kept().size() == 3);
        assertEquals(List.of(first, second, second), keeper.kept()
                .stream()
                .map(entry -> entry.spill().orElseThrow().area())
                .toList());
        endCleanly(keeper);
    }

    @Test
    void shouldTakeBuffersBeforeMarkedPagesUnlessThoseMustGoToo() {
        Keeper keeper = start(8, 6);
        SpillArea area = keeper.bind(8, 2);
        keeper.fill();
        keeper.act(env -> keeper.window().guarantee(0, 4, true));
        assertEquals(2, take(2), "two pages");
        await("they are written", () -> keeper.spilled().size() == 2);
        assertEquals(1, take(1));
        assertEquals(1, area.bufferCount(), "a buffer went, no marked page");
        assertEquals(2, take(2));
        assertEquals(0, area.bufferCount(), "and the other, after it kept a marked page");
        await("it is written", () -> keeper.spilled().size() == 3);
        await("all five are told of", () -> keeper.framesLost() == 5);
        assertEquals(3, keeper.kept().getLast().place());
        assertEquals(3, take(3), "there is no buffer for the last ones");
        await("all are lost", () -> keeper.framesLost() == 8);
        assertEquals(3, keeper.kept().size());
        endCleanly(keeper);
    }

    @Test
    void shouldSpillWhatIsLentToo() {
        boot(HostConfig.minimal());
        Keeper keeper = new Keeper(60);
        control = root.createEnv(spec("keeper").frames(2).extraFrames(62), keeper);
        keeper.bind(4, 4);
        keeper.fill();
        root.memory().bindWindow(4).allocPages(0, 4);
        await("what was called in is written", () -> keeper.spilled().size() == 4);
        assertEquals(4, keeper.framesLost());
        keeper.stop();
        TestEnv.end(control, LONG);
    }

    // ---- the device ----------------------------------------------------------------------------

    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldNotWaitForADeviceThatHangs() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount));
            Keeper keeper = startKeeper(12, 8);
            SpillArea area = keeper.bind(8, 3);
            keeper.fill();
            mount.freeze();
            assertEquals(5, take(1 + 5), "although the device does not answer");
            await("told", () -> keeper.lost().size() == 5);
            assertEquals(3, keeper.kept().size(), "as many as there are buffers");
            int place = keeper.kept().getFirst().spill().orElseThrow().place();
            assertEquals(SpillArea.State.WRITING, area.state(place));
            assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                    () -> keeper.act(env -> area.free(place))).code());
            assertTrue(keeper.spilled().isEmpty());
            mount.thaw();
            await("written", () -> keeper.spilled().size() == 3);
            control.give(ResourceKind.FRAMES, 1);
            for (Repossession entry : keeper.kept()) {
                assertEquals(Keeper.pattern((int) entry.place()), keeper.read(entry));
            }
            endCleanly(keeper);
            kernel.close();
        }
    }

    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldWriteNothingAfterTheExtentIsGone() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount));
            Keeper keeper = startKeeper(12, 8);
            SpillArea area = keeper.bind(8, 4);
            keeper.fill();
            mount.freeze();
            assertEquals(4, take(4));
            await("told", () -> keeper.kept().size() == 4);
            SideThread free = SideThread.start(
                    () -> keeper.act(env -> env.disk().freeExtent(keeper.extent())));
            await("those that waited are given up", () -> IntStream.range(0, 4)
                    .filter(place -> area.state(place) == SpillArea.State.FAILED)
                    .count() == 3);
            assertTrue(free.isAlive(), "the one under way has to end");
            mount.thaw();
            free.join();
            assertEquals(0, area.bufferCount());
            assertEquals(4, control.account().framesHeld(), "the buffers are back");
            take(4 + 1);
            await("nothing is kept any more", () -> keeper.framesLost() == 5);
            assertEquals(4, keeper.kept().size());
            assertEquals(1, keeper.lost()
                    .stream()
                    .filter(entry -> entry.kind() == ResourceKind.EXTENT)
                    .count());
            endCleanly(keeper);
            kernel.close();
        }
    }

    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.TEMP_MOUNT)
    void shouldSayWhenAPageCouldNotBeWritten() {
        try (TempMount mount = TempMount.create(1 << 20)) {
            Path image = mount.folder().resolve("image");
            boot(DiskConfig.at("disk0", image).bytes(8 << 20));
            Keeper keeper = startKeeper(60, 40);
            Extent far = root.disk()
                    .allocExtent(root.keys().find("disk0", BlockDevice.class), "",
                            200); // beyond what the mount has room for, if it is written
            root.keys().grant(far, control, Rights.READ_WRITE, "far");
            keeper.fill();
            SpillArea area = keeper.call(env -> env.disk()
                    .bindSpill(
                            env.keys().find("far", Extent.class), 0, 200, 20));
            fillUp(mount);
            assertEquals(20, take(20));
            await("the device is done", () -> keeper.spilled().size() == 20);
            assertTrue(keeper.spilled()
                    .stream()
                    .allMatch(place -> area.state(place) == SpillArea.State.FAILED));
            keeper.act(env -> area.free(0));
            assertEquals(SpillArea.State.FREE, area.state(0));
            keeper.stop();
            TestEnv.end(control, LONG);
            kernel.close();
        }
    }

    private static void fillUp(TempMount mount) {
        byte[] much = new byte[1 << 20];
        assertThrows(java.io.IOException.class,
                () -> java.nio.file.Files.write(mount.folder().resolve("rest"), much));
    }

    // ---- the end -------------------------------------------------------------------------------

    @Test
    void shouldGiveBuffersBackWhenItIsClosed() {
        Keeper keeper = start(16, 8);
        SpillArea area = keeper.bind(8, 8);
        keeper.fill();
        take(4);
        keeper.act(env -> {
            area.close();
            area.close();
        });
        assertEquals(0, area.bufferCount());
        assertTrue(IntStream.range(0, 4)
                .allMatch(place -> area.state(place) == SpillArea.State.WRITTEN), "drained");
        assertEquals(4, control.account().framesHeld());
        take(8 + 1);
        await("told", () -> keeper.framesLost() == 5);
        assertEquals(4, keeper.kept().size());
        endCleanly(keeper);
    }

    @Test
    void shouldTakeBuffersAtLastWhenEverythingIsWanted() {
        Keeper keeper = start(12, 8);
        SpillArea area = keeper.bind(4, 4);
        keeper.fill();
        assertEquals(12, take(12));
        assertEquals(0, area.bufferCount());
        await("told", () -> keeper.framesLost() == 12);
        assertEquals(4, keeper.kept().size());
        assertEquals(4, keeper.lost().stream().filter(entry -> entry.place() == -1).count());
        endCleanly(keeper);
    }

    @Test
    void shouldEndWithItsEnvironmentAtAnyMoment() {
        Keeper keeper = start(40, 30);
        keeper.bind(30, 10);
        keeper.fill();
        take(20);
        EnvExit exit = control.end(Duration.ZERO); // pages are on their way
        assertTrue(exit.failure().isEmpty());
        assertClean();
    }

    // ---- limits --------------------------------------------------------------------------------

    @Test
    void shouldRefuseWhatItCannotBeBoundTo() {
        Keeper keeper = start(9, 4);
        keeper.bind(16, 1);
        int objects = control.account().objectsHeld();
        keeper.act(env -> {
            Extent extent = keeper.extent();
            assertThrows(IllegalArgumentException.class,
                    () -> env.disk().bindSpill(extent, 0, 0, 1));
            assertThrows(IllegalArgumentException.class,
                    () -> env.disk().bindSpill(extent, 0, SpillArea.MAX_PLACES + 1, 1));
            assertThrows(IllegalArgumentException.class,
                    () -> env.disk().bindSpill(extent, 0, 8, 0));
            assertThrows(IllegalArgumentException.class,
                    () -> env.disk().bindSpill(extent, 0, 8, 9));
            assertThrows(IllegalArgumentException.class,
                    () -> env.disk()
                            .bindSpill(extent, 0, SpillArea.MAX_PLACES,
                                    SpillArea.MAX_BUFFERS + 1));
            for (long first : new long[]{-1, 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                        () -> env.disk().bindSpill(extent, first, 16, 1)).code(), "" + first);
            }
            assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                    () -> env.disk().bindSpill(extent, 0, 16, 9)).code(), "8 frames are left");
            Extent weak = env.disk().deriveExtent(extent, 0, 16, Rights.READ, "weak");
            assertEquals(ErrorCode.INSUFFICIENT, assertThrows(CapabilityException.class,
                    () -> env.disk().bindSpill(weak, 0, 1, 1)).code());
            env.keys().drop(weak);
            assertThrows(NullPointerException.class, () -> env.disk().bindSpill(null, 0, 1, 1));
            env.disk().bindSpill(extent, 0, 16, 8).close();
        });
        assertEquals(1, control.account().framesHeld());
        assertEquals(objects, control.account().objectsHeld());
        endCleanly(keeper);
    }

    @Test
    void shouldRefuseAnAreaWithoutAKernelObjectForIt() {
        Keeper keeper = start(9, 4);
        SpillArea area = keeper.bind(16, 1);
        keeper.act(env -> {
            int left = env.quota().objects() - env.account().objectsHeld();
            for (int i = 0; i < left; i++) {
                env.disk().deriveExtent(keeper.extent(), 0, 1, Rights.READ, "filler" + i);
            }
            assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                    () -> env.disk().bindSpill(keeper.extent(), 0, 1, 1)).code());
            assertEquals(1, env.account().framesHeld());
        });
        assertThrows(IndexOutOfBoundsException.class, () -> area.state(16));
        assertThrows(IndexOutOfBoundsException.class, () -> area.block(-1));
        assertEquals(16, area.placeCount());
        endCleanly(keeper);
    }

    @Test
    void shouldBeUsedByItsEnvironmentOnly() {
        Keeper keeper = start(9, 4);
        SpillArea area = keeper.bind(4, 1);
        assertThrows(WrongThreadException.class, () -> area.free(0));
        assertThrows(WrongThreadException.class, area::close);
        Extent foreign = keeper.extent();
        assertEquals(ErrorCode.FOREIGN, assertThrows(CapabilityException.class,
                () -> root.disk().bindSpill(foreign, 0, 1, 1)).code());
        keeper.act(env -> {
            env.disk().freeExtent(keeper.extent());
            assertEquals(ErrorCode.REVOKED, assertThrows(CapabilityException.class,
                    () -> env.disk().bindSpill(keeper.extent(), 0, 1, 1)).code());
        });
        assertFalse(keeper.extent().isLive());
        endCleanly(keeper);
    }
}
