// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import java.util.List;
import java.util.random.RandomGenerator;

/** Chooses the steps. */
final class Chance {
    private final Model model;
    private final RandomGenerator random;
    private final PageSteps pages;
    private final CapSteps caps;
    private final EnvSteps envs;

    Chance(Model model, RandomGenerator random, Steps.Log log) {
        this.model = model;
        this.random = random;
        this.pages = new PageSteps(model, random, log);
        this.caps = new CapSteps(model, random, log);
        this.envs = new EnvSteps(model, random, log);
    }

    void step() {
        switch (random.nextInt(100)) {
            case 0, 1, 2, 3, 4, 5, 6 -> envs.create();
            case 7 -> envs.end();
            case 8, 9, 10 -> envs.reclaim();
            case 15, 16 -> envs.poll();
            case 17 -> envs.peek(caps.anyCap(cap -> !cap.isFrames()));
            case 18, 19, 20, 21, 22, 23 -> pages.bind();
            case 24 -> pages.close();
            case 25, 26, 27 -> pages.release();
            case 31, 32, 33, 34, 35, 36, 37, 38 -> pages.write();
            case 39, 40, 41, 42, 43 -> pages.returnPage();
            case 44, 45 -> pages.takePage();
            case 46 -> pages.replay();
            case 11, 12, 47, 48 -> pages.guarantee();
            case 49, 50, 51, 52, 53 -> pages.share(caps.newLabel());
            case 13, 14, 54, 55, 56, 57, 58 -> pages.snapshot(caps.newLabel());
            case 59, 60, 61, 62, 63, 64, 65, 66 -> map(false);
            case 67, 68, 69, 70, 71, 72 -> map(true);
            case 73, 74, 75 -> pages.settle();
            case 76, 77, 78 -> caps.derive();
            case 79, 80, 81, 82, 83 -> caps.grant();
            case 84 -> caps.revoke();
            case 85, 86 -> caps.drop();
            default -> pages.alloc();
        }
    }

    private void map(boolean asCopy) {
        ModelCap cap = caps.anyCap(c -> c.isFrames() && (!asCopy || c.isFrozen()));
        if (cap != null) {
            pages.map(cap, asCopy);
        }
    }

    /** Ends all environments, closes the root's windows, and drops what it holds. */
    void endAll() {
        List.copyOf(model.root.children).forEach(envs::end);
        model.actor(model.root);
        while (!model.root.windows.isEmpty()) {
            model.root.windows.getFirst().real.close();
            model.closeWindow(model.root.windows.getFirst());
        }
        while (!model.root.keys.isEmpty()) {
            ModelCap cap = model.root.keys.values().iterator().next();
            model.root.puppet.tellTo(real -> real.keys().drop(cap.real));
            model.die(cap);
        }
    }
}
