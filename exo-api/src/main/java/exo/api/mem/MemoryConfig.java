// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import java.util.Objects;

/**
 * The page frames of a kernel.
 *
 * @param frames how many frames the pool has, 1 to {@value #MAX_FRAMES}
 * @param lock whether they are locked into memory
 * @param node the NUMA node that all frames shall lie on, or {@link #ANY_NODE}
 * @param hugeFrames how many frames of 2 MiB there are besides, 0 to {@value #MAX_HUGE_FRAMES}
 */
public record MemoryConfig(int frames, Lock lock, int node, int hugeFrames) {
    /** Frames may lie on any node. */
    public static final int ANY_NODE = -1;
    /** The most huge frames a kernel may have: 64 GiB. */
    public static final int MAX_HUGE_FRAMES = 1 << 15;

    /** The most frames a pool may have: 64 GiB of 4 KiB frames. */
    public static final int MAX_FRAMES = 1 << 24;

    private static final int MAX_NODES = 64;

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
        if (node < ANY_NODE || node >= MAX_NODES) {
            throw new IllegalArgumentException(
                    "node must be 0 to " + (MAX_NODES - 1) + ", but was " + node);
        }
        if (hugeFrames < 0 || hugeFrames > MAX_HUGE_FRAMES) {
            throw new IllegalArgumentException("hugeFrames must be 0 to " + MAX_HUGE_FRAMES
                    + ", but was " + hugeFrames);
        }
    }

    /**
     * {@return a pool of that many frames, locked if the host permits it}
     *
     * @param frameCount how many frames
     */
    public static MemoryConfig frames(int frameCount) {
        return new MemoryConfig(frameCount, Lock.TRY, ANY_NODE, 0);
    }

    /**
     * {@return this pool with another locking rule}
     *
     * @param changed the rule
     */
    public MemoryConfig lock(Lock changed) {
        return new MemoryConfig(frames, changed, node, hugeFrames);
    }

    /**
     * {@return this pool on one NUMA node} Boot refuses a node that the host lacks.
     *
     * @param changed the number of the node, 0 to 63
     */
    public MemoryConfig node(int changed) {
        return new MemoryConfig(frames, lock, changed, hugeFrames);
    }

    /**
     * {@return this pool, and frames of 2 MiB besides} Where the host has not that many to spare,
     * the kernel boots without any, and {@code memory.huge} of its facilities says why.
     *
     * @param changed how many huge frames
     */
    public MemoryConfig hugeFrames(int changed) {
        return new MemoryConfig(frames, lock, node, changed);
    }
}
