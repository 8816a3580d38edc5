// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.ResourceKind;
import exo.api.disk.Extent;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for an extent, or for a part of one. */
final class KernelExtent extends KernelCapability implements Extent {
    private final Run run;
    private final long firstBlock;
    private final long blockCount;

    /** The capability that an extent is made with. */
    KernelExtent(Lineage lineage, Run run) {
        this(lineage, run, run.firstBlock(), run.blockCount());
    }

    private KernelExtent(Lineage lineage, Run run, long firstBlock, long blockCount) {
        super(lineage);
        this.run = run;
        this.firstBlock = firstBlock;
        this.blockCount = blockCount;
    }

    /** {@return a capability for a part of this extent} */
    KernelExtent part(Lineage lineage, long first, long count) {
        return new KernelExtent(lineage, run, firstBlock + first, count);
    }

    Run run() {
        return made(run);
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelExtent(changed, run, firstBlock, blockCount);
    }

    @Override
    protected void returnResource() {
        run.device().release(run);
        lineage().holder().ledger().release(Charge.BLOCKS, run.blockCount());
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.EXTENT;
    }

    @Override
    public String deviceName() {
        return run().device().name();
    }

    @Override
    public String extentName() {
        return run().name();
    }

    @Override
    public long firstBlock() {
        return firstBlock;
    }

    @Override
    public long blockCount() {
        return blockCount;
    }

    @Override
    public int blockBytes() {
        return run().device().blockBytes();
    }
}
