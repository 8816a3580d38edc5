// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random steps of up to 50 environments on three levels, with the state compared with that of an
 * independent model after each.
 *
 * <p>{@code -Dexo.modelMinutes=20} makes it run for 20 minutes; {@code -Dexo.seed} runs the same
 * steps again.
 */
@ExtendWith(Seeds.class)
class MemoryModelTest {
    private static final String MINUTES = "exo.modelMinutes";
    private static final int FRAMES = 72; // few, so that there often is none left;
    private static final int STEPS = 15_000;
    /** So many steps are one kernel's; then everything ends, and another one is booted. */
    private static final int STEPS_OF_A_KERNEL = 20_000;

    private final Steps.Log log = new Steps.Log();
    private final Map<String, Integer> happened = new TreeMap<>();
    private long done;
    private int mostEnvs;

    @Test
    void shouldAgreeAfterEachStepAndLoseNothing(Seed seed) {
        RandomGenerator random = seed.random();
        Duration length = Duration.ofMinutes(Integer.getInteger(MINUTES, 0));
        long start = System.nanoTime();
        try {
            do {
                int steps = length.isZero() ? STEPS : STEPS_OF_A_KERNEL;
                run(random, steps, start + length.toNanos());
            } while (System.nanoTime() - start < length.toNanos());
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("step " + done + " of " + seed + ": " + e.getMessage()
                    + "\nthe last steps:\n  " + log, e);
        }
        System.out.println("MemoryModelTest: " + done + " steps agreed; the most environments: "
                + mostEnvs + "; " + happened);
        // What never happened was not compared.
        Set<String> never = new TreeSet<>(Model.SELDOM);
        never.addAll(length.isZero() ? Set.of() : Model.RARE);
        never.removeAll(happened.keySet());
        assertEquals(Set.of(), never, "what never happened");
    }

    private void run(RandomGenerator random, int steps, long end) {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(FRAMES))
                .lending(new Lending(VictimPolicy.LARGEST_EXTRA, Notice.NONE)))) {
            Env root = kernel.rootEnv();
            ModelEnv modelRoot = new ModelEnv("root", root.id(), null, Puppet.ofRoot(root),
                    root.quota());
            Model model = new Model(new ModelFrames(FRAMES), modelRoot);
            Comparison comparison = new Comparison(model, root);
            modelRoot.paid = root.account().objectsHeld(); // since boot
            Chance chance = new Chance(model, random, log);
            for (int i = 0; i < steps && (done % 100 != 0 || i == 0 || !isOver(end)); i++) {
                chance.step();
                done++;
                comparison.compare();
                mostEnvs = Math.max(mostEnvs, model.envs.size() - 1);
            }
            model.happened.forEach((what, times) -> happened.merge(what, times, Integer::sum));
            finish(kernel, model, chance, comparison);
        }
    }

    private static boolean isOver(long end) {
        return Integer.getInteger(MINUTES, 0) > 0 && System.nanoTime() - end > 0;
    }

    /** Ends everything, and finds all frames free and clean. */
    private static void finish(Exokernel kernel, Model model, Chance chance,
            Comparison comparison) {
        chance.endAll();
        comparison.compare();
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        Env root = kernel.rootEnv();
        assertEquals(FRAMES, root.memory().freeFrameCount());
        assertEquals(List.of(model.root), model.envs);
        try (Window all = root.memory().bindWindow(FRAMES)) {
            all.allocPages(0, FRAMES);
            assertTrue(all.segment()
                    .mismatch(
                            java.lang.foreign.MemorySegment.ofArray(new byte[FRAMES * 4096])) < 0,
                    "nobody's bytes are left");
        }
    }
}
