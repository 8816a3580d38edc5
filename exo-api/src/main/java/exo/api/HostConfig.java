// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.cpu.CpuConfig;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.net.NetConfig;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a kernel shall own on this host. Immutable; each method returns a changed copy.
 *
 * <p>{@link #embedded()} needs no privilege: pages of a memfd, one sparse temporary disk image that
 * leaves nothing behind, one in-process wire, every core the process may use.
 *
 * @param memory page frames
 * @param disks block devices, in order
 * @param cpu managed cores
 * @param nets network devices, in order
 * @param objects kernel objects that all environments together may hold
 * @param grace how long an environment may take to stop when the kernel closes
 * @param lending who loses extra frames when guaranteed ones are needed, and how
 */
public record HostConfig(MemoryConfig memory, List<DiskConfig> disks, CpuConfig cpu,
        List<NetConfig> nets, int objects, Duration grace, Lending lending) {

    /** Kernel objects of a kernel unless the configuration says otherwise. */
    public static final int DEFAULT_OBJECTS = 1 << 20;
    /** Grace period at close unless the configuration says otherwise. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(2);

    /**
     * How extra frames are taken back.
     *
     * @param policy who loses them
     * @param notice how long the loser may choose for itself; who needs the frames waits as long
     */
    public record Lending(VictimPolicy policy, Notice notice) {
        /** The largest holder of extra frames, which has 10 ms after a demand. */
        public static final Lending DEFAULT = new Lending(VictimPolicy.LARGEST_EXTRA,
                Notice.demand(Duration.ofMillis(10)));

        /** Refuses nulls. */
        public Lending {
            Objects.requireNonNull(policy, "policy");
            Objects.requireNonNull(notice, "notice");
        }
    }

    /** Refuses nulls, copies lists. */
    public HostConfig {
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(cpu, "cpu");
        Objects.requireNonNull(grace, "grace");
        Objects.requireNonNull(lending, "lending");
        disks = List.copyOf(disks);
        nets = List.copyOf(nets);
        if (objects < 1) {
            throw new IllegalArgumentException("objects must be at least 1, but was " + objects);
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace must not be negative, but was " + grace);
        }
    }

    /** {@return a configuration with nothing but 1,024 page frames and the permitted cores} */
    public static HostConfig minimal() {
        return new HostConfig(MemoryConfig.frames(1024), List.of(), CpuConfig.allPermitted(),
                List.of(), DEFAULT_OBJECTS, DEFAULT_GRACE, Lending.DEFAULT);
    }

    /**
     * {@return the default: 16,384 page frames, a temporary disk image named {@code disk0} of 1
     * GiB, an in-process wire named {@code wire0}, the permitted cores}
     */
    public static HostConfig embedded() {
        return minimal().memory(MemoryConfig.frames(16_384))
                .disk(DiskConfig.temporary("disk0", 1L << 30))
                .net(NetConfig.wire("wire0"));
    }

    /**
     * {@return this configuration with other page frames}
     *
     * @param changed the memory configuration
     */
    public HostConfig memory(MemoryConfig changed) {
        return new HostConfig(changed, disks, cpu, nets, objects, grace, lending);
    }

    /**
     * {@return this configuration with one more block device}
     *
     * @param added the device
     */
    public HostConfig disk(DiskConfig added) {
        List<DiskConfig> more = new ArrayList<>(disks);
        more.add(added);
        return new HostConfig(memory, more, cpu, nets, objects, grace, lending);
    }

    /**
     * {@return this configuration with other managed cores}
     *
     * @param changed the core configuration
     */
    public HostConfig cpu(CpuConfig changed) {
        return new HostConfig(memory, disks, changed, nets, objects, grace, lending);
    }

    /**
     * {@return this configuration with one more network device}
     *
     * @param added the device
     */
    public HostConfig net(NetConfig added) {
        List<NetConfig> more = new ArrayList<>(nets);
        more.add(added);
        return new HostConfig(memory, disks, cpu, more, objects, grace, lending);
    }

    /**
     * {@return this configuration with another bound on kernel objects}
     *
     * @param objectCount kernel objects that all environments together may hold, at least 1
     */
    public HostConfig objects(int objectCount) {
        return new HostConfig(memory, disks, cpu, nets, objectCount, grace, lending);
    }

    /**
     * {@return this configuration with another grace period}
     *
     * @param changed how long an environment may take to stop when the kernel closes
     */
    public HostConfig grace(Duration changed) {
        return new HostConfig(memory, disks, cpu, nets, objects, changed, lending);
    }

    /**
     * {@return this configuration with another way to take extra frames back}
     *
     * @param changed who loses them, and how
     */
    public HostConfig lending(Lending changed) {
        return new HostConfig(memory, disks, cpu, nets, objects, grace, changed);
    }
}
