// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.libos.vm.VmBench;
import exo.testkit.Await;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.testkit.self.SideThread.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A paged driver that has the kernel keep what it takes. */
@ExtendWith(Seeds.class)
class PagedSpillTest extends PagedCase {
    private static final int PAGES = 64;

    private volatile int writes;

    PagedSpillTest() {
        super(PAGES);
    }

    /** Starts a pager whose driver has what is taken kept through so many buffers. */
    private EnvControl start(EnvSpec spec, int frames, int buffers, Body body) {
        return start(spec.grant("spill", bench.extent(PAGES), Rights.READ_WRITE), frames,
                (env, driver) -> {
                    Extent spill = env.keys().find("spill", Extent.class);
                    driver.keepTaken(spill, buffers);
                    assertThrows(IllegalStateException.class, () -> driver.keepTaken(spill, 1));
                }, body);
    }

    private void writeAll(Stretch stretch, long mark) {
        for (int page = 0; page < PAGES; page++) {
            stretch.putLong((long) page * pageBytes, mark + page);
        }
    }

    @Test
    void shouldBringBackDirtyPagesThatWereTaken() {
        EnvControl control = start(EnvSpec.named("pager").frames(64 + 32), 64, 32,
                (env, driver, stretch) -> {
                    writeAll(stretch, 1000);
                    ready.countDown();
                    await(taken);
                    for (int page = 0; page < PAGES; page++) {
                        assertEquals(1000 + page, stretch.getLong((long) page * pageBytes));
                    }
                    writeAll(stretch, 2000);
                    for (int page = 0; page < PAGES; page++) {
                        assertEquals(2000 + page, stretch.getLong((long) page * pageBytes));
                    }
                    assertEquals(0, driver.losses());
                    assertTrue(driver.pageIns() >= 32);
                });
        await(ready);
        assertEquals(32, control.reclaim(ResourceKind.FRAMES, 32, Notice.NONE).forced());
        taken.countDown();
        VmBench.await(control);
    }

    @Test
    void shouldLoseOnlyWhatFindsNoRoom() {
        EnvControl control = start(EnvSpec.named("pager").frames(64 + 4), 64, 4,
                (env, driver, stretch) -> {
                    writeAll(stretch, 1000);
                    ready.countDown();
                    await(taken);
                    int lost = 0;
                    for (int page = 0; page < PAGES; page++) {
                        try {
                            assertEquals(1000 + page, stretch.getLong((long) page * pageBytes));
                        } catch (ResourceException e) {
                            assertEquals(ErrorCode.REPOSSESSED, e.code());
                            lost++;
                        }
                    }
                    assertEquals(driver.losses(), lost);
                    assertTrue(lost > 0 && lost <= 28, lost + " pages are lost");
                });
        await(ready);
        assertEquals(32, control.reclaim(ResourceKind.FRAMES, 32, Notice.NONE).forced());
        taken.countDown();
        VmBench.await(control);
    }

    @Test
    void shouldForgetWhatIsDiscarded() {
        EnvControl control = start(EnvSpec.named("pager").frames(64 + 32), 64, 32,
                (env, driver, stretch) -> {
                    for (int round = 0; round < 3; round++) { // more than there are places
                        writeAll(stretch, 1000);
                        if (round == 0) {
                            ready.countDown();
                            await(taken);
                        }
                        stretch.discard(0, PAGES);
                        assertEquals(0, stretch.getLong(63L * pageBytes));
                    }
                    assertEquals(0, driver.losses());
                });
        await(ready);
        assertEquals(32, control.reclaim(ResourceKind.FRAMES, 32, Notice.NONE).forced());
        taken.countDown();
        VmBench.await(control);
    }

    /** Frames are taken between any two instructions of the pager, and not one store is lost. */
    @RepeatedTest(3)
    void shouldLoseNoStoreWhileFramesAreTaken(Seed seed) {
        EnvControl control = start(EnvSpec.named("pager").frames(4 + 64).extraFrames(24), 28, 64,
                (env, driver, stretch) -> {
                    RandomGenerator random = seed.random();
                    byte[] model = new byte[PAGES * pageBytes];
                    ready.countDown();
                    while (!isOver) {
                        PagedDriverContract.step(stretch, model, random);
                        if (random.nextInt(50) == 0) {
                            env.upcalls().poll();
                            driver.frameLimit(28); // it tries to have more again
                        }
                    }
                    byte[] all = new byte[model.length];
                    stretch.get(0, all, 0, all.length);
                    assertArrayEquals(model, all);
                    assertEquals(0, driver.losses());
                });
        await(ready);
        while (!control.isEnded() && control.account().repossessions() < 300) {
            bench.run(EnvSpec.named("needy").frames(88), env -> {
                Window window = env.memory().bindWindow(88);
                window.allocPages(0, 88);
            });
        }
        isOver = true;
        VmBench.await(control);
    }

    /** A page is taken while all of it is written: no part of that is on the void page alone. */
    @Test
    void shouldRepeatStoresThatMetTheVoidPage() {
        EnvControl control = start(EnvSpec.named("pager").frames(1 + 4), 1, 4,
                (env, driver, stretch) -> {
                    byte[] page = new byte[pageBytes];
                    byte[] read = new byte[pageBytes];
                    stretch.put(0, page, 0, pageBytes);
                    ready.countDown();
                    for (int i = 0; !isOver; i++) {
                        Arrays.fill(page, (byte) i);
                        stretch.put(0, page, 0, pageBytes);
                        stretch.get(0, read, 0, pageBytes);
                        assertArrayEquals(page, read, "write " + i);
                        writes = i;
                    }
                    assertEquals(0, driver.losses());
                });
        await(ready);
        while (!control.isEnded() && control.account().repossessions() < 200) {
            int before = writes;
            Await.until("it has its page", VmBench.PATIENCE,
                    () -> writes > before + 1 || control.isEnded());
            if (!control.isEnded()) {
                control.reclaim(ResourceKind.FRAMES, 1, Notice.NONE);
                control.give(ResourceKind.FRAMES, 1);
            }
        }
        isOver = true;
        VmBench.await(control);
    }
}
