// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.info.EnvFigures;
import exo.api.info.InfoLayout;
import exo.api.info.InfoReader;
import exo.api.info.InfoTable;
import exo.api.info.KernelFigures;
import exo.api.info.KernelInfo;
import exo.impl.cpu.Cores;
import exo.impl.disk.Disks;
import exo.impl.info.DeviceTables;
import exo.impl.info.EnvTable;
import exo.impl.info.FrameCensus;
import exo.impl.info.FrameObserver;
import exo.impl.info.FrameTable;
import exo.impl.info.InfoSegment;
import exo.impl.info.TableWriter;
import exo.impl.net.NetDevices;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What this kernel exposes, and the copying of figures into it.
 *
 * <p><b>Locking.</b> {@code lock} lets one thread refresh at a time, and keeps the kernel from
 * returning its devices meanwhile. Under it the locks of lives, ledgers, devices, timelines and
 * tables are taken, one after the other; nobody who holds one of those takes it.
 */
final class Exposure implements KernelInfo, AutoCloseable {
    /** Environments that are listed; those beyond live unlisted. */
    static final int MAX_ENVS = 4096;
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Account NO_ACCOUNT = new Account(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0);

    /** Not this object: a libOS holds it, and could keep its monitor for ever. */
    private final Object lock = new Object();
    private final long bootNanos = System.nanoTime();
    private final InfoSegment segment;
    private final InfoReader reader;
    private final FrameTable frames;
    private final EnvTable envs;
    private final DeviceTables devices;
    private Cores cores; // written at boot, before lock is first taken
    private Disks disks; // likewise
    private NetDevices nets; // likewise
    private KernelEnv root; // likewise; null while the kernel boots
    private final FrameCensus census; // guarded by lock
    /** Guarded by lock. */
    private KernelFigures.FrameCounts counted = new KernelFigures.FrameCounts(0, 0, 0, 0, 0);
    private long refreshes; // guarded by lock
    private long refreshedNanos; // guarded by lock
    private boolean ended; // guarded by lock

    /** Makes the segment, with room for all that the kernel shall own. */
    Exposure(HostConfig config, int slotCount, int coreCount) {
        int frameCount = config.memory().frames();
        census = new FrameCensus(frameCount);
        segment = new InfoSegment(Map.of(InfoTable.KERNEL, 1, InfoTable.ENVS, MAX_ENVS,
                InfoTable.FRAMES, frameCount, InfoTable.CORES, coreCount, InfoTable.SLOTS,
                slotCount, InfoTable.DISKS, config.disks().size(), InfoTable.RUNS,
                config.disks().size() * DeviceTables.RUNS_PER_DISK, InfoTable.NETS,
                config.nets().size()));
        try {
            reader = InfoReader.of(segment.readOnly());
            frames = new FrameTable(segment.table(InfoTable.FRAMES), bootNanos);
            envs = new EnvTable(segment.table(InfoTable.ENVS));
            devices = new DeviceTables(segment);
        } catch (RuntimeException | Error e) { // out of heap for that many frames, perhaps
            segment.close();
            throw e;
        }
    }

    /** Names what there is to look at, when it is there. */
    void begin(KernelEnv rootEnv, Cores managed, Disks blockDevices, NetDevices netDevices) {
        cores = managed;
        disks = blockDevices;
        nets = netDevices;
        root = rootEnv;
        born(rootEnv);
        refresh();
    }

    FrameObserver frames() {
        return frames;
    }

    Facility facility() {
        return segment.facility();
    }

    @Override
    public MemorySegment segment() {
        return segment.readOnly();
    }

    @Override
    public InfoReader reader() {
        return reader;
    }

    // ---- what is written when it happens -------------------------------------------------------

    /** Lists an environment, before its libOS starts. */
    void born(KernelEnv env) {
        envs.born(figures(env, NO_ACCOUNT));
    }

    /** Takes an environment that was listed off the list. */
    void gone(KernelEnv env) {
        envs.gone(env.id());
    }

    // ---- what is copied ------------------------------------------------------------------------

    @Override
    public boolean refresh() {
        synchronized (lock) {
            long now = System.nanoTime();
            if (ended || (refreshes > 0 && now - refreshedNanos < LEAST_NANOS)) {
                return false;
            }
            census.clear();
            copyEnvs();
            counted = frames.write(census);
            devices.writeCores(cores.figures());
            devices.writeDisks(disks.figures());
            devices.writeNets(nets.figures());
            refreshes++;
            refreshedNanos = System.nanoTime(); // from its end on, however long it took
            writeKernel(InfoLayout.RUNNING);
            return true;
        }
    }

    /** Counts the pages and copies the figures of all environments, however deep in the tree. */
    private void copyEnvs() {
        Deque<KernelEnv> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            KernelEnv env = open.pop();
            env.frames().count(census);
            envs.update(figures(env, env.snapshot()));
            env.life().children().forEach(open::push);
        }
    }

    private EnvFigures figures(KernelEnv env, Account account) {
        long parent = env.parent() == null ? InfoLayout.NOBODY : env.parent().id();
        return new EnvFigures(env.id(), parent, env.name(), env.isLeaving(), env.bornTick(),
                env.ledger().quota(), account);
    }

    /** {@return milliseconds since boot} */
    long tick() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - bootNanos);
    }

    private void writeKernel(int state) {
        long live = envs.live();
        long created = envs.created();
        long unlisted = envs.unlisted();
        TableWriter table = segment.table(InfoTable.KERNEL);
        synchronized (table) {
            if (!table.begin()) {
                return;
            }
            try {
                table.used(1);
                table.put(0, InfoLayout.KERNEL, "state", state);
                table.put(0, InfoLayout.KERNEL, "tick", tick());
                table.put(0, InfoLayout.KERNEL, "refreshes", refreshes);
                table.put(0, InfoLayout.KERNEL, "frameCount", counted.total());
                table.put(0, InfoLayout.KERNEL, "usedFrames", counted.used());
                table.put(0, InfoLayout.KERNEL, "dirtyFrames", counted.dirty());
                table.put(0, InfoLayout.KERNEL, "idleFrames", counted.idle());
                table.put(0, InfoLayout.KERNEL, "sharedFrames", counted.shared());
                table.put(0, InfoLayout.KERNEL, "liveEnvs", live);
                table.put(0, InfoLayout.KERNEL, "createdEnvs", created);
                table.put(0, InfoLayout.KERNEL, "unlistedEnvs", unlisted);
            } finally {
                table.end();
            }
        }
    }

    /** Says that the kernel has ended; nothing is copied from here on. */
    void end() {
        synchronized (lock) {
            ended = true;
            if (root != null) {
                writeKernel(InfoLayout.ENDED);
            }
        }
    }

    @Override
    public void close() {
        end();
        segment.close();
    }
}
