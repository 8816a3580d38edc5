// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Something of the host that a test may need. Each is probed once, by doing it. */
public enum HostFacility {

    /** Network namespaces can be made. */
    NETNS,
    /** A device can be made to lose frames at random, by nftables. */
    LOSS,
    /** A device can be made late and lossy by netem, which is an option of the host's kernel. */
    NETEM,
    /** A device can be made slow by a token bucket, which is an option of the host's kernel. */
    SLOWNESS,
    /** Loop devices can be attached. */
    LOOP_DEVICE,
    /** A tmpfs can be mounted. */
    TEMP_MOUNT,
    /** An ext4 on a loop device can be mounted and frozen. */
    FREEZE,
    /** TAP devices can be opened. */
    TAP,
    /** io_uring is neither switched off nor filtered by seccomp. */
    IO_URING,
    /** Threads may be scheduled by SCHED_FIFO. */
    REAL_TIME,
    /** There are two processors or more. */
    TWO_CORES;

    /** What was found out so far. */
    private static final Map<HostFacility, Optional<String>> CAUSES = new ConcurrentHashMap<>();

    /** {@return why the host lacks it; empty if the host has it} */
    public Optional<String> missingCause() {
        return CAUSES.computeIfAbsent(this, HostFacility::probe);
    }

    private static Optional<String> probe(HostFacility facility) {
        return switch (facility) {
            case NETNS -> attempt("ip", () -> Netns.create().close());
            case LOSS -> attempt("nft", HostFacility::tryLoss);
            case NETEM -> attempt("tc", HostFacility::tryNetem);
            case SLOWNESS -> attempt("tc", HostFacility::trySlowness);
            case LOOP_DEVICE -> attempt("losetup", () -> LoopDevice.create(1 << 20).close());
            case TEMP_MOUNT -> attempt("mount", () -> TempMount.create(1 << 20).close());
            case FREEZE -> attempt("fsfreeze", HostFacility::tryFreeze);
            case TAP -> readableAndWritable(Path.of("/dev/net/tun"));
            case IO_URING -> ioUring();
            case REAL_TIME -> attempt("chrt", () -> Command.run("chrt", "--fifo", "1", "true"));
            case TWO_CORES -> Runtime.getRuntime().availableProcessors() >= 2
                    ? Optional.empty()
                    : Optional.of("one processor only");
        };
    }

    private static Optional<String> attempt(String tool, Runnable action) {
        if (Wants.findTool(tool).isEmpty()) {
            return Optional.of("no command " + tool);
        }
        try {
            action.run();
            return Optional.empty();
        } catch (CommandFailedException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * {@return whether a run that requires all must have it: installing a tool or changing the user
     * can mend it, without another kernel or another machine}
     */
    boolean isMendable() {
        return this != NETEM && this != SLOWNESS && this != IO_URING && this != TWO_CORES;
    }

    private static void tryLoss() {
        try (Netns netns = Netns.create()) {
            netns.lose("lo", 10);
        }
    }

    private static void tryFreeze() {
        try (FreezableMount mount = FreezableMount.create(8 << 20)) {
            mount.freeze();
        }
    }

    private static void tryNetem() {
        try (Netns netns = Netns.create()) {
            netns.netem("lo", "delay", "1ms");
        }
    }

    private static void trySlowness() {
        try (Netns netns = Netns.create()) {
            netns.slow("lo", 1_000_000);
        }
    }

    private static Optional<String> readableAndWritable(Path device) {
        return Files.isReadable(device) && Files.isWritable(device)
                ? Optional.empty()
                : Optional.of(device + " is missing, or not for this user");
    }

    private static Optional<String> ioUring() {
        Path sysctl = Path.of("/proc/sys/kernel/io_uring_disabled");
        try {
            String disabled = Files.exists(sysctl) ? Files.readString(sysctl).strip() : "0";
            if (disabled.equals("2") || (disabled.equals("1") && !Wants.isRoot())) {
                return Optional.of("kernel.io_uring_disabled is " + disabled);
            }
            List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
            return status.stream().anyMatch(l -> l.matches("Seccomp:\\s+0"))
                    ? Optional.empty()
                    : Optional.of("a seccomp filter is on, which usually refuses it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
