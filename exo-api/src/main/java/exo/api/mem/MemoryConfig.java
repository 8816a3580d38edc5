// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import java.util.Objects;

/**
 * The page frames of a kernel.
 *
 * @param frames how many frames the pool has, 1 to {@value #MAX_FRAMES}
 * @param lock whether they are locked into memory
 */
public record MemoryConfig(int frames, Lock lock) {
    /** The most frames a pool may have: 64 GiB of 4 KiB frames. */
    public static final int MAX_FRAMES = 1 << 24;

    /** Whether the pool is locked into memory, so that the host never pages it out. */
    public enum Lock {
        /** Lock if the host permits it; report it if not. */
        TRY,
        /** Refuse to boot if the host does not permit it. */
        REQUIRE,
        /** Do not lock. */
        NONE
    }

    /** Checks the bounds. */
    public MemoryConfig {
        Objects.requireNonNull(lock, "lock");
        if (frames < 1 || frames > MAX_FRAMES) {
            throw new IllegalArgumentException(
                    "frames must be 1 to " + MAX_FRAMES + ", but was " + frames);
        }
    }

    /**
     * {@return a pool of that many frames, locked if the host permits it}
     *
     * @param frameCount how many frames
     */
    public static MemoryConfig frames(int frameCount) {
        return new MemoryConfig(frameCount, Lock.TRY);
    }

    /**
     * {@return this pool with another locking rule}
     *
     * @param changed the rule
     */
    public MemoryConfig lock(Lock changed) {
        return new MemoryConfig(frames, changed);
    }
}
