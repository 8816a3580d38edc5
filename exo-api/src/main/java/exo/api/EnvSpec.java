// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a new environment shall be: its name, its quota, its first capabilities. Immutable.
 *
 * <p>Without further calls the environment may hold no frame, no block and no slot,
 * {@value #DEFAULT_OBJECTS} kernel objects and {@value #DEFAULT_THREADS} threads.
 */
public final class EnvSpec {
    /** Kernel objects an environment may hold unless the specification says otherwise. */
    public static final int DEFAULT_OBJECTS = 1024;
    /** Threads an environment may have unless the specification says otherwise. */
    public static final int DEFAULT_THREADS = 4;

    private final String name;
    private final Quota quota;
    private final List<Gift> gifts;

    private EnvSpec(String name, Quota quota, List<Gift> gifts) {
        this.name = name;
        this.quota = quota;
        this.gifts = gifts;
    }

    /**
     * A capability to be granted at creation.
     *
     * @param label the name under which the child finds it
     * @param capability the source
     * @param rights the rights the child gets; a subset of the source's
     */
    public record Gift(String label, Capability capability, Rights rights) {
        /** Refuses nulls. */
        public Gift {
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(capability, "capability");
            Objects.requireNonNull(rights, "rights");
        }
    }

    /**
     * {@return a specification with that name and the default quota}
     *
     * @param name the name of the environment, for diagnosis; not unique
     */
    public static EnvSpec named(String name) {
        Objects.requireNonNull(name, "name");
        return new EnvSpec(name, Quota.LEAST.withObjects(DEFAULT_OBJECTS)
                .withThreads(DEFAULT_THREADS), List.of());
    }

    /**
     * {@return this specification with another quota of guaranteed frames}
     *
     * @param frameCount frames, 0 or more
     */
    public EnvSpec frames(int frameCount) {
        return withQuota(quota.withFrames(frameCount));
    }

    /**
     * {@return this specification with another quota of extra frames: lent beyond the guaranteed
     * ones while the pool has frames to spare, and taken back first}
     *
     * @param frameCount frames, 0 or more
     */
    public EnvSpec extraFrames(int frameCount) {
        return withQuota(quota.withExtraFrames(frameCount));
    }

    /**
     * {@return this specification with another quota of frames of 2 MiB}
     *
     * @param frameCount frames, 0 or more
     */
    public EnvSpec hugeFrames(int frameCount) {
        return withQuota(quota.withHugeFrames(frameCount));
    }

    /**
     * {@return this specification with another block quota}
     *
     * @param blockCount blocks over all devices, 0 or more
     */
    public EnvSpec blocks(long blockCount) {
        return withQuota(quota.withBlocks(blockCount));
    }

    /**
     * {@return this specification with another quota of slots}
     *
     * @param slotCount slots over all cores, 0 or more
     */
    public EnvSpec slots(int slotCount) {
        return withQuota(quota.withSlots(slotCount));
    }

    /**
     * {@return this specification with another quota of kernel objects}
     *
     * @param objectCount capabilities, windows, queues, bindings and child environments, 1 or
     *        more
     */
    public EnvSpec objects(int objectCount) {
        return withQuota(quota.withObjects(objectCount));
    }

    /**
     * {@return this specification with another thread quota}
     *
     * @param threadCount threads, 1 or more
     */
    public EnvSpec threads(int threadCount) {
        return withQuota(quota.withThreads(threadCount));
    }

    /**
     * {@return this specification with a capability to be granted at creation}
     *
     * @param label the name under which the child finds it, by {@link KeyRing#find}
     * @param capability a capability of the creator with {@link Rights#GRANT}
     * @param rights what the child may do with it
     */
    public EnvSpec grant(String label, Capability capability, Rights rights) {
        List<Gift> more = new ArrayList<>(gifts);
        more.add(new Gift(label, capability, rights));
        return new EnvSpec(name, quota, List.copyOf(more));
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the quota} */
    public Quota quota() {
        return quota;
    }

    /** {@return the capabilities to be granted at creation} */
    public List<Gift> gifts() {
        return gifts;
    }

    private EnvSpec withQuota(Quota changed) {
        return new EnvSpec(name, changed, gifts);
    }
}
