// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Rights;
import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;

/**
 * An extent bound to a queue: what was checked at bind time.
 *
 * <p>{@code revoked} and {@code underWay} meet in a Dekker pattern: the owner raises {@code
 * underWay}, fences, reads {@code revoked}; the revoker writes {@code revoked}, fences, reads
 * {@code underWay}.
 */
final class BoundExtent implements Binding {
    final KernelExtent extent;
    final long firstBlock;
    final long blockCount;
    final boolean readable;
    final boolean writable;
    private final KernelQueue queue;
    volatile boolean revoked; // written by the revoker
    volatile int underWay; // written by the owner thread only
    boolean unbound; // owner thread only

    BoundExtent(KernelQueue queue, KernelExtent extent) {
        this.queue = queue;
        this.extent = extent;
        this.firstBlock = extent.firstBlock();
        this.blockCount = extent.blockCount();
        this.readable = extent.rights().contains(Rights.READ);
        this.writable = extent.rights().contains(Rights.WRITE);
    }

    @Override
    public void sever(Repossession.Cause cause) {
        revoked = true;
        queue.severed(this, cause);
    }
}
