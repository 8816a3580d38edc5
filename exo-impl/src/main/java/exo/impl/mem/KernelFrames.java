// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ResourceKind;
import exo.api.mem.Frames;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for a run of frames that their owner shares or has frozen. */
final class KernelFrames extends KernelCapability implements Frames {
    private final KernelMemory memory;
    private final int[] frames;
    private final Origin frozen; // null for frames that are shared as they are

    /**
     * Where frozen frames come from.
     *
     * @param window the window whose pages became views of them
     * @param firstPage the first of these pages
     */
    record Origin(KernelWindow window, int firstPage) {}

    KernelFrames(Lineage lineage, KernelMemory memory, int[] frames, Origin frozen) {
        super(lineage);
        this.memory = memory;
        this.frames = frames;
        this.frozen = frozen;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelFrames(changed, memory, frames, frozen);
    }

    /** Nothing shows the frames any more, but the pages they were made from. */
    @Override
    protected void returnResource() {
        if (frozen != null) {
            memory.thaw(this);
        } else {
            memory.unshare(this);
        }
    }

    @Override
    public boolean isFrozen() {
        return frozen != null;
    }

    /** {@return where they come from} Frozen frames only. */
    Origin origin() {
        return frozen;
    }

    int[] numbers() {
        return made(frames);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.FRAMES;
    }

    @Override
    public int count() {
        return numbers().length;
    }

    @Override
    public int frame(int index) {
        return numbers()[index];
    }

    boolean contains(int frame) {
        for (int shared : frames) {
            if (shared == frame) {
                return true;
            }
        }
        return false;
    }
}
