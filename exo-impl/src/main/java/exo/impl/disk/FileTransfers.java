// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.host.BlockFile;
import exo.host.Errno;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Moves blocks by {@code pread} and {@code pwrite}: the fallback where the host refuses io_uring.
 * Operations are carried out in order, on the owner's thread, when they are submitted.
 *
 * <p>{@code executing} is held around each host call, so that {@link #kill} can wait for the one
 * that is under way; nothing else is ever locked inside it.
 */
final class FileTransfers implements Transfers {
    private final BlockFile file;
    private final long poolAddress;
    private final int mask;
    private final int[] kind;
    private final int[] operation;
    private final long[] poolOffset;
    private final int[] length;
    private final long[] fileOffset;
    private final int[] result;
    private final ReentrantLock executing = new ReentrantLock();
    private boolean dead; // guarded by executing
    private long entered; // owner thread only, as the next three
    private long executed;
    private long taken;
    private int last;

    FileTransfers(BlockFile file, long poolAddress, int depth) {
        this.file = file;
        this.poolAddress = poolAddress;
        int slots = Integer.highestOneBit(Math.max(1, depth - 1)) * 2;
        this.mask = slots - 1;
        this.kind = new int[slots];
        this.operation = new int[slots];
        this.poolOffset = new long[slots];
        this.length = new int[slots];
        this.fileOffset = new long[slots];
        this.result = new int[slots];
    }

    @Override
    public void prepare(int what, int number, long offset, int lengthBytes, long onDevice) {
        int slot = (int) (entered++ & mask);
        kind[slot] = what;
        operation[slot] = number;
        poolOffset[slot] = offset;
        length[slot] = lengthBytes;
        fileOffset[slot] = onDevice;
    }

    @Override
    public int submit() {
        int count = (int) (entered - executed);
        while (executed < entered) {
            int slot = (int) (executed & mask);
            executing.lock();
            try {
                result[slot] = dead ? -Errno.ECANCELED.number() : execute(slot);
            } finally {
                executing.unlock();
            }
            executed++;
        }
        return count;
    }

    private int execute(int slot) {
        long address = poolAddress + poolOffset[slot];
        return switch (kind[slot]) {
            case READ -> file.pread(address, length[slot], fileOffset[slot]);
            case WRITE -> file.pwrite(address, length[slot], fileOffset[slot]);
            default -> file.tryDatasync();
        };
    }

    @Override
    public int submitAndWait(int minimum, long timeoutNanos) {
        submit();
        return 0;
    }

    @Override
    public boolean isPending() {
        return taken < executed;
    }

    @Override
    public int ready() {
        return (int) (executed - taken);
    }

    @Override
    public boolean advance() {
        if (taken == executed) {
            return false;
        }
        last = (int) (taken++ & mask);
        return true;
    }

    @Override
    public int operation() {
        return operation[last];
    }

    @Override
    public int result() {
        return result[last];
    }

    @Override
    public int pollDescriptor() {
        return -1;
    }

    @Override
    public void kill() {
        executing.lock();
        try {
            dead = true;
        } finally {
            executing.unlock();
        }
    }

    @Override
    public boolean tryKill() {
        if (!executing.tryLock()) {
            return false; // in a call of the host that may hang
        }
        try {
            dead = true;
            return true;
        } finally {
            executing.unlock();
        }
    }

    @Override
    public void tearDown() {
        // It holds neither.
    }

    @Override
    public void close() {
        // Whatever was entered but not submitted never reached the device.
    }
}
