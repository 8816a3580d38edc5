// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Disk;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.impl.audit.Failures;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.EventPort;
import exo.impl.cap.Lineage;
import exo.impl.cap.PinnableWindow;
import exo.impl.cap.Principal;
import exo.impl.cap.Revocable;
import exo.impl.spill.SpillFrames;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** The disk of one environment: its extents and queues. */
public final class KernelDisk implements Disk, EnvService, Revocable {
    /** Not this object: a libOS holds it, and could keep its monitor for ever. */
    private final Object lock = new Object();
    private final CapabilityTable capabilities;
    private final Principal owner;
    private final SpillFrames frames;
    private final List<KernelQueue> queues = new ArrayList<>(); // guarded by lock
    private final List<KernelSpill> spills = new ArrayList<>(); // guarded by lock
    /** Aborted, but open towards the host until their threads end. Guarded by lock. */
    private final List<KernelQueue> orphans = new ArrayList<>();
    private final AtomicLong unnamed = new AtomicLong();

    /**
     * Makes the disk of an environment.
     *
     * @param capabilities the kernel's capabilities
     * @param owner the environment
     * @param frames its frames
     */
    public KernelDisk(CapabilityTable capabilities, Principal owner, SpillFrames frames) {
        this.capabilities = capabilities;
        this.owner = owner;
        this.frames = frames;
    }

    @Override
    public Extent allocExtent(BlockDevice device, String name, long blockCount) {
        return alloc(device, name, -1, blockCount);
    }

    @Override
    public Extent allocExtentAt(BlockDevice device, String name, long firstBlock,
            long blockCount) {
        if (firstBlock < 0) {
            throw new IllegalArgumentException(
                    "firstBlock must not be negative, but was " + firstBlock);
        }
        return alloc(device, name, firstBlock, blockCount);
    }

    private Extent alloc(BlockDevice allegation, String name, long firstBlock, long blockCount) {
        Objects.requireNonNull(name, "name");
        if (blockCount < 1) {
            throw new IllegalArgumentException(
                    "blockCount must be at least 1, but was " + blockCount);
        }
        owner.checkCaller();
        KernelBlockDevice node = check(allegation, Rights.WRITE);
        owner.ledger().charge(Charge.BLOCKS, blockCount);
        Run run;
        try {
            run = node.device().alloc(name, firstBlock, blockCount);
        } catch (RuntimeException | Error e) {
            owner.ledger().release(Charge.BLOCKS, blockCount);
            throw e;
        }
        try {
            return adopt(node, run);
        } catch (RuntimeException | Error e) {
            node.device().tryForget(run); // nobody else knows it yet
            node.device().release(run);
            owner.ledger().release(Charge.BLOCKS, blockCount);
            throw e;
        }
    }

    private KernelExtent adopt(KernelBlockDevice node, Run run) {
        String label = run.name().isEmpty()
                ? "extent-" + unnamed.incrementAndGet()
                : run.name();
        KernelExtent extent = new KernelExtent(Lineage.original(capabilities, node, owner, label),
                run);
        capabilities.adopt(extent);
        return extent;
    }

    @Override
    public Extent openExtent(BlockDevice allegation, String name) {
        Objects.requireNonNull(name, "name");
        owner.checkCaller();
        KernelBlockDevice node = check(allegation, Rights.WRITE);
        Run run = node.device().open(name);
        try {
            owner.ledger().charge(Charge.BLOCKS, run.blockCount());
        } catch (RuntimeException | Error e) {
            node.device().release(run);
            throw e;
        }
        try {
            return adopt(node, run);
        } catch (RuntimeException | Error e) {
            node.device().release(run);
            owner.ledger().release(Charge.BLOCKS, run.blockCount());
            throw e;
        }
    }

    @Override
    public Extent deriveExtent(Extent allegation, long firstBlock, long blockCount, Rights rights,
            String label) {
        Objects.requireNonNull(rights, "rights");
        Objects.requireNonNull(label, "label");
        owner.checkCaller();
        KernelExtent node = check(allegation, rights);
        if (firstBlock < 0 || blockCount < 1 || firstBlock > node.blockCount() - blockCount) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, node.toString(),
                    blockCount + " blocks from " + firstBlock + " were asked for, but it has "
                            + node.blockCount(),
                    "ask for a part of it");
        }
        KernelExtent part = node.part(new Lineage(capabilities, node, owner, owner, rights, label),
                firstBlock, blockCount);
        capabilities.adopt(part);
        return part;
    }

    @Override
    public void freeExtent(Extent allegation) {
        owner.checkCaller();
        KernelExtent node = check(allegation, Rights.REVOKE);
        if (!node.isOriginal()) {
            throw new IllegalArgumentException(
                    "a derived extent is given up by KeyRing.drop; only its source can be freed");
        }
        if (!node.run().device().tryForget(node.run())) {
            check(allegation, Rights.REVOKE); // dropped meanwhile, and refused as such
        }
        capabilities.drop(node, Repossession.Cause.REVOKED);
    }

    @Override
    public List<String> extentNames(BlockDevice allegation) {
        owner.checkCaller();
        return check(allegation, Rights.READ).device().names();
    }

    @Override
    public boolean isFreeBlock(BlockDevice allegation, long block) {
        owner.checkCaller();
        Device device = check(allegation, Rights.READ).device();
        Objects.checkIndex(block, device.blockCount());
        return device.isFree(block);
    }

    @Override
    public long freeBlockCount(BlockDevice allegation) {
        owner.checkCaller();
        return check(allegation, Rights.READ).device().freeBlocks();
    }

    @Override
    public ExtentQueue bindQueue(BlockDevice allegation, Window window, int depth) {
        owner.checkCaller();
        return bind(check(allegation, Rights.READ).device(), window, depth);
    }

    @Override
    public ExtentQueue bindQueue(Extent allegation, Window window, int depth) {
        owner.checkCaller();
        KernelExtent extent = check(allegation, Rights.READ);
        KernelQueue queue = bind(extent.run().device(), window, depth);
        try {
            queue.bind(extent);
        } catch (RuntimeException | Error e) {
            queue.close();
            throw e;
        }
        return queue;
    }

    private KernelQueue bind(Device device, Window window, int depth) {
        if (depth < 1 || depth > ExtentQueue.MAX_DEPTH) {
            throw new IllegalArgumentException("depth must be 1 to " + ExtentQueue.MAX_DEPTH
                    + ", but was " + depth);
        }
        PinnableWindow pages = PinnableWindow.of(window, owner);
        owner.ledger().charge(Charge.OBJECTS, 1);
        KernelQueue queue;
        try {
            queue = make(device, pages, depth);
        } catch (RuntimeException | Error e) {
            owner.ledger().release(Charge.OBJECTS, 1);
            throw e;
        }
        try {
            queue.open();
            owner.checkCaller(); // an end that began meanwhile may not have come across it
        } catch (RuntimeException | Error e) {
            queue.close();
            throw e;
        }
        return queue;
    }

    private KernelQueue make(Device device, PinnableWindow pages, int depth) {
        EventPort port = owner.eventPort();
        Transfers transfers = device.openTransfers(pages.pool(), depth);
        try {
            KernelQueue queue = new KernelQueue(this, device, pages, port, transfers, depth);
            synchronized (lock) {
                queues.add(queue);
            }
            return queue;
        } catch (RuntimeException | Error e) {
            transfers.close();
            throw e;
        }
    }

    @Override
    public SpillArea bindSpill(Extent extent, long firstBlock, int placeCount, int bufferCount) {
        checkCount("places", placeCount, SpillArea.MAX_PLACES);
        checkCount("buffers", bufferCount, Math.min(placeCount, SpillArea.MAX_BUFFERS));
        owner.checkCaller();
        KernelExtent node = check(extent, Rights.WRITE);
        checkSpillable(node);
        long needed = (long) placeCount * (frames.pageBytes() / node.blockBytes());
        if (firstBlock < 0 || firstBlock > node.blockCount() - needed) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, node.toString(),
                    placeCount + " places need " + needed + " blocks from " + firstBlock
                            + ", but it has " + node.blockCount(),
                    "ask for fewer, or allocate a larger extent");
        }
        owner.ledger().charge(Charge.OBJECTS, 1);
        KernelSpill spill;
        try {
            spill = make(node, new KernelSpill.Shape(firstBlock, placeCount), bufferCount);
        } catch (RuntimeException | Error e) {
            owner.ledger().release(Charge.OBJECTS, 1);
            throw e;
        }
        try {
            capabilities.attach(node, spill);
            frames.attach(spill);
        } catch (RuntimeException | Error e) {
            spill.abort();
            throw e;
        }
        return spill;
    }

    private KernelSpill make(KernelExtent node, KernelSpill.Shape shape, int bufferCount) {
        KernelSpill spill = new KernelSpill(this, node, frames, shape);
        spill.equip(bufferCount);
        try {
            synchronized (lock) {
                spills.add(spill);
            }
            return spill;
        } catch (RuntimeException | Error e) {
            spill.abort();
            throw e;
        }
    }

    private static void checkCount(String what, int count, int most) {
        if (count < 1 || count > most) {
            throw new IllegalArgumentException(
                    "an area has 1 to " + most + " " + what + " here, but "
                            + count + " were asked for");
        }
    }

    private void checkSpillable(KernelExtent node) {
        Device device = node.run().device();
        if (!device.file().isWritable()) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, device.name(),
                    "the host does not permit writing to it", "make it writable");
        }
        if (device.blockBytes() > frames.pageBytes()) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, device.name(),
                    "its blocks have " + device.blockBytes() + " bytes, more than a page",
                    "use a device with smaller blocks");
        }
    }

    @Override
    public void closeThread() {
        Failures.forAll(snapshot(), queue -> {
            if (queue.isOwnedBy(Thread.currentThread())) {
                queue.close();
            }
        });
    }

    @Override
    public void abort() {
        Failures failures = new Failures();
        failures.attempt(() -> Failures.forAll(snapshot(), KernelQueue::abort));
        List<KernelSpill> now;
        synchronized (lock) {
            now = List.copyOf(spills);
        }
        failures.attempt(() -> Failures.forAll(now, KernelSpill::abort));
        failures.rethrow();
    }

    @Override
    public void closeOrphans() {
        List<KernelQueue> mine;
        synchronized (lock) {
            mine = orphans.stream().filter(q -> q.isOwnedBy(Thread.currentThread())).toList();
        }
        Failures.forAll(mine, KernelQueue::close);
    }

    /** Remembers an aborted queue whose thread has to close it, if it has not done so already. */
    void abandon(KernelQueue queue) {
        boolean known;
        synchronized (lock) {
            known = queues.remove(queue);
            if (known) {
                orphans.add(queue);
            }
        }
        if (known) {
            owner.ledger().release(Charge.OBJECTS, 1);
        }
    }

    /** Takes whole extents, those allocated last first; what they hold stays on the device. */
    @Override
    public long take(long most) {
        return capabilities.takeOriginals(owner, KernelExtent.class, most,
                KernelExtent::blockCount,
                extent -> new Repossession(ResourceKind.EXTENT, extent.firstBlock(), -1,
                        Repossession.Cause.DEADLINE, System.nanoTime()));
    }

    Principal owner() {
        return owner;
    }

    CapabilityTable capabilities() {
        return capabilities;
    }

    KernelExtent check(Extent allegation, Rights needed) {
        return capabilities.check(allegation, owner, KernelExtent.class, needed);
    }

    private KernelBlockDevice check(BlockDevice allegation, Rights needed) {
        return capabilities.check(allegation, owner, KernelBlockDevice.class, needed);
    }

    void forget(KernelQueue queue) {
        boolean known;
        synchronized (lock) {
            known = queues.remove(queue);
            orphans.remove(queue);
        }
        if (known) {
            owner.ledger().release(Charge.OBJECTS, 1);
        }
    }

    void forget(KernelSpill spill) {
        boolean known;
        synchronized (lock) {
            known = spills.remove(spill);
        }
        if (known) {
            owner.ledger().release(Charge.OBJECTS, 1);
        }
    }

    private List<KernelQueue> snapshot() {
        synchronized (lock) {
            return List.copyOf(queues);
        }
    }
}
