// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.EnvControl;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Spilling while everybody does something else. */
class SpillHostile extends SpillCase {
    private EnvControl start(Keeper keeper, String name, int frames) {
        return root.createEnv(spec(name).frames(frames), keeper);
    }

    /** Two environments lose pages again and again, and find all of them in their own blocks. */
    @Test
    void shouldKeepEveryPageOfEverybodyApart() {
        boot(HostConfig.minimal());
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
                keeper.act(env -> {
                    keeper.window().allocPages(0, 16);
                    for (int page = 0; page < 16; page++) {
                        keeper.write(page, mark | page);
                    }
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
                    keeper.act(env -> area.free(place));
                }
                keeper.act(env -> keeper.window().releasePages(0, 16));
            }
        }
        keepers.forEach(Keeper::stop);
        controls.forEach(control -> TestEnv.end(control, LONG));
        assertClean();
    }

    /** No store is lost between what is kept and the void page: one of them has it. */
    @Test
    void shouldKeepEveryStoreThatWasMadeBeforeThePageWentVoid() {
        boot(HostConfig.minimal());
        Keeper keeper = startKeeper(2, 1);
        keeper.bind(1, 1);
        for (int round = 0; round < 100; round++) {
            keeper.fill();
            SideThread taker = startToTake(1);
            long[] stored = keeper.call(env -> storeUntilTaken(keeper.window()));
            taker.join();
            int so = round + 1;
            Await.until("written", LONG, () -> keeper.spilled().size() == so);
            control.give(ResourceKind.FRAMES, 1);
            long[] shown = keeper.call(env -> keeper.words(0));
            keeper.act(env -> keeper.window().releasePages(0, 1));
            Repossession entry = keeper.kept().getLast();
            long[] kept = keeper.readAll(entry);
            for (int word = 0; word < stored.length; word++) {
                assertEquals(stored[word], shown[word] == 0 ? kept[word] : shown[word],
                        "round " + round + ", word " + word);
            }
            keeper.act(env -> entry.spill().orElseThrow().area().free(0));
        }
        keeper.stop();
        TestEnv.end(control, LONG);
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
