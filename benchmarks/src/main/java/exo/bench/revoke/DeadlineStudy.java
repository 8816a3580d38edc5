// SPDX-License-Identifier: Apache-2.0
package exo.bench.revoke;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * How long after the deadline 64 frames are there that a libOS was told to return, whatever that
 * libOS does. There is no baseline; the question is whether it is at most a millisecond. Beside it
 * stands how late a thread is that only waits for the same moment, beside the same libOS.
 */
public final class DeadlineStudy implements Study {
    private static final int TRIALS = 20;
    private static final Notice NOTICE = Notice.demand(Duration.ofMillis(5));
    private static final int FRAMES = 2 * Holding.KEPT + Holding.WANTED;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final int trials;

    /** By what way the frames come back. */
    enum Way {
        /** Out of a quota, whose creator reclaims it. */
        RECLAIM("reclaim") {
            @Override
            EnvSpec spec() {
                return EnvSpec.named("holder").frames(Holding.KEPT + Holding.WANTED);
            }

            @Override
            void want(EnvControl control, Window window) {
                control.reclaim(ResourceKind.FRAMES, Holding.WANTED, NOTICE);
                window.allocPages(0, Holding.WANTED);
            }
        },
        /** They were lent, and somebody needs what is guaranteed to him. */
        LENT("lent") {
            @Override
            EnvSpec spec() {
                return EnvSpec.named("holder").frames(Holding.KEPT).extraFrames(Holding.WANTED);
            }

            @Override
            void want(EnvControl control, Window window) {
                window.allocPages(0, Holding.KEPT + Holding.WANTED);
            }
        },
        /** They do not: what the host alone makes of a deadline, beside the same holder. */
        NONE("nothing wanted") {
            @Override
            EnvSpec spec() {
                return RECLAIM.spec();
            }

            @Override
            void want(EnvControl control, Window window) {
                long deadline = System.nanoTime() + NOTICE.demand().toNanos();
                for (long left = NOTICE.demand().toNanos(); left > 0; left = deadline
                        - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }

            @Override
            void check(Window window) {}

            @Override
            boolean isFor(Fault fault) {
                return fault == Fault.NEVER || fault == Fault.TRANSFERS;
            }
        };

        private final String words;

        Way(String words) {
            this.words = words;
        }

        static List<Way> of(Fault fault) {
            return Arrays.stream(values()).filter(way -> way.isFor(fault)).toList();
        }

        /** {@return what the holder may hold} */
        abstract EnvSpec spec();

        /** Gets the frames into the window. */
        abstract void want(EnvControl control, Window window);

        /** Checks that they are there. */
        void check(Window window) {
            long bytes = Holding.WANTED * 4096L;
            if (window.frame(Holding.WANTED - 1) < 0 || window.segment()
                    .asSlice(0, bytes)
                    .mismatch(MemorySegment.ofArray(new byte[(int) bytes])) >= 0) {
                throw new IllegalStateException("the frames are not there, or not zeroed");
            }
        }

        /** {@return whether it says something of a fault that the other faults do not} */
        boolean isFor(Fault fault) {
            return true;
        }
    }

    /** Makes the study. */
    public DeadlineStudy() {
        this(TRIALS);
    }

    DeadlineStudy(int trials) {
        this.trials = trials;
    }

    @Override
    public String name() {
        return "deadline";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(FRAMES))
                .disk(DiskConfig.temporary("disk0", 1 << 20))
                .lending(new Lending(VictimPolicy.LARGEST_EXTRA, NOTICE)))) {
            Env root = kernel.rootEnv();
            Extent extent = root.disk()
                    .allocExtent(root.keys().find("disk0", BlockDevice.class), "",
                            Holding.KEPT + Holding.WANTED);
            Window window = root.memory().bindWindow(FRAMES);
            for (int round = 0; round <= run.settings().rounds(); round++) {
                run.say("deadline, round " + round); // the first is the compilers'
                for (Fault fault : Fault.values()) {
                    for (Way way : Way.of(fault)) {
                        file(run, way, fault, round,
                                measure(root, extent, window, way, fault));
                    }
                }
            }
        }
    }

    /** {@return when the frames were there, for each trial, from the least on} */
    private long[] measure(Env root, Extent extent, Window window, Way way, Fault fault)
            throws IOException, InterruptedException {
        long[] after = new long[trials];
        for (int i = 0; i < trials; i++) {
            after[i] = trial(root, extent, window, way, fault);
        }
        Arrays.sort(after);
        return after;
    }

    private void file(Run run, Way way, Fault fault, int round, long[] after) {
        if (round == 0) {
            return;
        }
        Series base = new Series(name(), way.words + ", the libOS " + fault.words(), "",
                "us after the deadline");
        run.results().add(base.of("median"), round, after[trials / 2] / 1e3);
        run.results().add(base.of("latest"), round, after[trials - 1] / 1e3);
    }

    /** {@return how many nanoseconds after the deadline the frames were there} */
    private static long trial(Env root, Extent extent, Window window, Way way, Fault fault)
            throws IOException, InterruptedException {
        try (Holding holding = new Holding(fault)) {
            EnvControl control = root.createEnv(
                    way.spec().grant(Holding.EXTENT, extent, Rights.READ), holding::run);
            holding.awaitReady(control);
            long deadline = System.nanoTime() + NOTICE.demand().toNanos();
            way.want(control, window);
            long after = System.nanoTime() - deadline;
            way.check(window);
            holding.unblock();
            control.end(GRACE);
            window.releasePages(0, FRAMES);
            if (root.memory().freeFrameCount() != FRAMES) {
                throw new IllegalStateException(root.memory().freeFrameCount() + " of " + FRAMES
                        + " frames came back");
            }
            return after;
        }
    }
}
