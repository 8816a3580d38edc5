// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import java.util.Arrays;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** The frames of the model: whose each is, and what it holds. */
final class ModelFrames {
    private final ModelEnv[] owners;
    private final long[] content;
    private int used;
    /** Set aside for views. */
    private int reserved;

    ModelFrames(int count) {
        this.owners = new ModelEnv[count];
        this.content = new long[count];
    }

    int count() {
        return owners.length;
    }

    int used() {
        return used;
    }

    /** {@return what is neither used nor set aside} */
    int spare() {
        return owners.length - used - reserved;
    }

    boolean isFree(int frame) {
        return owners[frame] == null;
    }

    long content(int frame) {
        return content[frame];
    }

    void write(int frame, long value) {
        content[frame] = value;
    }

    /** Notes that the kernel chose frames, which must have been free. They hold zeros. */
    void take(int[] frames, ModelEnv owner) {
        for (int frame : frames) {
            assertTrue(frame >= 0 && frame < owners.length, () -> "there is no frame " + frame);
            assertTrue(owners[frame] == null,
                    () -> "frame " + frame + " was given out, but belongs to " + owners[frame]);
            owners[frame] = owner;
            content[frame] = 0;
            used++;
        }
    }

    void free(int frame, ModelEnv owner) {
        assertTrue(owners[frame] == owner, "the model frees what it owns");
        owners[frame] = null;
        used--;
    }

    void reserve(int change) {
        reserved += change;
        assertTrue(reserved >= 0 && spare() >= 0, () -> "the model promises too much: " + this);
    }

    @Override
    public String toString() {
        return used + " used and " + reserved + " set aside of " + owners.length + ", by "
                + Arrays.stream(owners).distinct().count();
    }
}
