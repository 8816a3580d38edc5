// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.impl.model.ModelPage.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the kernel's memory, accounts and capabilities should be: written from the interfaces'
 * promises, in the simplest way, with one step after the other. Of the kernel it learns one thing
 * only: which free frames it chose.
 */
final class Model {
    /** What must happen in each run of the test, or little was compared. */
    static final Set<String> SELDOM = Set.of("frames called in", "idle pages taken by force",
            "frozen frames back with their pages", "SHARED pages severed", "VIEW pages severed",
            "environments on level 3", "refused: QUOTA", "refused: EXHAUSTED", "refused: BUSY",
            "refused: STALE", "refused: UNSETTLED", "refused: REVOKED", "refused: FOREIGN",
            "refused: INSUFFICIENT", "refused: ALREADY_EXISTS");
    /** What must happen in a long run. */
    static final Set<String> RARE = Set.of("frozen frames taken by force",
            "marked pages taken by force", "quota reclaimed from children",
            "refused: OUT_OF_RANGE");

    final ModelFrames frames;
    final ModelEnv root;
    /** All that live, creators before what they created. */
    final List<ModelEnv> envs = new ArrayList<>();
    /** Those that died lately. */
    final List<ModelCap> dead = new ArrayList<>();
    /** How often what is seldom happened. */
    final Map<String, Integer> happened = new TreeMap<>();
    /** On whose thread the kernel works in this step. */
    private ModelEnv actor;

    Model(ModelFrames frames, ModelEnv root) {
        this.frames = frames;
        this.root = root;
        this.actor = root;
        envs.add(root);
    }

    void actor(ModelEnv now) {
        actor = now;
    }

    void happened(String what) {
        happened.merge(what, 1, Integer::sum);
    }

    // ---- frames --------------------------------------------------------------------------------

    /** {@return whether frames must be called in before an environment can have so many more} */
    boolean lacks(ModelEnv env, int count) {
        return env.guaranteedOf(count) == count && count > frames.spare();
    }

    /** {@return whether the pool has what an environment may hold} */
    boolean canLend(ModelEnv env, int count) {
        return env.guaranteedOf(count) == count || count <= frames.spare();
    }

    /** Charges frames, for which others may lose theirs. */
    void charge(ModelEnv env, int count) {
        boolean certain = env.guaranteedOf(count) == count;
        env.charge(count);
        if (certain && count > frames.spare()) {
            callIn(count);
        }
    }

    private void callIn(int count) {
        Map<ModelEnv, Integer> keeps = new LinkedHashMap<>();
        int lacking = count - frames.spare();
        while (lacking > 0) {
            ModelEnv victim = envs.stream()
                    .filter(env -> keeps.getOrDefault(env, env.extra) > 0)
                    .max(Comparator
                            .comparingInt((ModelEnv env) -> keeps.getOrDefault(env, env.extra))
                            .thenComparingLong(env -> env.id))
                    .orElseThrow(() -> new AssertionError("the guarantees are too many"));
            int keep = keeps.getOrDefault(victim, victim.extra);
            int share = Math.min(lacking, keep);
            keeps.put(victim, keep - share);
            lacking -= share;
        }
        keeps.forEach((victim, keep) -> {
            int share = Math.min(count - frames.spare(), victim.extra - keep);
            if (share > 0) {
                happened("frames called in");
                force(victim, share);
            }
        });
    }

    /** Takes so many frames of one environment by force; {@return how many it were} */
    int force(ModelEnv env, int most) {
        int before = env.charged();
        forcePages(env, most, page -> {
            happened.merge("idle pages taken by force", page.idle ? 1 : 0, Integer::sum);
            return page.idle;
        });
        forcePages(env, most - before + env.charged(), page -> !page.marked);
        for (ModelCap frozen : List.copyOf(env.snapshots).reversed()) {
            if (before - env.charged() < most) {
                env.lost();
                happened("frozen frames taken by force");
                die(frozen);
            }
        }
        forcePages(env, most - before + env.charged(), page -> {
            happened("marked pages taken by force");
            return true;
        });
        return before - env.charged();
    }

    private void forcePages(ModelEnv env, int most, Predicate<ModelPage> which) {
        int left = most;
        for (ModelWindow window : List.copyOf(env.windows).reversed()) {
            for (int i = window.pages.length - 1; i >= 0 && left > 0; i--) {
                if (window.pages[i].kind.isCharged() && which.test(window.pages[i])) {
                    takePage(window, i);
                    left--;
                }
            }
        }
    }

    /** Takes a part of a quota back; {@return how many frames were forced} */
    int reclaim(ModelEnv env, int count) {
        env.quota = env.quota.withFrames(env.quota.frames() - count);
        int forced = 0;
        while (env.guaranteedUsed() > env.quota.frames()) {
            int own = Math.min(env.guaranteed, env.guaranteedUsed() - env.quota.frames());
            forced += own > 0 ? force(env, own) : 0;
            for (ModelEnv child : env.children) {
                int most = Math.min(env.guaranteedUsed() - env.quota.frames(),
                        child.quota.frames());
                if (most > 0) {
                    happened("quota reclaimed from children");
                    forced += reclaim(child, most);
                }
            }
        }
        env.parent.guaranteeExtra();
        return forced;
    }

    // ---- pages ---------------------------------------------------------------------------------

    void releasePages(ModelWindow window, int first, int count) {
        List<Integer> freed = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            ModelPage page = window.pages[i];
            if (page.kind == Kind.OWN || page.kind == Kind.THAWED) {
                freed.add(page.frame);
            } else if (page.kind == Kind.VIEW) {
                frames.reserve(-1);
                window.env.release(1);
            }
            window.makeVoid(i);
        }
        freed.forEach(frame -> freeFrame(window.env, frame));
    }

    private void takePage(ModelWindow window, int index) {
        window.env.lost();
        releasePages(window, index, 1);
        window.pages[index].taken = true;
    }

    private void freeFrame(ModelEnv env, int frame) {
        frames.free(frame, env);
        env.release(1);
        for (ModelCap share : List.copyOf(env.shares)) {
            if (share.resource.contains(frame)) {
                die(share);
            }
        }
    }

    /** Gives a view a frame, which holds what the view showed. */
    void settle(ModelWindow window, int index, int frame) {
        ModelPage page = window.pages[index];
        long shown = window.content(index, frames);
        if (page.kind == Kind.VIEW) {
            frames.reserve(-1);
            frames.take(new int[]{frame}, window.env);
        }
        page.kind = Kind.OWN;
        page.frame = frame;
        page.cap = null;
        page.written = false;
        frames.write(frame, shown);
    }

    /** The pages that were frozen get their frames back, as far as they still are views. */
    private void thaw(ModelCap frozen) {
        ModelEnv env = frozen.holder;
        ModelWindow window = frozen.resource.window();
        int[] numbers = frozen.resource.frames();
        boolean isOpen = env.windows.contains(window);
        for (int i = 0; i < numbers.length; i++) {
            int index = frozen.resource.firstPage() + i;
            ModelPage page = window.pages[index];
            if (isOpen && page.kind == Kind.VIEW && page.frame == numbers[i]) {
                page.kind = Kind.THAWED;
                happened("frozen frames back with their pages");
                frames.reserve(-1);
                env.release(1);
            } else {
                freeFrame(env, numbers[i]);
            }
        }
        if (!isOpen || actor != env) {
            return;
        }
        for (int i = 0; i < numbers.length; i++) {
            int index = frozen.resource.firstPage() + i;
            if (window.pages[index].kind == Kind.THAWED) {
                settle(window, index, window.pages[index].frame);
            }
        }
    }

    // ---- capabilities --------------------------------------------------------------------------

    void die(ModelCap cap) {
        if (cap.parent != null) {
            cap.parent.children.remove(cap);
        }
        for (ModelCap child : List.copyOf(cap.children)) {
            die(child);
        }
        cap.alive = false;
        cap.holder.keys.remove(cap.real.label(), cap);
        cap.holder.shares.remove(cap);
        cap.holder.snapshots.remove(cap);
        cap.payer.paid--;
        dead.addFirst(cap);
        if (dead.size() > 30) {
            dead.removeLast();
        }
        if (cap.isFrames()) {
            List.copyOf(cap.holder.windows).forEach(window -> sever(window, cap));
        }
        if (cap.isFrozen() && cap.isOriginal()) {
            thaw(cap);
        }
    }

    private void sever(ModelWindow window, ModelCap cap) {
        for (int i = 0; i < window.pages.length; i++) {
            if (window.pages[i].cap == cap) {
                happened(window.pages[i].kind + " pages severed");
                takePage(window, i);
            }
        }
    }

    /** {@return how many were revoked} */
    int revoke(ModelCap cap) {
        int count = cap.below();
        List.copyOf(cap.children).forEach(this::die);
        return count;
    }

    // ---- environments --------------------------------------------------------------------------

    void closeWindow(ModelWindow window) {
        releasePages(window, 0, window.pages.length);
        window.env.windows.remove(window);
    }

    void end(ModelEnv env) {
        List.copyOf(env.children).forEach(this::end);
        ModelEnv before = actor;
        actor = null; // whose thread it is makes no difference any more
        List.copyOf(env.windows).forEach(this::closeWindow);
        while (!env.keys.isEmpty()) {
            die(env.keys.values().iterator().next());
        }
        actor = before;
        env.checkCharge();
        env.parent.children.remove(env);
        env.parent.guaranteeExtra();
        envs.remove(env);
        die(env.control);
    }
}
