// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.Format;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import java.io.IOException;

/** An extent queue of the kernel, by either backend. The kernel is booted for each reading. */
final class QueueContender implements Contender {
    private static final int PAGES = 256;

    private final String name;
    private final QueueBackend backend;

    QueueContender(String name, QueueBackend backend) {
        this.name = name;
        this.backend = backend;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Reading read(Load load) throws IOException {
        HostConfig config = HostConfig.minimal()
                .memory(MemoryConfig.frames(PAGES))
                .disk(DiskConfig.at("disk0", load.image()).queue(backend).format(Format.ALWAYS));
        try (Exokernel kernel = Exokernel.boot(config)) {
            Env root = kernel.rootEnv();
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            if (disk.blockBytes() != Load.BLOCK_BYTES || !disk.isDirect()) {
                throw new IOException(load.image() + " cannot be read directly in blocks of 4 KiB");
            }
            Extent extent = root.disk()
                    .allocExtentAt(disk, "", load.firstByte() / Load.BLOCK_BYTES, load.blocks());
            try (Window window = root.memory().bindWindow(PAGES)) {
                window.allocPages(0, load.depth());
                try (ExtentQueue queue = root.disk().bindQueue(extent, window, load.depth())) {
                    return new Reader(queue, window, load).read();
                }
            }
        }
    }

    /** Keeps a queue full. */
    private static final class Reader {
        private static final int SHIFT = 33;

        private final ExtentQueue queue;
        private final Load load;
        private final long[] pages;
        private long random = System.nanoTime();

        Reader(ExtentQueue queue, Window window, Load load) {
            this.queue = queue;
            this.load = load;
            pages = new long[load.depth()];
            for (int i = 0; i < pages.length; i++) {
                pages[i] = window.page(i);
            }
        }

        Reading read() throws IOException {
            long start = System.nanoTime();
            long thread = ProcessorTime.ofThread();
            long process = ProcessorTime.ofProcess();
            long reads = fill(start + load.millis() * 1_000_000L);
            return new Reading(reads, System.nanoTime() - start, ProcessorTime.ofThread() - thread,
                    ProcessorTime.ofProcess() - process);
        }

        /** Enters a read for each that completes, until the time is over; then takes the rest. */
        private long fill(long end) throws IOException {
            for (int i = 0; i < pages.length; i++) {
                enter(i);
            }
            long reads = 0;
            int batch = load.batch();
            while (System.nanoTime() - end < 0) {
                queue.await(batch, Upcalls.NEVER);
                while (queue.next()) {
                    check();
                    enter((int) queue.tag());
                    reads++;
                }
            }
            while (queue.inFlight() > 0) {
                queue.await(1, Upcalls.NEVER);
                while (queue.next()) {
                    check();
                    reads++;
                }
            }
            return reads;
        }

        private void enter(int place) throws IOException {
            // The constants are Knuth's for MMIX; the upper bits are random enough for a seek.
            random = random * 6364136223846793005L + 1442695040888963407L;
            long block = (random >>> SHIFT) % load.blocks();
            int refusal = queue.tryRead(0, block, 1, pages[place], place);
            if (refusal != 0) {
                throw new IOException("a read was refused: " + refusal);
            }
        }

        private void check() throws IOException {
            if (queue.result() != 1) {
                throw new IOException("a read failed: " + queue.result() + ", errno "
                        + queue.hostErrno());
            }
        }
    }
}
