// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ResourceKind;
import exo.api.mem.Frames;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for a run of frames that their owner shares. */
final class KernelFrames extends KernelCapability implements Frames {
    private final int[] frames;

    KernelFrames(Lineage lineage, int[] frames) {
        super(lineage);
        this.frames = frames;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelFrames(changed, frames);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.FRAMES;
    }

    @Override
    public int count() {
        return frames.length;
    }

    @Override
    public int frame(int index) {
        return frames[index];
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
