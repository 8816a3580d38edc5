// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.host.BlockFile;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Lineage;
import exo.impl.info.FrameObserver;
import exo.impl.mem.FramePool;
import exo.impl.mem.KernelMemory;

/** What a kernel with one disk gives one environment, put together without the kernel. */
final class BareDisk implements AutoCloseable {
    private static final long BYTES = 16 << 20;

    final KernelMemory memory;
    final KernelDisk disk;
    final KernelBlockDevice node;

    private final FramePool pool;
    private final Device device;

    /** Makes a pool of so many frames and a temporary disk, and gives both to an environment. */
    BareDisk(BarePrincipal owner, int frames) {
        CapabilityTable table = new CapabilityTable();
        pool = new FramePool(MemoryConfig.frames(frames), FrameObserver.NONE);
        memory = new KernelMemory(pool, table, owner);
        disk = new KernelDisk(table, owner, memory.spills());
        device = new Device(DiskConfig.temporary("disk0", BYTES), BlockFile.temporary(BYTES));
        node = new KernelBlockDevice(Lineage.original(table, null, owner, "disk0"), device);
        table.adopt(node);
    }

    @Override
    public void close() {
        pool.close();
        device.close();
    }
}
