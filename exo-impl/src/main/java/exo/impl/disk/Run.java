// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

/** Allocated blocks of a device: what all capabilities derived from one extent share. */
final class Run {
    private final Device device;
    private final String name;
    private final long firstBlock;
    private final long blockCount;
    private boolean recorded; // whether the catalogue has it; guarded by the device
    private boolean released; // whether others may have it; guarded by the device

    Run(Device device, String name, long firstBlock, long blockCount) {
        this.device = device;
        this.name = name;
        this.firstBlock = firstBlock;
        this.blockCount = blockCount;
        this.recorded = !name.isEmpty();
    }

    Device device() {
        return device;
    }

    String name() {
        return name;
    }

    long firstBlock() {
        return firstBlock;
    }

    long blockCount() {
        return blockCount;
    }

    boolean isRecorded() {
        return recorded;
    }

    void markForgotten() {
        recorded = false;
    }

    boolean isReleased() {
        return released;
    }

    void markReleased() {
        released = true;
    }
}
