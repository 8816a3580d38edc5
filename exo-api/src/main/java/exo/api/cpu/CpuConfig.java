// SPDX-License-Identifier: Apache-2.0
package exo.api.cpu;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The managed cores of a kernel.
 *
 * @param cores the host's numbers of the cores, or empty for all that the process may use
 * @param slotCount slots of each core's timeline, {@value #MIN_SLOTS} to {@value #MAX_SLOTS}
 * @param slot how long one slot is; 100 microseconds to 1 second
 * @param enforcement whether the host shall enforce the timeline
 */
public record CpuConfig(List<Integer> cores, int slotCount, Duration slot,
        Enforcement enforcement) {

    /** The fewest slots of a timeline. */
    public static final int MIN_SLOTS = 1;
    /** The most slots of a timeline. */
    public static final int MAX_SLOTS = 1024;

    /** Whether the host shall enforce the timeline. */
    public enum Enforcement {
        /** The host enforces it if it permits that; the cause is reported if not. */
        TRY,
        /** Refuse to boot if the host does not permit it. */
        REQUIRE,
        /** Slices are announced by upcalls only. */
        COOPERATIVE
    }

    /** Checks the bounds. */
    public CpuConfig {
        cores = List.copyOf(cores);
        Objects.requireNonNull(slot, "slot");
        Objects.requireNonNull(enforcement, "enforcement");
        if (slotCount < MIN_SLOTS || slotCount > MAX_SLOTS) {
            throw new IllegalArgumentException(
                    "slotCount must be " + MIN_SLOTS + " to " + MAX_SLOTS + ", but was "
                            + slotCount);
        }
        if (slot.toNanos() < 100_000 || slot.toNanos() > 1_000_000_000) {
            throw new IllegalArgumentException(
                    "a slot must last 100 us to 1 s, but " + slot + " was asked for");
        }
    }

    /**
     * {@return all cores the process may use, each with a timeline of 100 slots of 1 ms, enforced
     * if the host permits it}
     */
    public static CpuConfig allPermitted() {
        return new CpuConfig(List.of(), 100, Duration.ofMillis(1), Enforcement.TRY);
    }

    /**
     * {@return this configuration with other cores}
     *
     * @param changed the host's numbers of the cores
     */
    public CpuConfig cores(List<Integer> changed) {
        return new CpuConfig(changed, slotCount, slot, enforcement);
    }

    /**
     * {@return this configuration with another timeline}
     *
     * @param slots slots of each core's timeline
     * @param length how long one slot is
     */
    public CpuConfig timeline(int slots, Duration length) {
        return new CpuConfig(cores, slots, length, enforcement);
    }

    /**
     * {@return this configuration with another rule for enforcement}
     *
     * @param changed the rule
     */
    public CpuConfig enforcement(Enforcement changed) {
        return new CpuConfig(cores, slotCount, slot, changed);
    }
}
