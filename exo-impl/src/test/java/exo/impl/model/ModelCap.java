// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Capability;
import exo.api.Rights;
import exo.api.mem.Frames;
import java.util.ArrayList;
import java.util.List;

/** A capability of the model, with the kernel's beside it. */
final class ModelCap {
    final Capability real;
    final ModelCap parent;
    final ModelEnv holder;
    final ModelEnv payer;
    final Rights rights;
    final Resource resource;
    final List<ModelCap> children = new ArrayList<>();
    boolean alive = true;

    /** What a capability is for: frames, or an environment that it controls. */
    static final class Resource {
        private final int[] frames;
        private final ModelWindow window; // where frozen frames were frozen; null otherwise
        private final int firstPage; // and from which page on
        private final ModelEnv target; // null for frames

        Resource(int[] frames, ModelWindow window, int firstPage, ModelEnv target) {
            this.frames = frames;
            this.window = window;
            this.firstPage = firstPage;
            this.target = target;
        }

        int[] frames() {
            return frames;
        }

        ModelWindow window() {
            return window;
        }

        int firstPage() {
            return firstPage;
        }

        ModelEnv target() {
            return target;
        }

        static Resource shared(int[] frames) {
            return new Resource(frames, null, 0, null);
        }

        static Resource controlOf(ModelEnv target) {
            return new Resource(new int[0], null, 0, target);
        }

        boolean contains(int frame) {
            for (int each : frames) {
                if (each == frame) {
                    return true;
                }
            }
            return false;
        }
    }

    ModelCap(Capability real, ModelCap parent, ModelEnv holder, ModelEnv payer,
            Resource resource) {
        this.real = real;
        this.parent = parent;
        this.holder = holder;
        this.payer = payer;
        this.rights = real.rights();
        this.resource = resource;
        if (parent != null) {
            parent.children.add(this);
        }
        payer.paid++;
        holder.keys.put(real.label(), this);
    }

    boolean isFrames() {
        return resource.target() == null;
    }

    boolean isFrozen() {
        return resource.window() != null;
    }

    boolean isOriginal() {
        return parent == null;
    }

    boolean isControl() {
        return !isFrames() && isOriginal();
    }

    Frames realFrames() {
        return (Frames) real;
    }

    int depth() {
        return parent == null ? 0 : parent.depth() + 1;
    }

    /** {@return how many live ones descend from it} */
    int below() {
        return children.stream().mapToInt(child -> child.below() + 1).sum();
    }

    @Override
    public String toString() {
        return real.label() + " of " + holder;
    }
}
