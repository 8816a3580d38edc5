// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.upcall.Upcalls;
import exo.libos.vm.VmBench;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A range larger than its frames keeps what is written to it, on every backend of the queue. */
abstract class PagedDriverContract {
    private static final int FRAMES = 16;
    private static final int PAGES = 4 * FRAMES;

    private final VmBench bench;
    private final int pageBytes;

    PagedDriverContract(QueueBackend backend) {
        bench = new VmBench(backend);
        pageBytes = bench.pageBytes();
    }

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    /** What a test does with a driver. */
    private interface Body {
        void run(Env env, PagedDriver driver);
    }

    private void paged(Body body) {
        bench.run(VmBench.withExtent(EnvSpec.named("pager").frames(FRAMES), bench.extent(PAGES)),
                env -> {
                    Extent extent = env.keys().find("swap", Extent.class);
                    try (PagedDriver driver = PagedDriver.open(env, extent, PAGES, FRAMES)) {
                        body.run(env, driver);
                    }
                    assertEquals(0, env.account().framesHeld());
                });
    }

    @Test
    @ExtendWith(Seeds.class)
    void shouldKeepWhatIsWrittenAtRandomToFourTimesItsFrames(Seed seed) {
        RandomGenerator random = seed.random();
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            byte[] model = new byte[PAGES * pageBytes];
            for (int i = 0; i < 4000; i++) {
                step(stretch, model, random);
                assertTrue(env.account().framesHeld() <= FRAMES);
            }
            byte[] all = new byte[model.length];
            stretch.get(0, all, 0, all.length);
            assertArrayEquals(model, all);
            assertTrue(driver.pageOuts() > PAGES, driver.pageOuts() + " pages went out");
            assertTrue(driver.pageIns() > PAGES, driver.pageIns() + " pages came in");
            assertEquals(0, driver.losses());
        });
    }

    /** Reads or writes at a random place, a long or some bytes, and compares with a model. */
    static void step(Stretch stretch, byte[] model, RandomGenerator random) {
        int length = random.nextBoolean() ? Long.BYTES : 1 + random.nextInt(10_000);
        int at = random.nextInt(model.length - length + 1);
        byte[] bytes = new byte[length];
        if (random.nextInt(3) == 0) {
            random.nextBytes(bytes);
            System.arraycopy(bytes, 0, model, at, length);
            if (length == Long.BYTES) {
                stretch.putLong(at, asLong(bytes));
            } else {
                stretch.put(at, bytes, 0, length);
            }
        } else if (length == Long.BYTES) {
            assertEquals(asLong(Arrays.copyOfRange(model, at, at + length)), stretch.getLong(at));
        } else {
            stretch.get(at, bytes, 0, length);
            assertArrayEquals(Arrays.copyOfRange(model, at, at + length), bytes);
        }
    }

    private static long asLong(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong();
    }

    @Test
    void shouldWriteNothingOutThatWasOnlyRead() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int round = 0; round < 3; round++) {
                for (int page = 0; page < PAGES; page++) {
                    assertEquals(0, stretch.getLong((long) page * pageBytes));
                }
            }
            assertEquals(0, driver.pageOuts());
            assertEquals(0, driver.pageIns(), "what was never written is not read back");
        });
    }

    private long readInOrder(PagedDriver driver, Stretch stretch) {
        long before = driver.readWaits();
        for (int page = 0; page < PAGES; page++) {
            assertEquals(page, stretch.getLong((long) page * pageBytes), "page " + page);
        }
        return driver.readWaits() - before;
    }

    @Test
    void shouldWaitOnceForAllPagesThatAreReadAhead() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                stretch.putLong((long) page * pageBytes, page);
            }
            assertEquals(0, driver.readAhead());
            readInOrder(driver, stretch);
            assertEquals(PAGES, readInOrder(driver, stretch), "each page is waited for");
            driver.readAhead(7);
            readInOrder(driver, stretch);
            long ins = driver.pageIns();
            assertEquals(PAGES / 8, readInOrder(driver, stretch));
            assertEquals(PAGES, driver.pageIns() - ins, "none is read twice");
            assertTrue(env.account().framesHeld() <= FRAMES);
            driver.frameLimit(3);
            assertTrue(readInOrder(driver, stretch) >= PAGES / 3, "as far as it has frames");
            assertEquals(3, driver.held());
            driver.frameLimit(1);
            assertEquals(PAGES, readInOrder(driver, stretch));
        });
    }

    @Test
    void shouldReadOnlyThoseAheadThatLieOnTheExtent() {
        paged((env, driver) -> {
            driver.readAhead(16);
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page += 2) {
                stretch.putLong((long) page * pageBytes, page);
            }
            long waits = driver.readWaits();
            driver.giveBack(FRAMES, Upcalls.NEVER);
            driver.frameLimit(FRAMES);
            for (int page = 0; page < PAGES; page++) {
                assertEquals(page % 2 == 0 ? page : 0, stretch.getLong((long) page * pageBytes));
            }
            assertEquals(PAGES / 2, driver.readWaits() - waits, "a page of zeros ends a run");
            assertThrows(IllegalArgumentException.class, () -> driver.readAhead(-1));
            assertThrows(IllegalArgumentException.class, () -> driver.readAhead(17));
            assertEquals(16, driver.readAhead());
        });
    }

    @Test
    @ExtendWith(Seeds.class)
    void shouldKeepWhatIsWrittenAtRandomWhileItReadsAhead(Seed seed) {
        RandomGenerator random = seed.random();
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            byte[] model = new byte[PAGES * pageBytes];
            for (int i = 0; i < 2000; i++) {
                driver.readAhead(random.nextInt(17));
                step(stretch, model, random);
                assertTrue(driver.held() <= FRAMES);
            }
            byte[] all = new byte[model.length];
            stretch.get(0, all, 0, all.length);
            assertArrayEquals(model, all);
        });
    }

    @Test
    void shouldWriteACleanPageOutOnlyOnce() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                stretch.putLong((long) page * pageBytes, page);
            }
            for (int round = 0; round < 3; round++) {
                for (int page = 0; page < PAGES; page++) {
                    assertEquals(page, stretch.getLong((long) page * pageBytes));
                }
            }
            assertEquals(PAGES, driver.pageOuts());
        });
    }

    @Test
    void shouldKeepPagesThatAreUsedAgainAndAgain() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                stretch.putLong((long) page * pageBytes, page);
            }
            // Four hot pages between two uses of each cold one.
            long before = driver.pageIns();
            int uses = 0;
            for (int cold = 4; cold < PAGES; cold++) {
                for (int hot = 0; hot < 4; hot++) {
                    assertEquals(hot, stretch.getLong((long) hot * pageBytes));
                }
                stretch.getLong((long) cold * pageBytes);
                uses += 5;
            }
            long ins = driver.pageIns() - before;
            assertTrue(ins <= PAGES + 4, ins + " of " + uses + " accesses read a page");
        });
    }

    @Test
    void shouldBeAsGoodWithOneFrame() {
        paged((env, driver) -> {
            driver.frameLimit(1);
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int offset = pageBytes - 4; offset < 8 * pageBytes; offset += pageBytes) {
                stretch.putLong(offset, offset * 0x1234_5678_9abcL); // on two pages
                assertEquals(1, driver.held());
            }
            for (int offset = pageBytes - 4; offset < 8 * pageBytes; offset += pageBytes) {
                assertEquals(offset * 0x1234_5678_9abcL, stretch.getLong(offset));
            }
        });
    }

    @Test
    void shouldCutSeveralStretchesFromOneRange() {
        paged((env, driver) -> {
            Stretch first = driver.bindStretch(10, Rights.READ_WRITE);
            Stretch second = driver.bindStretch(PAGES - 10, Rights.READ_WRITE);
            assertEquals(ErrorCode.EXHAUSTED, assertThrows(ResourceException.class,
                    () -> driver.bindStretch(1, Rights.READ)).code());
            first.putLong(0, 1);
            second.putLong(0, 2);
            first.close();
            assertThrows(IllegalStateException.class, () -> first.getLong(0));
            assertThrows(IllegalStateException.class, () -> first.putByte(0, (byte) 1));
            Stretch third = driver.bindStretch(10, Rights.READ_WRITE);
            assertEquals(0, third.getLong(0), "it reads as zeros, whatever was there");
            assertEquals(2, second.getLong(0));
            assertThrows(IndexOutOfBoundsException.class, () -> third.getLong(10L * pageBytes - 7));
            assertThrows(IndexOutOfBoundsException.class, () -> third.putByte(-1, (byte) 0));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> third.get(10L * pageBytes - 1, new byte[2], 0, 2));
        });
    }

    @Test
    void shouldForgetWhatIsDiscarded() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                stretch.putLong((long) page * pageBytes, 7);
            }
            stretch.discard(0, PAGES - 1);
            for (int page = 0; page < PAGES - 1; page++) {
                assertEquals(0, stretch.getLong((long) page * pageBytes));
            }
            assertEquals(7, stretch.getLong((PAGES - 1L) * pageBytes));
        });
    }

    @Test
    void shouldHoldAccessesToTheRightsOfTheStretch() {
        paged((env, driver) -> {
            Stretch stretch = driver.bindStretch(2, Rights.READ_WRITE);
            stretch.putLong(0, 5);
            stretch.protect(Rights.READ);
            assertEquals(5, stretch.getLong(0));
            ResourceException e = assertThrows(ResourceException.class,
                    () -> stretch.putLong(0, 6));
            assertEquals(ErrorCode.PROTECTED, e.code());
            assertTrue(e.getMessage().contains("page 0"), e.getMessage());
            stretch.protect(Rights.NONE);
            assertEquals(ErrorCode.PROTECTED,
                    assertThrows(ResourceException.class, () -> stretch.getLong(0)).code());
            stretch.protect(Rights.READ_WRITE);
            stretch.putLong(0, 6);
            assertEquals(6, stretch.getLong(0));
            assertThrows(IllegalArgumentException.class, () -> stretch.protect(Rights.ALL));
        });
    }

    @Test
    void shouldRefuseAnExtentThatIsTooSmall() {
        bench.run(VmBench.withExtent(EnvSpec.named("pager").frames(4), bench.extent(8)), env -> {
            Extent extent = env.keys().find("swap", Extent.class);
            ResourceException e = assertThrows(ResourceException.class,
                    () -> PagedDriver.open(env, extent, 9, 4));
            assertEquals(ErrorCode.OUT_OF_RANGE, e.code());
            assertTrue(e.getMessage().contains("room for 8 pages"), e.getMessage());
            assertThrows(IllegalArgumentException.class,
                    () -> PagedDriver.open(env, extent, 8, 0));
            PagedDriver.open(env, extent, 8, 4).close();
        });
    }

    @Test
    void shouldSayThatTheExtentIsGoneAndKeepWhatIsInMemory() {
        Extent extent = bench.extent(PAGES);
        paged(extent, (env, driver) -> {
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            for (int page = 0; page < PAGES; page++) {
                stretch.putLong((long) page * pageBytes, page);
            }
            env.keys().drop(env.keys().find("swap", Extent.class));
            int there = 0;
            for (int page = 0; page < PAGES; page++) {
                there += reads(stretch, page) ? 1 : 0;
            }
            assertTrue(there > 0 && there <= FRAMES, there + " pages are there");
        });
    }

    private boolean reads(Stretch stretch, int page) {
        try {
            assertEquals(page, stretch.getLong((long) page * pageBytes));
            return true;
        } catch (ResourceException e) {
            assertEquals(ErrorCode.REVOKED, e.code());
            return false;
        }
    }

    private void paged(Extent extent, Body body) {
        bench.run(VmBench.withExtent(EnvSpec.named("pager").frames(FRAMES), extent), env -> {
            Extent own = env.keys().find("swap", Extent.class);
            try (PagedDriver driver = PagedDriver.open(env, own, PAGES, FRAMES)) {
                body.run(env, driver);
            }
        });
    }
}
