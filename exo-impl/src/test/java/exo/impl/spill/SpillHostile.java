// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.SpillArea;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.testkit.Await;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Spilling while everybody does something else. */
class SpillHostile {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(256))
            .disk(DiskConfig.temporary("disk0", 16 << 20)));
    private final Env root = kernel.rootEnv();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private EnvControl start(Keeper keeper, String name, int frames) {
        return root.createEnv(EnvSpec.named(name)
                .frames(frames)
                .blocks(64)
                .grant("disk", root.keys().find("disk0", BlockDevice.class), Rights.READ_WRITE),
                keeper);
    }

    private void end(EnvControl control) {
        EnvExit exit = control.end(LONG);
        assertTrue(exit.failure().isEmpty(), () -> exit.failure().orElseThrow().toString());
    }

    /** Two environments lose pages again and again, and find all of them in their own blocks. */
    @Test
    void shouldKeepEveryPageOfEverybodyApart() {
        List<Keeper> keepers = List.of(new Keeper(16), new Keeper(16));
        List<EnvControl> controls = List.of(start(keepers.get(0), "one", 25),
                start(keepers.get(1), "two", 25));
        for (Keeper keeper : keepers) {
            keeper.bind(16, 8);
        }
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < keepers.size(); i++) {
                Keeper keeper = keepers.get(i);
                long mark = (long) round << 32 | i << 16;
                int before = keeper.kept().size();
                keeper.call(env -> {
                    keeper.window().allocPages(0, 16);
                    for (int page = 0; page < 16; page++) {
                        keeper.write(page, mark | page);
                    }
                    return null;
                });
                int count = 1 + random.nextInt(8);
                controls.get(i).reclaim(ResourceKind.FRAMES, 1 + count, Notice.NONE);
                controls.get(i).give(ResourceKind.FRAMES, 1 + count);
                Await.until("told", LONG, () -> keeper.kept().size() == before + count);
                for (Repossession entry : keeper.kept().subList(before, before + count)) {
                    SpillArea area = entry.spill().orElseThrow().area();
                    int place = entry.spill().orElseThrow().place();
                    Await.until("written", LONG,
                            () -> area.state(place) == SpillArea.State.WRITTEN);
                    assertEquals(mark | entry.place(), keeper.read(entry), "round " + round);
                    keeper.call(env -> {
                        area.free(place);
                        return null;
                    });
                }
                keeper.call(env -> {
                    keeper.window().releasePages(0, 16);
                    return null;
                });
            }
        }
        keepers.forEach(Keeper::stop);
        controls.forEach(this::end);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        assertEquals(256, root.memory().freeFrameCount());
    }

    /** No store is lost between what is kept and the void page: one of them has it. */
    @Test
    void shouldKeepEveryStoreThatWasMadeBeforeThePageWentVoid() throws InterruptedException {
        Keeper keeper = new Keeper(1);
        EnvControl control = start(keeper, "writer", 2);
        keeper.bind(1, 1);
        for (int round = 0; round < 100; round++) {
            keeper.fill();
            Thread taker = Thread.ofPlatform()
                    .start(() -> control.reclaim(ResourceKind.FRAMES, 1, Notice.NONE));
            long[] stored = keeper.call(env -> storeUntilTaken(keeper.window()));
            taker.join();
            int so = round + 1;
            Await.until("written", LONG, () -> keeper.spilled().size() == so);
            control.give(ResourceKind.FRAMES, 1);
            long[] shown = keeper.call(env -> keeper.words(0));
            keeper.call(env -> {
                keeper.window().releasePages(0, 1);
                return null;
            });
            Repossession entry = keeper.kept().getLast();
            long[] kept = keeper.readAll(entry);
            for (int word = 0; word < stored.length; word++) {
                assertEquals(stored[word], shown[word] == 0 ? kept[word] : shown[word],
                        "round " + round + ", word " + word);
            }
            keeper.call(env -> {
                entry.spill().orElseThrow().area().free(0);
                return null;
            });
        }
        keeper.stop();
        end(control);
    }

    /** {@return what was stored last to each word of page 0} */
    private static long[] storeUntilTaken(Window window) {
        long page = window.page(0);
        long[] stored = new long[512];
        for (int word = 0; word < stored.length; word++) {
            stored[word] = Keeper.pattern(0);
        }
        long value = 1;
        for (int more = 0; more < 2 || window.isLive(page); more += window.isLive(page) ? 0 : 1) {
            for (int word = 0; word < stored.length; word++) {
                stored[word] = value;
                window.segment().setAtIndex(ValueLayout.JAVA_LONG, word, value++);
            }
        }
        return stored;
    }
}
