// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Rights;
import exo.api.cpu.Quantum;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.net.Filters;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.random.RandomGenerator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * What an environment is doing when its end comes. Each goes on until the kernel refuses it; what
 * it is granted, it finds under the labels of {@link EndHostile}.
 */
enum Deed {
    /** Allocates, returns, takes and releases pages. */
    PAGES {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(32);
            return () -> {
                int page = random.nextInt(32);
                switch (random.nextInt(5)) {
                    case 0 -> window.releasePages(page, 1);
                    case 1 -> window.tryReturnPage(window.page(page));
                    case 2 -> window.tryTakePage();
                    default -> window.allocPages(page, Math.min(32 - page, 4));
                }
            };
        }
    },
    /** Binds windows and closes them. */
    WINDOWS {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            List<Window> open = new ArrayList<>();
            return () -> {
                Window window = env.memory().bindWindow(1 + random.nextInt(16));
                open.add(window);
                window.allocPages(0, 1);
                if (open.size() > 3) {
                    open.removeFirst().close();
                }
            };
        }
    },
    /** Maps frames that it was given, and gives its own to another. */
    SHARES {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(8);
            Frames given = env.keys().find("frames", Frames.class);
            EnvControl peer = env.keys().find("peer", EnvControl.class);
            int[] label = {0};
            return () -> {
                window.releasePages(0, 8);
                window.map(0, given, 0, given.count());
                window.allocPages(4, 2);
                Frames own = env.memory().share(window, 4, 2, Rights.READ_WRITE, "s" + label[0]);
                env.keys().grant(own, peer, Rights.READ, env.id() + "-" + label[0]++);
            };
        }
    },
    /** Freezes pages, maps views of them, writes to these and settles them. */
    SNAPSHOTS {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(12);
            return () -> {
                window.releasePages(0, 12);
                window.allocPages(0, 4);
                Frames frozen = env.memory().snapshot(window, 0, 4, "frozen");
                window.mapCopy(4, frozen, 0, 4);
                window.segment().fill((byte) 7);
                window.settle(random.nextInt(8), 3);
                env.keys().drop(frozen);
            };
        }
    },
    /** Has transfers under way, and seldom looks whether they are done. */
    TRANSFERS {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(16);
            window.allocPages(0, 16);
            Extent extent = env.keys().find("extent", Extent.class);
            Extent own = env.disk()
                    .allocExtent(env.keys()
                            .find("disk",
                                    exo.api.disk.BlockDevice.class),
                            "", 4);
            ExtentQueue[] queue = {env.disk().bindQueue(extent, window, 16)};
            return () -> {
                int page = random.nextInt(16);
                queue[0].tryWrite(0, page, 1, window.page(page), page);
                queue[0].tryRead(queue[0].bind(own), 0, 1, window.page(page), page);
                queue[0].submit();
                if (random.nextInt(4) == 0) {
                    queue[0].close();
                    queue[0] = env.disk().bindQueue(extent, window, 16);
                }
            };
        }
    },
    /** Sends to itself, and binds and closes rings. */
    PACKETS {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(16);
            window.allocPages(0, 16);
            Station station = env.keys().find("station", Station.class);
            PacketBinding[] binding = new PacketBinding[1];
            return () -> {
                if (binding[0] == null) {
                    binding[0] = env.net()
                            .bind(station, Filters.acceptAll(), window, 0, RingSpec.of(4, 4));
                }
                int slot = binding[0].tryReserve();
                if (slot >= 0) {
                    long at = binding[0].txOffset(slot);
                    for (int octet = 0; octet < 12; octet++) {
                        window.segment()
                                .set(JAVA_BYTE, at + octet,
                                        (byte) (station.mac().bits() >>> (40 - (octet % 6) * 8)));
                    }
                    binding[0].tryCommit(slot, 60);
                    binding[0].txFlush();
                }
                binding[0].rxRelease(binding[0].rxAvailable());
                if (random.nextInt(8) == 0) {
                    binding[0].close();
                    binding[0] = null;
                }
            };
        }
    },
    /** Allocates quanta, and binds itself to them. */
    QUANTA {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            int core = env.cpu().cores().getLast().number();
            return () -> {
                Quantum quantum = env.cpu().allocQuantum(core, random.nextInt(10), 1, "q");
                env.cpu().bind(quantum);
                env.upcalls().poll();
                if (random.nextBoolean()) {
                    env.cpu().unbind(quantum);
                }
                env.cpu().freeQuantum(quantum);
            };
        }
    },
    /** Pages itself through a software TLB, with writes followed and pages marked. */
    PAGING {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            Window window = env.memory().bindWindow(16);
            window.allocPages(0, 16);
            window.trackWrites(true);
            window.guarantee(0, 8, true);
            SoftTlb tlb = window.bindTlb(8, (missed, address, access) -> {
                int page = (int) (address / 4096) % 16;
                if (window.page(page) == Pages.NONE) {
                    window.releasePages(page, 1);
                    window.allocPages(page, 1);
                }
                missed.insert(address, window.page(page), Rights.READ_WRITE);
            });
            return () -> {
                long at = tlb.lookup(random.nextInt(64) * 4096L, SoftTlb.WRITE);
                window.segment().set(JAVA_BYTE, at, (byte) 1);
                window.collectWritten(0, 16, new long[1]);
                window.releasePages(random.nextInt(16), 1);
            };
        }
    },
    /** Offers what it has under names, and finds it there. */
    NAMES {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            NameKey key = env.keys().find("names", NameKey.class);
            Extent extent = env.keys().find("extent", Extent.class);
            return () -> {
                Name name = Name.of(1, random.nextInt(256));
                env.names().publish(key, name, extent, Rights.READ);
                env.names().find(key, name, Rights.READ, Extent.class, "n" + random.nextLong());
                if (random.nextBoolean()) {
                    env.names().withdraw(key, name);
                }
            };
        }
    },
    /** Makes children that make children, which allocate; and ends some. */
    CHILDREN {
        @Override
        Runnable begin(Env env, RandomGenerator random) {
            List<EnvControl> children = new ArrayList<>();
            return () -> {
                int objects = env.quota().objects() / 8;
                children.add(env.createEnv(EnvSpec.named("child")
                        .frames(env.quota().frames() / 4)
                        .objects(Math.max(4, objects))
                        .threads(Math.max(1, env.quota().threads() / 4)), inner -> {
                            inner.memory().bindWindow(4).allocPages(0, 4);
                            (objects > 20 ? CHILDREN : PAGES).run(inner, random);
                        }));
                if (random.nextInt(3) == 0) {
                    children.removeFirst().end(Duration.ZERO);
                }
            };
        }
    };

    private static final EnumSet<ErrorCode> EXPECTED = EnumSet.of(ErrorCode.QUOTA, ErrorCode.BUSY,
            ErrorCode.EXHAUSTED, ErrorCode.STALE, ErrorCode.REPOSSESSED, ErrorCode.ALREADY_EXISTS,
            ErrorCode.REVOKED,
            ErrorCode.NOT_FOUND, ErrorCode.UNSETTLED, ErrorCode.ENV_ENDED);

    /** {@return what is done again and again} */
    abstract Runnable begin(Env env, RandomGenerator random);

    /** Goes on until the environment ends. */
    void run(Env env, RandomGenerator random) {
        Runnable step = begin(env, random);
        while (true) {
            attempt(env, step);
        }
    }

    /** Does it once; throws what says that the environment has ended. */
    static void attempt(Env env, Runnable step) {
        try {
            step.run();
        } catch (ExoException e) {
            if (!EXPECTED.contains(e.code())) {
                throw e;
            }
            env.quota(); // refused too, if it is this environment that has ended
        }
    }
}
