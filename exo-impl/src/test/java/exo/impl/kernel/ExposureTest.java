// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.cpu.Core;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.Quantum;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.EnvFigures;
import exo.api.info.FrameFigures;
import exo.api.info.InfoLayout;
import exo.api.info.InfoReader;
import exo.api.info.InfoTable;
import exo.api.info.KernelFigures;
import exo.api.info.KernelInfo;
import exo.api.info.NetFigures;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.upcall.Upcalls;
import exo.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ExposureTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int FRAMES = 256;

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(FRAMES))
            .cpu(CpuConfig.allPermitted().timeline(8, Duration.ofMillis(1)))
            .disk(DiskConfig.temporary("disk0", 8 << 20))
            .net(NetConfig.wire("wire0")));
    private final Env root = kernel.rootEnv();
    private final KernelInfo info = kernel.info();
    private final InfoReader reader = info.reader();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** Copies the figures of this moment. */
    private void refresh() {
        Await.until("a refresh by this thread", LONG, info::refresh);
    }

    private EnvFigures env(String name) {
        return reader.envs().stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
    }

    private List<FrameFigures> framesOf(long owner) {
        List<FrameFigures> found = new ArrayList<>();
        for (int frame = 0; frame < FRAMES; frame++) {
            if (reader.frameOwner(frame) == owner) {
                found.add(reader.frame(frame));
            }
        }
        return found;
    }

    /** A child that holds some frames until it is told to stop. */
    private EnvControl holder(String name, int frames) {
        EnvControl child = root.createEnv(EnvSpec.named(name).frames(frames).threads(2), env -> {
            Window window = env.memory().bindWindow(frames);
            window.allocPages(0, frames);
            long idle = window.page(0);
            window.tryReturnPage(idle);
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        Await.until(name + " holds its frames", LONG,
                () -> child.account().framesIdle() == 1);
        return child;
    }

    @Test
    void shouldDescribeItselfAtBoot() {
        assertEquals(InfoLayout.VERSION, reader.version());
        assertEquals(root.memory().pageBytes(), reader.pageBytes());
        assertEquals(ProcessHandle.current().pid(), reader.pid());
        assertTrue(System.currentTimeMillis() - reader.bootEpochMillis() < 60_000);
        for (InfoTable table : InfoTable.values()) {
            assertTrue(reader.has(table), table.toString());
            assertEquals(0, reader.sequence(table) & 1, table.toString());
        }
        assertEquals(FRAMES, reader.used(InfoTable.FRAMES));
        assertEquals(FRAMES, framesOf(InfoLayout.NOBODY).size());
        KernelFigures all = reader.kernel();
        assertEquals(1, all.refreshes(), "boot made the first");
        assertEquals(1, all.envs().live());
        assertFalse(all.ended());
        EnvFigures first = reader.envs().getFirst();
        assertEquals("root", first.name());
        assertEquals(InfoLayout.NOBODY, first.parent());
        assertEquals(root.quota(), first.quota());
        assertEquals(info.segment(), root.info().segment());
    }

    @Test
    void shouldListEnvironmentsFromBirthToEndWithoutARefresh() throws InterruptedException {
        long refreshes = reader.kernel().refreshes();
        EnvControl child = root.createEnv(EnvSpec.named("short-lived").frames(3), env -> {
            EnvFigures own = env.info()
                    .reader()
                    .envs()
                    .stream()
                    .filter(e -> e.id() == env.id())
                    .findFirst()
                    .orElseThrow();
            assertEquals("short-lived", own.name());
            assertEquals(0, own.parent());
            assertEquals(3, own.quota().frames());
            assertEquals(2, env.info().reader().used(InfoTable.ENVS));
        });
        TestEnv.await(child);
        assertEquals(1, reader.envs().size());
        assertEquals(refreshes, reader.kernel().refreshes());
        refresh();
        assertEquals(1, reader.kernel().envs().live());
        assertEquals(2, reader.kernel().envs().created());
    }

    @Test
    void shouldShowWhoOwnsWhichFrameWithoutARefresh() {
        EnvControl child = holder("holder", 5);
        List<FrameFigures> held = framesOf(env("holder").id());
        assertEquals(5, held.size());
        assertTrue(held.stream().allMatch(f -> f.isUsed() && f.isDirty()));
        TestEnv.end(child, Duration.ofSeconds(2));
        assertEquals(FRAMES, framesOf(InfoLayout.NOBODY).size());
        for (int frame = 0; frame < FRAMES; frame++) {
            assertFalse(reader.frame(frame).isUsed());
        }
        assertEquals(5, framesOf(InfoLayout.NOBODY).stream().filter(FrameFigures::isDirty).count());
    }

    @Test
    void shouldCountMappingsAndIdlePagesAtARefresh() {
        holder("holder", 5);
        Window mine = root.memory().bindWindow(8);
        mine.allocPages(0, 2);
        Frames shared = root.memory().share(mine, 0, 1, Rights.ALL, "shared");
        Window other = root.memory().bindWindow(4);
        other.map(1, shared, 0, 1);
        assertEquals(0, reader.frame(mine.frame(0)).mappings(), "not counted yet");
        refresh();
        FrameFigures twice = reader.frame(mine.frame(0));
        assertEquals(2, twice.mappings());
        assertTrue(twice.isShared());
        FrameFigures once = reader.frame(mine.frame(1));
        assertEquals(1, once.mappings());
        assertFalse(once.isShared());
        assertEquals(1, framesOf(env("holder").id()).stream().filter(FrameFigures::isIdle).count());
        int frame = mine.frame(0);
        mine.releasePages(0, 1);
        assertEquals(InfoLayout.NOBODY, reader.frameOwner(frame));
        refresh();
        assertEquals(0, reader.frame(frame).mappings());
        assertFalse(reader.frame(frame).isShared());
    }

    @Test
    void shouldStampFramesWhenTheyAreAllocatedAndWhenTheyAreMapped() {
        Window mine = root.memory().bindWindow(8);
        mine.allocPages(0, 2);
        long first = reader.frameLastUseTick(mine.frame(0));
        Await.until("the clock moves on", LONG, () -> {
            refresh();
            return reader.kernel().tick() > first + 1;
        });
        Frames shared = root.memory().share(mine, 0, 1, Rights.ALL, "shared");
        mine.map(4, shared, 0, 1);
        assertTrue(reader.frameLastUseTick(mine.frame(0)) > first);
        assertEquals(first, reader.frameLastUseTick(mine.frame(1)), "least recently used");
    }

    @Test
    void shouldCopyQuotasAndAccounts() {
        EnvControl child = holder("holder", 5);
        refresh();
        EnvFigures seen = env("holder");
        assertEquals(child.account().framesHeld(), seen.account().framesHeld());
        assertEquals(1, seen.account().framesIdle());
        assertEquals(1, seen.account().threadsAlive());
        assertEquals(5, seen.quota().frames());
        assertEquals(2, seen.quota().threads());
        KernelFigures all = reader.kernel();
        assertEquals(new KernelFigures.FrameCounts(FRAMES, 5, 0, 1, 0), all.frames());
        assertEquals(2, all.envs().live());
        assertEquals(0, all.envs().unlisted());
    }

    @Test
    void shouldShowTimelines() {
        Core core = root.cpu().cores().getFirst();
        Quantum quantum = root.cpu().allocQuantum(core.number(), 2, 3, "some");
        refresh();
        CoreFigures seen = reader.cores().getFirst();
        assertEquals(root.cpu().cores().size(), reader.cores().size());
        assertEquals(core.number(), seen.core());
        assertEquals(core.slotNanos(), seen.slotNanos());
        long none = InfoLayout.NOBODY;
        assertEquals(List.of(none, none, 0L, 0L, 0L, none, none, none), seen.owners());
        assertEquals(List.of(none, none, none, none, none, none, none, none), seen.users());
        root.cpu().bind(quantum);
        refresh();
        assertEquals(List.of(none, none, 0L, 0L, 0L, none, none, none),
                reader.cores().getFirst().users());
        root.cpu().unbind(quantum);
        root.cpu().freeQuantum(quantum);
        refresh();
        assertTrue(reader.cores().getFirst().owners().stream().allMatch(owner -> owner == none));
    }

    @Test
    void shouldShowDisksWithTheirFreeRuns() {
        BlockDevice device = root.keys().find("disk0", BlockDevice.class);
        long first = root.disk().allocExtent(device, "named", 10).firstBlock();
        Extent hole = root.disk().allocExtent(device, "", 4);
        root.disk().allocExtent(device, "", 6);
        root.disk().freeExtent(hole);
        refresh();
        DiskFigures seen = reader.disks().getFirst();
        assertEquals("disk0", seen.name());
        assertEquals(device.blockBytes(), seen.shape().blockBytes());
        assertEquals(device.blockCount(), seen.shape().blockCount());
        assertEquals(device.reservedBlocks(), seen.shape().reservedBlocks());
        assertEquals(root.disk().freeBlockCount(device), seen.freeBlocks());
        assertEquals(1, seen.namedExtents());
        assertEquals(1, seen.openExtents());
        assertEquals(2, seen.freeRunCount());
        assertEquals(List.of(new DiskFigures.Run(first + 10, 4),
                new DiskFigures.Run(first + 20, device.blockCount() - first - 20)),
                seen.freeRuns());
        assertEquals(seen.freeBlocks(),
                seen.freeRuns().stream().mapToLong(DiskFigures.Run::blockCount).sum());
    }

    @Test
    void shouldShowNetworkDevices() {
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:0a"),
                        Ipv4Address.parse("10.0.0.1"), "a");
        refresh();
        assertEquals(List.of(new NetFigures("wire0", wire.mtu(), 1, 0,
                new NetFigures.Counters(0, 0, 0, 0, 0, 0, 0))), reader.nets());
    }

    @Test
    void shouldNotRefreshTwiceWithinAMillisecond() {
        refresh();
        long before = System.nanoTime();
        boolean again = info.refresh();
        long took = System.nanoTime() - before;
        assertTrue(!again || took > 500_000 || reader.kernel().refreshes() > 1);
        long refreshes = reader.kernel().refreshes();
        long start = System.nanoTime();
        while (reader.kernel().refreshes() < refreshes + 5) {
            info.refresh();
        }
        assertTrue(System.nanoTime() - start >= 4_000_000, "five of them need four pauses");
    }

    @Test
    void shouldKeepPlacesOfEnvironmentsApartAndUseThemAgain() throws InterruptedException {
        EnvControl first = holder("first", 1);
        EnvControl second = holder("second", 1);
        assertEquals(3, reader.used(InfoTable.ENVS));
        TestEnv.end(first, Duration.ofSeconds(2));
        assertEquals(List.of("root", "second"),
                reader.envs().stream().map(EnvFigures::name).toList());
        holder("third", 1);
        assertEquals(List.of("root", "third", "second"),
                reader.envs().stream().map(EnvFigures::name).toList());
        TestEnv.end(second, Duration.ofSeconds(2));
        assertEquals(2, reader.used(InfoTable.ENVS));
    }

    @Test
    void shouldSayThatItHasEndedAndBeUnreadableThen() {
        kernel.close();
        assertFalse(info.refresh());
        assertThrows(IllegalStateException.class, reader::kernel);
        assertThrows(IllegalStateException.class, () -> info.segment()
                .get(
                        java.lang.foreign.ValueLayout.JAVA_INT, 0));
    }
}
