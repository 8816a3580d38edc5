// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Account;
import exo.api.Capability;
import exo.api.Env;
import exo.api.Quota;
import exo.api.mem.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Compares all that can be seen of the kernel with the model. */
final class Comparison {
    private static final int PAGE_BYTES = 4096;

    private final Model model;
    private final Env root;
    /** What the root holds since boot. */
    private final List<String> bootLabels;
    private int round;

    Comparison(Model model, Env root) {
        this.model = model;
        this.root = root;
        this.bootLabels = root.keys().all().stream().map(Capability::label).toList();
    }

    /** Compares everything; each environment looks at its own on its own thread. */
    void compare() {
        round++;
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (ModelEnv env : model.envs) {
            answers.add(env.puppet.begin(real -> {
                compare(real, env);
                return true;
            }));
        }
        answers.forEach(Puppet::outcome);
        for (int frame = 0; frame < model.frames.count(); frame++) {
            assertEquals(model.frames.isFree(frame), root.memory().isFreeFrame(frame),
                    "whether frame " + frame + " is free");
        }
        assertEquals(model.frames.count() - model.frames.used() + model.root.idleCount(),
                root.memory().freeFrameCount(), "free frames");
        for (ModelCap cap : model.dead) {
            assertFalse(cap.real.isLive(), () -> cap + " is dead");
        }
    }

    private void compare(Env real, ModelEnv env) {
        env.checkCharge();
        Account account = real.account();
        assertEquals(env.idleCount(), account.framesIdle(), () -> env + ": idle frames");
        assertEquals(env.charged() - env.idleCount(), account.framesHeld(),
                () -> env + ": frames held");
        assertEquals(env.extra, account.extraFrames(), () -> env + ": extra frames");
        assertEquals(env.objects(), account.objectsHeld(),
                () -> env + ": objects");
        assertEquals(env.isRoot() ? 0 : 1, account.threadsAlive(), () -> env + ": threads");
        assertEquals(env.repossessions, account.repossessions(), () -> env + ": repossessions");
        Quota quota = real.quota();
        assertEquals(env.quota.frames(), quota.frames(), () -> env + ": quota of frames");
        assertEquals(env.quota.extraFrames(), quota.extraFrames(), () -> env + ": of extra ones");
        assertEquals(env.quota.objects(), quota.objects(), () -> env + ": of objects");
        compareKeys(real, env);
        for (ModelWindow window : env.windows) {
            compare(window);
        }
    }

    private void compareKeys(Env real, ModelEnv env) {
        List<String> labels = new ArrayList<>(env.isRoot() ? bootLabels : List.of());
        labels.addAll(env.keys.keySet());
        assertEquals(labels, real.keys().all().stream().map(Capability::label).toList(),
                () -> env + ": its capabilities");
        for (ModelCap cap : env.keys.values()) {
            assertTrue(cap.real.isLive(), () -> cap + " is live");
        }
    }

    private void compare(ModelWindow window) {
        for (int i = 0; i < window.pages.length; i++) {
            ModelPage page = window.pages[i];
            int index = i;
            assertEquals(page.frame, window.real.frame(i), () -> at(window, index) + ": frame");
            assertEquals(page.name, window.real.page(i), () -> at(window, index) + ": name");
            assertTrue(page.name == Pages.NONE || window.real.isLive(page.name),
                    () -> at(window, index) + ": its name is current");
            assertEquals(page.kind.isUnsettled(), window.real.isUnsettled(i),
                    () -> at(window, index) + ": unsettled");
            compareContent(window, i);
        }
        for (long name : window.oldNames) {
            assertFalse(window.real.isLive(name), () -> at(window, Pages.index(name)) + ": old");
        }
    }

    private void compareContent(ModelWindow window, int index) {
        long expected = window.content(index, model.frames);
        boolean isVoid = window.pages[index].isVoid();
        // All of the page from time to time, and two places of it always.
        int step = (round + index) % 16 == 0 ? Long.BYTES : PAGE_BYTES - Long.BYTES;
        for (long at = 0; at < PAGE_BYTES; at += step) {
            long seen = window.real.segment().get(JAVA_LONG, (long) index * PAGE_BYTES + at);
            if (seen != expected && !(isVoid && seen == 0)) {
                throw new AssertionError(at(window, index) + " shows " + Long.toHexString(seen)
                        + " at " + at + ", but should show " + Long.toHexString(expected));
            }
        }
    }

    private static String at(ModelWindow window, int page) {
        return window.env + " window " + window.env.windows.indexOf(window) + " page " + page
                + " (" + window.pages[page] + ")";
    }
}
