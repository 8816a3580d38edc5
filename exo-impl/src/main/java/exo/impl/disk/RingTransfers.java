// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.host.IoRing;

/** Moves blocks by io_uring. */
final class RingTransfers implements Transfers {
    private static final long KILL_NANOS = 10_000_000_000L;

    private final IoRing ring;
    private final long poolAddress;

    RingTransfers(IoRing ring, long poolAddress) {
        this.ring = ring;
        this.poolAddress = poolAddress;
    }

    @Override
    public void prepare(int kind, int operation, long poolOffset, int lengthBytes,
            long fileOffset) {
        switch (kind) {
            case READ -> ring.prepareRead(poolAddress + poolOffset, lengthBytes, fileOffset,
                    operation);
            case WRITE -> ring.prepareWrite(poolAddress + poolOffset, lengthBytes, fileOffset,
                    operation);
            default -> ring.prepareFlush(operation);
        }
    }

    @Override
    public int submit() {
        return ring.submit();
    }

    @Override
    public int submitAndWait(int minimum, long timeoutNanos) {
        return ring.submitAndWait(minimum, timeoutNanos);
    }

    @Override
    public boolean isPending() {
        return ring.isPending();
    }

    @Override
    public int ready() {
        return ring.ready();
    }

    @Override
    public boolean advance() {
        return ring.advance();
    }

    @Override
    public int operation() {
        return (int) ring.userData();
    }

    @Override
    public int result() {
        return ring.result();
    }

    @Override
    public int pollDescriptor() {
        return ring.fd();
    }

    @Override
    public void kill() {
        boolean ended;
        do { // however long the device takes: until then it may read and write frames
            ended = ring.kill(KILL_NANOS);
        } while (!ended);
    }

    @Override
    public boolean tryKill() {
        return ring.tryKill();
    }

    @Override
    public void tearDown() {
        ring.tearDown();
    }

    @Override
    public void close() {
        ring.close();
    }
}
