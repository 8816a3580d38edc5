// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.CapabilityException;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.api.upcall.Upcalls;
import exo.libos.vm.VmBench;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.testkit.self.SideThread.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A paged driver whose frames are asked for, and taken, while its pages are used. */
@ExtendWith(Seeds.class)
class PagedReclaimTest extends PagedCase {
    private static final int FRAMES = 32;
    private static final int PAGES = 4 * FRAMES;
    private static final Duration LONG = VmBench.PATIENCE;

    PagedReclaimTest() {
        super(PAGES);
    }

    private EnvControl start(EnvSpec spec, int frames, Body body) {
        return start(spec, frames, (env, driver) -> {}, body);
    }

    @Test
    void shouldGiveBackWhatItIsAskedForAndKeepItsContent(Seed seed) {
        EnvControl control = start(EnvSpec.named("pager").frames(FRAMES), FRAMES,
                (env, driver, stretch) -> {
                    RandomGenerator random = seed.random();
                    byte[] model = new byte[PAGES * pageBytes];
                    for (int i = 0; i < 200; i++) {
                        PagedDriverContract.step(stretch, model, random);
                    }
                    ready.countDown();
                    while (!isOver) {
                        env.upcalls().poll();
                        PagedDriverContract.step(stretch, model, random);
                    }
                    assertTrue(env.account().framesHeld() <= FRAMES - 24);
                    byte[] all = new byte[model.length];
                    stretch.get(0, all, 0, all.length);
                    assertArrayEquals(model, all);
                    assertEquals(0, driver.losses());
                    assertTrue(driver.frameLimit() <= FRAMES - 24);
                });
        await(ready);
        for (int part = 1; part <= 3; part++) {
            Reclaimed back = control.reclaim(ResourceKind.FRAMES, 8, Notice.demand(LONG));
            assertEquals(new Reclaimed(8, 0), back, "nothing had to be taken by force");
        }
        isOver = true;
        VmBench.await(control);
    }

    @Test
    void shouldReadBackWhatWasTakenWhileItWasClean() {
        EnvControl control = start(EnvSpec.named("pager").frames(FRAMES), FRAMES,
                (env, driver, stretch) -> {
                    writeAll(stretch);
                    readAll(stretch); // now all that is in memory is clean
                    ready.countDown();
                    await(taken);
                    long before = driver.pageIns();
                    for (int page = PAGES - 1; page >= 0; page--) {
                        assertEquals(page, stretch.getLong((long) page * pageBytes));
                    }
                    assertTrue(driver.pageIns() >= before + 24);
                    assertEquals(0, driver.losses());
                    assertTrue(driver.frameLimit() <= FRAMES - 24, "it does with what it has");
                });
        await(ready);
        assertEquals(new Reclaimed(24, 24),
                control.reclaim(ResourceKind.FRAMES, 24, Notice.NONE));
        taken.countDown();
        VmBench.await(control);
    }

    private void writeAll(Stretch stretch) {
        for (int page = 0; page < PAGES; page++) {
            stretch.putLong((long) page * pageBytes, page);
        }
    }

    private void readAll(Stretch stretch) {
        for (int page = 0; page < PAGES; page++) {
            assertEquals(page, stretch.getLong((long) page * pageBytes));
        }
    }

    @Test
    void shouldSayOfEachPageThatItIsLostIfItWasDirty() {
        EnvControl control = start(EnvSpec.named("pager").frames(FRAMES), FRAMES,
                (env, driver, stretch) -> {
                    writeAll(stretch);
                    readAll(stretch);
                    for (int page = 0; page < FRAMES / 2; page++) {
                        stretch.putLong((long) page * pageBytes, -page); // dirty again
                    }
                    ready.countDown();
                    await(taken);
                    env.upcalls().poll(); // the repossessions
                    int lost = 0;
                    for (int page = 0; page < PAGES; page++) {
                        lost += isLost(stretch, page) ? 1 : 0;
                    }
                    assertTrue(lost > 0 && lost <= FRAMES / 2, lost + " pages are lost");
                    assertEquals(lost, driver.losses());
                    discardLost(stretch, PAGES);
                });
        await(ready);
        control.reclaim(ResourceKind.FRAMES, FRAMES - 2, Notice.NONE);
        taken.countDown();
        VmBench.await(control);
    }

    private boolean isLost(Stretch stretch, int page) {
        try {
            long value = stretch.getLong((long) page * pageBytes);
            assertTrue(value == page || (value == -page && page < FRAMES / 2),
                    "page " + page + " holds " + value);
            return false;
        } catch (ResourceException e) {
            assertEquals(ErrorCode.REPOSSESSED, e.code());
            assertTrue(e.getMessage().contains("page " + page + " of"), e.getMessage());
            return true;
        }
    }

    private void discardLost(Stretch stretch, int pages) {
        for (int page = 0; page < pages; page++) {
            if (isLost(stretch, page)) {
                stretch.discard(page, 1);
                assertEquals(0, stretch.getLong((long) page * pageBytes));
                stretch.putLong((long) page * pageBytes, page);
            }
        }
        for (int page = 0; page < pages; page++) {
            assertFalse(isLost(stretch, page));
        }
    }

    /** Extra frames are taken at any moment, between any two instructions of the pager. */
    @RepeatedTest(3)
    void shouldNeverShowAnythingFalseWhileFramesAreTaken(Seed seed) {
        EnvControl control = start(EnvSpec.named("pager").frames(4).extraFrames(120), 100,
                (env, driver, stretch) -> {
                    RandomGenerator random = seed.random();
                    byte[] model = new byte[PAGES * pageBytes];
                    ready.countDown();
                    while (!isOver) {
                        hardStep(stretch, model, random);
                        if (random.nextInt(50) == 0) {
                            env.upcalls().poll();
                            driver.frameLimit(100); // it tries to have more again
                            driver.readAhead(random.nextInt(8));
                        }
                    }
                    for (int page = 0; page < PAGES; page++) {
                        mend(stretch, model, page);
                    }
                    byte[] all = new byte[model.length];
                    stretch.get(0, all, 0, all.length);
                    assertArrayEquals(model, all);
                });
        await(ready);
        takeFrames(control, 500, 130);
        isOver = true;
        VmBench.await(control);
    }

    /** Takes frames by force, until it were so many: others need so many at once. */
    private void takeFrames(EnvControl control, int wanted, int atOnce) {
        long giveUp = System.nanoTime() + LONG.toNanos();
        try {
            while (control.account().repossessions() < wanted) {
                assertTrue(System.nanoTime() < giveUp, wanted + " frames should be taken");
                bench.run(EnvSpec.named("needy").frames(atOnce),
                        env -> env.memory().bindWindow(atOnce).allocPages(0, atOnce));
            }
        } catch (CapabilityException e) { // it has ended
            VmBench.await(control);
            throw e;
        }
    }

    /** All its frames go while it reads the same pages over and over: the copy meets the void. */
    @Test
    void shouldNotReadTheVoidOfAPageThatGoesAway() {
        EnvControl control = start(EnvSpec.named("pager").extraFrames(4), 4,
                (env, driver, stretch) -> {
                    byte[] expected = new byte[4 * pageBytes];
                    Arrays.fill(expected, (byte) 0x55);
                    stretch.put(0, expected, 0, expected.length);
                    driver.giveBack(4, Upcalls.NEVER); // from here on all is clean
                    ready.countDown();
                    byte[] there = new byte[expected.length];
                    while (!isOver) {
                        try {
                            driver.frameLimit(4);
                            stretch.get(0, there, 0, there.length);
                            assertArrayEquals(expected, there);
                            assertEquals(0x5555_5555_5555_5555L, stretch.getLong(64));
                            assertEquals(0x55, stretch.getByte(pageBytes));
                        } catch (ResourceException e) {
                            assertEquals(ErrorCode.EXHAUSTED, e.code(), e.getMessage());
                        }
                    }
                    assertEquals(0, driver.losses());
                });
        await(ready);
        takeFrames(control, 300, 160);
        isOver = true;
        VmBench.await(control);
    }

    /** A step that bears losses: what is lost counts as discarded. */
    private void hardStep(Stretch stretch, byte[] model, RandomGenerator random) {
        int page = random.nextInt(PAGES);
        long offset = (long) page * pageBytes + random.nextInt(pageBytes);
        byte value = (byte) random.nextInt();
        try {
            if (random.nextInt(4) == 0) {
                stretch.putByte(offset, value);
                model[(int) offset] = value;
            } else if (random.nextInt(4) == 0) {
                assertEquals(model[(int) offset], stretch.getByte(offset), "page " + page);
            } else {
                byte[] there = new byte[pageBytes];
                stretch.get((long) page * pageBytes, there, 0, pageBytes);
                assertArrayEquals(Arrays.copyOfRange(model, page * pageBytes,
                        (page + 1) * pageBytes), there, "page " + page);
            }
        } catch (ResourceException e) {
            assertEquals(ErrorCode.REPOSSESSED, e.code());
            mend(stretch, model, page);
        }
    }

    private void mend(Stretch stretch, byte[] model, int page) {
        while (true) {
            try {
                byte[] there = new byte[pageBytes];
                stretch.get((long) page * pageBytes, there, 0, pageBytes);
                return;
            } catch (ResourceException e) {
                assertEquals(ErrorCode.REPOSSESSED, e.code());
                stretch.discard(page, 1);
                Arrays.fill(model, page * pageBytes, (page + 1) * pageBytes, (byte) 0);
            }
        }
    }

    /** The kernel kills the queue of whoever does not let go: the driver binds another. */
    @RepeatedTest(10)
    void shouldGoOnWhenFramesAreTakenUnderItsTransfers() {
        EnvControl control = start(EnvSpec.named("pager").frames(FRAMES), FRAMES,
                (env, driver, stretch) -> {
                    for (int page = 0; page < FRAMES; page++) {
                        stretch.putLong((long) page * pageBytes, page);
                    }
                    driver.giveBack(FRAMES, System.nanoTime()); // all are on their way out
                    ready.countDown();
                    await(taken);
                    for (int page = 0; page < FRAMES; page++) {
                        isLost(stretch, page);
                    }
                    discardLost(stretch, FRAMES);
                });
        await(ready);
        control.reclaim(ResourceKind.FRAMES, FRAMES - 2, Notice.NONE);
        taken.countDown();
        VmBench.await(control);
    }

    @Test
    void shouldTakePagesOfThePagerBeforeNailedOnes() {
        EnvControl control = start(EnvSpec.named("pager").frames(16), 8,
                (env, driver, stretch) -> {
                    try (NailedDriver nails = NailedDriver.open(env, 8)) {
                        Stretch nailed = nails.bindStretch(8, Rights.READ_WRITE);
                        for (int page = 0; page < 8; page++) {
                            nailed.putLong((long) page * pageBytes, 100 + page);
                            stretch.putLong((long) page * pageBytes, page);
                        }
                        ready.countDown();
                        await(taken);
                        for (int page = 0; page < 8; page++) {
                            assertEquals(100 + page, nailed.getLong((long) page * pageBytes));
                        }
                    }
                });
        await(ready);
        assertEquals(8, control.reclaimFrames(8, Duration.ZERO));
        taken.countDown();
        VmBench.await(control);
    }
}
