// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Disk;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import java.util.List;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** A disk whose queues write down what is written through them. */
final class RecordingDisk implements Disk {
    private final Disk disk;
    private final WriteLog log;

    RecordingDisk(Disk disk, WriteLog log) {
        this.disk = disk;
        this.log = log;
    }

    @Override
    public ExtentQueue bindQueue(Extent extent, Window window, int depth) {
        return new Queue(disk.bindQueue(extent, window, depth), window, extent.blockBytes());
    }

    @Override
    public ExtentQueue bindQueue(BlockDevice device, Window window, int depth) {
        return new Queue(disk.bindQueue(device, window, depth), window, device.blockBytes());
    }

    @Override
    public SpillArea bindSpill(Extent extent, long firstBlock, int placeCount, int bufferCount) {
        return disk.bindSpill(extent, firstBlock, placeCount, bufferCount);
    }

    @Override
    public Extent allocExtent(BlockDevice device, String name, long blockCount) {
        return disk.allocExtent(device, name, blockCount);
    }

    @Override
    public Extent allocExtentAt(BlockDevice device, String name, long firstBlock,
            long blockCount) {
        return disk.allocExtentAt(device, name, firstBlock, blockCount);
    }

    @Override
    public Extent openExtent(BlockDevice device, String name) {
        return disk.openExtent(device, name);
    }

    @Override
    public Extent deriveExtent(Extent extent, long firstBlock, long blockCount, Rights rights,
            String label) {
        return disk.deriveExtent(extent, firstBlock, blockCount, rights, label);
    }

    @Override
    public void freeExtent(Extent extent) {
        disk.freeExtent(extent);
    }

    @Override
    public List<String> extentNames(BlockDevice device) {
        return disk.extentNames(device);
    }

    @Override
    public boolean isFreeBlock(BlockDevice device, long block) {
        return disk.isFreeBlock(device, block);
    }

    @Override
    public long freeBlockCount(BlockDevice device) {
        return disk.freeBlockCount(device);
    }

    /** The queue itself. */
    private final class Queue implements ExtentQueue {
        private final ExtentQueue queue;
        private final Window window;
        private final int blockBytes;

        Queue(ExtentQueue queue, Window window, int blockBytes) {
            this.queue = queue;
            this.window = window;
            this.blockBytes = blockBytes;
        }

        @Override
        public int tryWrite(int extent, long block, int blockCount, long page, long tag) {
            int answer = queue.tryWrite(extent, block, blockCount, page, tag);
            if (answer == 0) {
                long from = Pages.index(page) * 4096L;
                log.write((int) block, window.segment()
                        .asSlice(from, (long) blockCount * blockBytes)
                        .toArray(JAVA_BYTE));
            }
            return answer;
        }

        @Override
        public int tryFlush(int extent, long tag) {
            assertEquals(0, queue.inFlight(), "a flush does not cover what is under way");
            log.flush();
            return queue.tryFlush(extent, tag);
        }

        @Override
        public int tryRead(int extent, long block, int blockCount, long page, long tag) {
            return queue.tryRead(extent, block, blockCount, page, tag);
        }

        @Override
        public int depth() {
            return queue.depth();
        }

        @Override
        public int inFlight() {
            return queue.inFlight();
        }

        @Override
        public int bind(Extent extent) {
            return queue.bind(extent);
        }

        @Override
        public void unbind(int extent) {
            queue.unbind(extent);
        }

        @Override
        public int submit() {
            return queue.submit();
        }

        @Override
        public int await(int minimum, long deadlineNanos) {
            return queue.await(minimum, deadlineNanos);
        }

        @Override
        public boolean next() {
            return queue.next();
        }

        @Override
        public long tag() {
            return queue.tag();
        }

        @Override
        public int result() {
            return queue.result();
        }

        @Override
        public int hostErrno() {
            return queue.hostErrno();
        }

        @Override
        public void close() {
            queue.close();
        }
    }
}
