// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Quota;
import exo.api.Rights;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.CpuConfig.Enforcement;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.FrameRequest;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.host.Facilities;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EventPort;
import exo.impl.cap.KernelKeyRing;
import exo.impl.cap.KeyTable;
import exo.impl.cap.Ledger;
import exo.impl.cpu.Cores;
import exo.impl.cpu.KernelCpu;
import exo.impl.disk.Disks;
import exo.impl.disk.KernelDisk;
import exo.impl.info.FrameObserver;
import exo.impl.mem.FramePool;
import exo.impl.mem.KernelMemory;
import exo.impl.name.KernelNames;
import exo.impl.name.NameSpace;
import exo.impl.net.KernelNet;
import exo.impl.net.NetDevices;
import exo.testkit.self.OwnProcess;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What is left of a request in the midst of which the heap ran out? Each request is made again and
 * again, and fails at the first step that can fail here, then at the second, and so on, until it is
 * done.
 */
class HeapHostile {
    private static final int FRAMES = 64;
    private static final int MOST_STEPS = 60;
    private static final int NEVER = -1;

    private int stepsLeft = NEVER; // before what asks for it
    private final CapabilityTable table = new CapabilityTable();
    private final Owner owner = new Owner();
    private final FramePool pool = new FramePool(MemoryConfig.frames(FRAMES), new Watcher());
    private final KernelMemory memory = new KernelMemory(pool, table, owner);
    private final KernelDisk disk = new KernelDisk(table, owner, memory.spills());
    private final Cores cores = new Cores(
            CpuConfig.allPermitted().enforcement(Enforcement.COOPERATIVE));
    private final KernelCpu cpu = new KernelCpu(cores, table, owner);
    private final KernelNet net = new KernelNet(table, owner);
    private final KernelKeyRing keys = new KernelKeyRing(table, owner);
    private final Disks disks = new Disks(List.of(DiskConfig.temporary("disk0", 4 << 20)),
            pool.mapping());
    private final NetDevices devices = new NetDevices(List.of(NetConfig.wire("wire0")));
    private final NameSpace space = new NameSpace();
    private final Window window = memory.bindWindow(FRAMES, Rights.READ_WRITE);

    HeapHostile() {
        disks.giveTo(owner, table);
        devices.giveTo(owner, table);
        space.giveTo(owner, table);
    }

    @AfterEach
    void close() {
        net.closeThread();
        disk.closeThread();
        memory.closeThread();
        devices.close();
        disks.close();
        cores.close();
        pool.close();
    }

    /** Stands for an OutOfMemoryError, which the test engine would not survive. */
    private static final class HeapEnds extends VirtualMachineError {
        private static final long serialVersionUID = 1;
    }

    private void step() {
        if (stepsLeft == 0) {
            stepsLeft = NEVER;
            throw new HeapEnds();
        }
        stepsLeft -= stepsLeft > 0 ? 1 : 0;
    }

    /** An environment that comes to the end of the heap whenever something of it is asked. */
    private final class Owner extends BarePrincipal {
        Owner() {
            super(Quota.LEAST.withObjects(100).withFrames(FRAMES).withBlocks(200).withSlots(20));
        }

        @Override
        public long id() {
            step();
            return super.id();
        }

        @Override
        public Ledger ledger() {
            step();
            return super.ledger();
        }

        @Override
        public KeyTable keyTable() {
            step();
            return super.keyTable();
        }

        @Override
        public EventPort eventPort() {
            step();
            return super.eventPort();
        }
    }

    /** Comes to the end of the heap when frames are allocated. */
    private final class Watcher implements FrameObserver {
        @Override
        public void allocated(int[] frames, long env) {
            step();
        }

        @Override
        public void mapped(int[] frames) {
            // Of what is done; it fails no more.
        }

        @Override
        public void freed(int[] frames) {
            // Of what is done; it fails no more.
        }
    }

    private record Held(Map<Charge, Long> charges, int usedFrames, int capabilities, long files,
            long freeBlocks) {}

    private Held held() {
        Map<Charge, Long> charges = new EnumMap<>(Charge.class);
        for (Charge charge : Charge.values()) {
            charges.put(charge, owner.ledger().used(charge));
        }
        return new Held(charges, pool.usedCount(), keys.all().size(), OwnProcess.openFiles(),
                disks.figures().getFirst().freeBlocks());
    }

    private void check(String what, Runnable request) {
        Held before = held();
        int failures = 0;
        while (!isDone(request, failures)) {
            assertEquals(before, held(), what + " failed at step " + failures);
            failures++;
            assertTrue(failures < MOST_STEPS, what + " ends at some time");
        }
        assertTrue(failures > 0, what + " never failed");
    }

    private boolean isDone(Runnable request, int steps) {
        stepsLeft = steps;
        try {
            request.run();
            return true;
        } catch (HeapEnds e) {
            return false;
        } finally {
            stepsLeft = NEVER;
        }
    }

    /** What was set aside and is not charged would lack. */
    private void assertNothingSetAside() {
        int free = FRAMES - (int) owner.ledger().used(Charge.FRAMES);
        Window all = memory.bindWindow(free, Rights.READ_WRITE);
        all.allocPages(0, free);
        all.close();
    }

    @Test
    void shouldHoldNoMemoryForAFailedRequest() {
        check("bindWindow", () -> memory.bindWindow(3, Rights.READ_WRITE));
        check("allocPages", () -> window.allocPages(0, 4));
        check("allocPages of a kind",
                () -> window.allocPages(4, 2, FrameRequest.any().contiguous()));
        check("allocPagesAt", () -> window.allocPagesAt(6, 2, 40));
        check("share", () -> memory.share(window, 0, 2, Rights.READ_WRITE, "shared"));
        Frames shared = keys.find("shared", Frames.class);
        check("map", () -> {
            step();
            window.map(10, shared, 0, 2);
        });
        check("snapshot", () -> memory.snapshot(window, 4, 2, "frozen"));
        Frames frozen = keys.find("frozen", Frames.class);
        check("mapCopy", () -> window.mapCopy(20, frozen, 0, 2));
        check("settle", () -> window.settle(20, 2));
        assertNothingSetAside();
    }

    @Test
    void shouldHoldNoBlocksForAFailedRequest() {
        BlockDevice device = keys.find("disk0", BlockDevice.class);
        check("allocExtent", () -> disk.allocExtent(device, "", 16));
        check("allocExtent with a name", () -> disk.allocExtent(device, "named", 32));
        Extent named = keys.find("named", Extent.class);
        assertEquals(List.of("named"), disk.extentNames(device));
        keys.drop(named);
        check("openExtent", () -> disk.openExtent(device, "named"));
        Extent extent = keys.find("named", Extent.class);
        check("bindQueue", () -> disk.bindQueue(device, window, 4));
        check("bindQueue on an extent", () -> disk.bindQueue(extent, window, 4));
        check("bindSpill", () -> disk.bindSpill(extent, 0, 4, 2));
        assertNothingSetAside();
    }

    @Test
    void shouldHoldNothingElseForAFailedRequest() {
        int core = Facilities.permittedCores().getLast();
        check("allocQuantum", () -> cpu.allocQuantum(core, 0, 3, "quantum"));
        NetDevice device = keys.find("wire0", NetDevice.class);
        check("allocStation", () -> net.allocStation(device,
                MacAddress.parse("02:00:00:00:00:0a"), Ipv4Address.ANY, "station"));
        Station station = keys.find("station", Station.class);
        window.allocPages(0, 16);
        check("bind", () -> net.bind(station, Filters.acceptAll(), window, 0, RingSpec.of(4, 4)));
        KernelNames names = new KernelNames(space, table, owner);
        NameKey key = keys.find(Names.ROOT_LABEL, NameKey.class);
        check("publish", () -> names.publish(key, Name.of(1), station, Rights.READ));
        check("derive", () -> keys.derive(station, Rights.READ, "derived"));
    }
}
