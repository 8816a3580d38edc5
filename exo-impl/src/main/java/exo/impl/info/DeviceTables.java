// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.InfoLayout;
import exo.api.info.InfoTable;
import exo.api.info.NetFigures;
import java.util.List;

/** Writes the tables of cores, block devices and network devices, each as a whole. */
public final class DeviceTables {
    /** Free runs that are listed for each block device: the lowest. */
    public static final int RUNS_PER_DISK = 1024;

    private final InfoSegment segment;

    /**
     * Makes the writer.
     *
     * @param segment where the tables lie
     */
    public DeviceTables(InfoSegment segment) {
        this.segment = segment;
    }

    /**
     * Writes the cores and their slots.
     *
     * @param cores all of them
     */
    public void writeCores(List<CoreFigures> cores) {
        TableWriter slots = segment.table(InfoTable.SLOTS);
        synchronized (slots) {
            if (slots.begin()) {
                try {
                    writeSlots(slots, cores);
                } finally {
                    slots.end();
                }
            }
        }
        TableWriter table = segment.table(InfoTable.CORES);
        synchronized (table) {
            if (table.begin()) {
                try {
                    writeCores(table, cores);
                } finally {
                    table.end();
                }
            }
        }
    }

    private static void writeSlots(TableWriter table, List<CoreFigures> cores) {
        int at = 0;
        for (CoreFigures core : cores) {
            for (int slot = 0; slot < core.owners().size(); slot++) {
                table.put(at, InfoLayout.SLOT, "owner", core.owners().get(slot));
                table.put(at, InfoLayout.SLOT, "user", core.users().get(slot));
                at++;
            }
        }
        table.used(at);
    }

    private static void writeCores(TableWriter table, List<CoreFigures> cores) {
        int firstSlot = 0;
        for (int i = 0; i < cores.size(); i++) {
            CoreFigures core = cores.get(i);
            table.put(i, InfoLayout.CORE, "core", core.core());
            table.put(i, InfoLayout.CORE, "slotCount", core.owners().size());
            table.put(i, InfoLayout.CORE, "slotNanos", core.slotNanos());
            table.put(i, InfoLayout.CORE, "enforced", core.enforced() ? 1 : 0);
            table.put(i, InfoLayout.CORE, "firstSlot", firstSlot);
            firstSlot += core.owners().size();
        }
        table.used(cores.size());
    }

    /**
     * Writes the block devices and their free runs.
     *
     * @param disks all of them, each with its free runs, at most {@link #RUNS_PER_DISK}
     */
    public void writeDisks(List<DiskFigures> disks) {
        TableWriter runs = segment.table(InfoTable.RUNS);
        synchronized (runs) {
            if (runs.begin()) {
                try {
                    writeRuns(runs, disks);
                } finally {
                    runs.end();
                }
            }
        }
        TableWriter table = segment.table(InfoTable.DISKS);
        synchronized (table) {
            if (table.begin()) {
                try {
                    writeDisks(table, disks);
                } finally {
                    table.end();
                }
            }
        }
    }

    private static void writeRuns(TableWriter table, List<DiskFigures> disks) {
        int at = 0;
        for (DiskFigures disk : disks) {
            for (DiskFigures.Run run : disk.freeRuns()) {
                table.put(at, InfoLayout.RUN, "firstBlock", run.firstBlock());
                table.put(at, InfoLayout.RUN, "blockCount", run.blockCount());
                at++;
            }
        }
        table.used(at);
    }

    private static void writeDisks(TableWriter table, List<DiskFigures> disks) {
        int firstRun = 0;
        for (int i = 0; i < disks.size(); i++) {
            DiskFigures disk = disks.get(i);
            table.putName(i, InfoLayout.DISK, disk.name());
            table.put(i, InfoLayout.DISK, "blockBytes", disk.shape().blockBytes());
            table.put(i, InfoLayout.DISK, "flags", disk.shape().flags());
            table.put(i, InfoLayout.DISK, "blockCount", disk.shape().blockCount());
            table.put(i, InfoLayout.DISK, "reservedBlocks", disk.shape().reservedBlocks());
            table.put(i, InfoLayout.DISK, "freeBlocks", disk.freeBlocks());
            table.put(i, InfoLayout.DISK, "namedExtents", disk.namedExtents());
            table.put(i, InfoLayout.DISK, "openExtents", disk.openExtents());
            table.put(i, InfoLayout.DISK, "firstRun", firstRun);
            table.put(i, InfoLayout.DISK, "listedRuns", disk.freeRuns().size());
            table.put(i, InfoLayout.DISK, "freeRuns", disk.freeRunCount());
            firstRun += disk.freeRuns().size();
        }
        table.used(disks.size());
    }

    /**
     * Writes the network devices.
     *
     * @param nets all of them
     */
    public void writeNets(List<NetFigures> nets) {
        TableWriter table = segment.table(InfoTable.NETS);
        synchronized (table) {
            if (!table.begin()) {
                return;
            }
            try {
                for (int i = 0; i < nets.size(); i++) {
                    writeNet(table, i, nets.get(i));
                }
                table.used(nets.size());
            } finally {
                table.end();
            }
        }
    }

    private static void writeNet(TableWriter table, int i, NetFigures net) {
        table.putName(i, InfoLayout.NET, net.name());
        table.put(i, InfoLayout.NET, "mtu", net.mtu());
        table.put(i, InfoLayout.NET, "stations", net.stations());
        table.put(i, InfoLayout.NET, "bindings", net.bindings());
        table.put(i, InfoLayout.NET, "received", net.counters().received());
        table.put(i, InfoLayout.NET, "dropped", net.counters().dropped());
        table.put(i, InfoLayout.NET, "unusable", net.counters().unusable());
        table.put(i, InfoLayout.NET, "sent", net.counters().sent());
        table.put(i, InfoLayout.NET, "refused", net.counters().refused());
        table.put(i, InfoLayout.NET, "faults", net.counters().faults());
        table.put(i, InfoLayout.NET, "cpuNanos", net.counters().cpuNanos());
    }
}
