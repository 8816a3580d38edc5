// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.LibOs;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * An environment of {@link CrowdHostile}. Each of its threads writes the environment's mark to its
 * pages and reads them all the time. What it sees there is zero, that mark, or on a page that shows
 * shared frames the mark of that share; everything else is somebody else's.
 */
final class CrowdMember implements LibOs {
    static final int THREADS = 4;
    private static final int PAGES = 24;
    private static final int PAGE_BYTES = 4096;
    private static final AtomicLong MARKS = new AtomicLong(0x5151_0000_0000_0001L);
    private static final EnumSet<ErrorCode> EXPECTED = EnumSet.of(ErrorCode.QUOTA,
            ErrorCode.EXHAUSTED, ErrorCode.BUSY, ErrorCode.STALE, ErrorCode.REPOSSESSED,
            ErrorCode.UNSETTLED,
            ErrorCode.REVOKED, ErrorCode.INSUFFICIENT, ErrorCode.ALREADY_EXISTS,
            ErrorCode.NOT_FOUND, ErrorCode.ENV_ENDED);

    /** What all members did. */
    static final class Tally {
        final LongAdder reads = new LongAdder();
        final LongAdder shares = new LongAdder();
        final LongAdder maps = new LongAdder();
        final LongAdder copies = new LongAdder();
        final LongAdder repossessions = new LongAdder();

        @Override
        public String toString() {
            return reads + " pages read, " + shares + " shares, " + maps + " maps, " + copies
                    + " copies, " + repossessions + " repossessions";
        }
    }

    private final long mark = MARKS.getAndIncrement();
    private final RandomGenerator.SplittableGenerator random;
    private final Tally tally;

    CrowdMember(RandomGenerator.SplittableGenerator random, Tally tally) {
        this.random = random;
        this.tally = tally;
    }

    @Override
    public void run(Env env) {
        env.upcalls().handler(new UpcallHandler() {});
        for (int i = 1; i < THREADS; i++) {
            RandomGenerator own = random.split();
            env.startThread("member", inner -> new Watch(inner, own).watch());
        }
        new Watch(env, random).watch();
    }

    /** One thread, with a window of its own. */
    private final class Watch {
        private final Env env;
        private final RandomGenerator random;
        private final Window window;
        /** The marks of the shares that pages may show; 0 for pages that show none. */
        private final long[] foreign = new long[PAGES];
        private final boolean[] idle = new boolean[PAGES];

        Watch(Env env, RandomGenerator random) {
            this.env = env;
            this.random = random;
            this.window = env.memory().bindWindow(PAGES);
        }

        void watch() {
            while (true) {
                try {
                    for (int i = 0; i < 4; i++) {
                        check(random.nextInt(PAGES));
                    }
                    act(random.nextInt(PAGES));
                    if (random.nextInt(16) == 0) {
                        LockSupport.parkNanos(100_000); // lets the keepers in
                        env.upcalls().poll();
                        tally.repossessions.add(env.upcalls().repossessions(true).size());
                    }
                } catch (ExoException e) {
                    if (!EXPECTED.contains(e.code())) {
                        throw e;
                    }
                    if (e.code() == ErrorCode.ENV_ENDED) {
                        env.quota(); // throws it again if it is this one that has ended
                    }
                }
            }
        }

        private void check(int page) {
            tally.reads.increment();
            long start = (long) page * PAGE_BYTES;
            for (long at = start; at < start + PAGE_BYTES; at += 64) {
                long seen = window.segment().get(JAVA_LONG, at);
                if (seen != 0 && seen != mark && seen != foreign[page]) {
                    throw new AssertionError("page " + page + " shows "
                            + Long.toHexString(seen) + " to " + Long.toHexString(mark)
                            + ", which may see " + Long.toHexString(foreign[page]));
                }
            }
        }

        private void fill(int page, long value) {
            long start = (long) page * PAGE_BYTES;
            for (long at = start; at < start + PAGE_BYTES; at += 64) {
                window.segment().set(JAVA_LONG, at, value);
            }
        }

        private void act(int page) {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> alloc(page);
                case 4, 5 -> release(page);
                case 6 -> {
                    long name = window.page(page);
                    idle[page] |= name != Pages.NONE && window.tryReturnPage(name) == 0;
                }
                case 7 -> take();
                case 8 -> share(page);
                case 9 -> copyOwn(page);
                case 10, 11 -> map(page, false);
                case 12 -> map(page, true);
                case 13 -> window.settle(page, 1);
                case 14 -> revoke();
                default -> fill(page, foreign[page] == 0 ? mark : foreign[page]);
            }
        }

        private void alloc(int page) {
            int count = Math.min(PAGES - page, 1 + random.nextInt(3));
            window.allocPages(page, count);
            for (int i = page; i < page + count; i++) {
                foreign[i] = 0;
                idle[i] = false;
                for (long at = (long) i * PAGE_BYTES; at < (i + 1L) * PAGE_BYTES; at += 8) {
                    if (window.segment().get(JAVA_LONG, at) != 0) {
                        throw new AssertionError("a new page shows "
                                + Long.toHexString(window.segment().get(JAVA_LONG, at)));
                    }
                }
                fill(i, mark);
            }
        }

        private void release(int page) {
            window.releasePages(page, 1);
            foreign[page] = 0;
            idle[page] = false;
        }

        private void take() {
            long name = window.tryTakePage();
            if (name != Pages.NONE) {
                check(Pages.index(name));
            }
        }

        /** Shares a new page, whose mark is in the label, with the peer. */
        private void share(int page) {
            release(page);
            window.allocPages(page, 1);
            long shared = MARKS.getAndIncrement();
            foreign[page] = shared;
            fill(page, shared);
            String label = "share-" + shared;
            Frames frames = random.nextBoolean()
                    ? env.memory().share(window, page, 1, Rights.READ_WRITE, label)
                    : env.memory().snapshot(window, page, 1, label);
            tally.shares.increment();
            env.keys()
                    .grant(frames, env.keys().find("peer", EnvControl.class),
                            frames.rights(), "of-" + label);
        }

        private void copyOwn(int page) {
            if (foreign[page] != 0) {
                return;
            }
            Frames frames = env.memory()
                    .snapshot(window, page, 1, "own-" + MARKS.getAndIncrement());
            int other = random.nextInt(PAGES);
            if (window.frame(other) < 0) {
                release(other);
                window.mapCopy(other, frames, 0, 1);
                tally.copies.increment();
            }
            env.keys().drop(frames);
        }

        /** Maps what the peer shares, or this environment itself. */
        private void map(int page, boolean asCopy) {
            Capability some = anyCapability();
            if (!(some instanceof Frames frames) || !some.label().contains("share-")
                    || frames.isFrozen() != asCopy) {
                return;
            }
            long shared = Long.parseLong(some.label()
                    .substring(some.label()
                            .indexOf('-',
                                    some.label().indexOf("share"))
                            + 1));
            release(page); // the void too, which may hold the mark of another share
            foreign[page] = shared; // void until it is mapped
            if (asCopy) {
                window.mapCopy(page, frames, 0, 1);
                tally.copies.increment();
            } else {
                window.map(page, frames, 0, 1);
                tally.maps.increment();
            }
        }

        /** {@return one that it holds, or null} */
        private Capability anyCapability() {
            List<Capability> all = env.keys().all();
            return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        }

        private void revoke() {
            Capability some = anyCapability();
            if (!(some instanceof Frames)) {
                return;
            }
            if (random.nextBoolean()) {
                env.keys().revoke(some);
            } else {
                env.keys().drop(some);
            }
        }
    }
}
