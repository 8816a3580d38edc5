// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.ResourceKind;
import exo.api.disk.BlockDevice;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for a block device. */
final class KernelBlockDevice extends KernelCapability implements BlockDevice {
    private final Device device;

    KernelBlockDevice(Lineage lineage, Device device) {
        super(lineage);
        this.device = device;
    }

    Device device() {
        return made(device);
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelBlockDevice(changed, device);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.BLOCK_DEVICE;
    }

    @Override
    public String deviceName() {
        return device().name();
    }

    @Override
    public int blockBytes() {
        return device().blockBytes();
    }

    @Override
    public long blockCount() {
        return device().blockCount();
    }

    @Override
    public long reservedBlocks() {
        return Catalogue.reservedBlocks(device().blockBytes());
    }

    @Override
    public boolean isDirect() {
        return device().file().isDirect();
    }

    @Override
    public boolean isWritable() {
        return device().file().isWritable();
    }
}
