// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Quota;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.api.upcall.RevokeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Steps with environments: how they begin, lose frames of their quota, and end. */
final class EnvSteps extends Steps {
    private static final int MOST_ENVS = 50;
    private static final int MOST_LEVELS = 3;
    private static final Duration LONG = Duration.ofSeconds(30);

    private int lastName;

    EnvSteps(Model model, RandomGenerator random, Log log) {
        super(model, random, log);
    }

    // ---- the beginning -------------------------------------------------------------------------

    void create() {
        ModelEnv parent = anyEnv();
        if (model.envs.size() > MOST_ENVS || parent.level == MOST_LEVELS) {
            return;
        }
        Quota quota = someQuota(parent);
        EnumSet<ErrorCode> reasons = reasons();
        if (quota.frames() > parent.quota.frames() - parent.guaranteedUsed()
                || quota.extraFrames() > parent.quota.extraFrames() - parent.extraUsed()
                || quota.threads() > parent.quota.threads() - parent.threads()
                || !parent.hasObjects(quota.objects() + 1)) {
            reasons.add(ErrorCode.QUOTA);
        }
        String name = "env" + ++lastName;
        note(parent + " creates " + name + " with " + quota);
        Puppet puppet = Puppet.create();
        EnvSpec spec = EnvSpec.named(name)
                .frames(quota.frames())
                .extraFrames(quota.extraFrames())
                .objects(quota.objects())
                .threads(quota.threads());
        EnvControl[] made = new EnvControl[1];
        if (attempt(parent, reasons, real -> made[0] = real.createEnv(spec, puppet))) {
            model.happened("environments on level " + (parent.level + 1));
            ModelEnv env = new ModelEnv(name, made[0].envId(), parent, puppet, quota);
            env.control = new ModelCap(made[0], null, parent, parent,
                    ModelCap.Resource.controlOf(env));
            parent.children.add(env);
            model.envs.add(env);
        }
    }

    private Quota someQuota(ModelEnv parent) {
        int deeper = MOST_LEVELS - parent.level; // levels below it
        int rest = parent.quota.frames() - parent.guaranteedUsed();
        int lent = parent.quota.extraFrames() - parent.extraUsed();
        return Quota.LEAST
                .withFrames(isRare(20) ? rest + 1 : random.nextInt(Math.clamp(rest, 0, 8) + 1))
                .withExtraFrames(random.nextInt(Math.clamp(lent, 0, 50) + 1))
                .withObjects(8 + random.nextInt(deeper * deeper * deeper * 12))
                .withThreads(deeper == 3 ? 12 : deeper == 2 ? 4 : 1);
    }

    // ---- the end -------------------------------------------------------------------------------

    void end() {
        ModelEnv env = anyEnv();
        if (env.isRoot()) {
            return;
        }
        switch (random.nextInt(100)) {
            case 0 -> abort(env);
            case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 -> leave(env, true);
            case 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 -> leave(env, false);
            default -> end(env);
        }
    }

    private static void listen(ModelEnv env) {
        env.children.forEach(child -> {
            listen(child);
            child.puppet.listenToTheEnd();
        });
    }

    /** Its creator ends it. */
    void end(ModelEnv env) {
        note(env.parent + " ends " + env);
        listen(env);
        env.puppet.listenToTheEnd();
        Duration grace = isRare(2) ? LONG : Duration.ZERO;
        EnvExit exit = env.parent.puppet.tell(real -> env.realControl().end(grace));
        assertEquals(EnvExit.Reason.ENDED, exit.reason());
        model.end(env);
    }

    /** It returns, or throws. */
    private void leave(ModelEnv env, boolean byThrowing) {
        note(env + (byThrowing ? " throws" : " returns"));
        listen(env);
        env.puppet.leave(byThrowing);
        EnvExit exit = env.parent.puppet.tell(real -> env.realControl().awaitExit(LONG))
                .orElseThrow(() -> new AssertionError(env + " does not end"));
        assertEquals(byThrowing ? EnvExit.Reason.FAILED : EnvExit.Reason.RETURNED, exit.reason());
        model.end(env);
    }

    /** Its creator ends it while it hears nothing. */
    private void abort(ModelEnv env) {
        note(env.parent + " aborts " + env);
        listen(env);
        EnvExit exit = env.parent.puppet.tell(real -> env.realControl().end(Duration.ZERO));
        assertEquals(EnvExit.Reason.ABORTED, exit.reason());
        env.puppet.leave(false);
        model.end(env);
    }

    // ---- reclaiming ----------------------------------------------------------------------------

    void reclaim() {
        ModelEnv env = anyEnv();
        if (env.isRoot() || env.quota.frames() == 0) {
            return;
        }
        int most = env.quota.frames();
        int some = 1 + random.nextInt(Math.min(3, most) + (isRare(10) ? 3 : 0));
        int count = isRare(3) ? most : some;
        if (count > env.quota.frames() || isRare(2)) {
            reclaimByForce(env, count);
        } else {
            reclaimFromWhoAnswers(env, count);
        }
    }

    private void reclaimByForce(ModelEnv env, int count) {
        Notice notice = isRare(4) ? Notice.demand(Duration.ofMillis(1)) : Notice.NONE;
        EnumSet<ErrorCode> reasons = reasons();
        if (count > env.quota.frames()) {
            reasons.add(ErrorCode.OUT_OF_RANGE);
        }
        note(env.parent + " reclaims " + count + " from " + env + " at " + notice);
        Reclaimed[] back = new Reclaimed[1];
        if (attempt(env.parent, reasons, real -> back[0] = env.realControl()
                .reclaim(ResourceKind.FRAMES, count, notice))) {
            assertEquals(model.reclaim(env, count), back[0].forced(), "so many were forced");
        }
    }

    private void reclaimFromWhoAnswers(ModelEnv env, int count) {
        int excess = Math.max(0, env.guaranteedUsed() - env.quota.frames() + count);
        int idle = Math.min(excess, env.idleCount());
        List<Puppet.Page> plan = plan(env);
        if (excess - idle > plan.size() || excess > env.guaranteed) {
            return; // it could not answer
        }
        note(env.parent + " reclaims " + count + " from " + env + ", who answers");
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<List<RevokeRequest>> requests = env.puppet.answer(plan, over);
        model.actor(env);
        Reclaimed back = env.parent.puppet.tell(real -> env.realControl()
                .reclaim(ResourceKind.FRAMES, count, Notice.demand(LONG)));
        over.set(true);
        assertEquals(0, back.forced());
        List<Long> asked = Puppet.outcome(requests).stream().map(RevokeRequest::count).toList();
        assertEquals(excess > idle ? List.of((long) excess - idle) : List.of(), asked,
                "it is asked for what is not idle");
        env.quota = env.quota.withFrames(env.quota.frames() - count);
        returnIdle(env, idle);
        for (Puppet.Page page : plan.subList(0, excess - idle)) {
            ModelWindow window = env.windows.stream()
                    .filter(w -> w.real.equals(page.window()))
                    .findFirst()
                    .orElseThrow();
            model.releasePages(window, page.index(), 1);
        }
        env.parent.guaranteeExtra();
    }

    private List<Puppet.Page> plan(ModelEnv env) {
        List<Puppet.Page> plan = new ArrayList<>();
        for (ModelWindow window : env.windows) {
            for (int i = 0; i < window.pages.length; i++) {
                if (window.pages[i].kind.isCharged() && !window.pages[i].idle) {
                    plan.add(new Puppet.Page(window.real, i));
                }
            }
        }
        Collections.shuffle(plan, new java.util.Random(random.nextLong()));
        return plan;
    }

    /** The kernel returns idle pages by itself: of each window, those returned last. */
    private void returnIdle(ModelEnv env, int count) {
        int left = count;
        for (ModelWindow window : env.windows) {
            while (left > 0 && !window.idle.isEmpty()) {
                model.releasePages(window, window.idle.getFirst(), 1);
                left--;
            }
        }
    }

    /** Delivers what the environment has not been told yet. */
    void poll() {
        ModelEnv env = anyEnv();
        note(env + " polls");
        assertEquals(env.unseen, env.puppet.pollRepossessions(), "so many were taken");
        env.unseen = 0;
    }

    /** Looks at an environment without the right to. */
    void peek(ModelCap cap) {
        if (cap == null || cap.isFrames()) {
            return;
        }
        note(cap.holder + " asks for the account by " + cap);
        EnumSet<ErrorCode> reasons = reasons();
        if (!cap.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        assertTrue(cap.rights.contains(Rights.READ), "nobody drops READ here");
        attempt(cap.holder, reasons, real -> assertEquals(
                cap.resource.target().charged() - cap.resource.target().idleCount(),
                ((EnvControl) cap.real).account().framesHeld()));
    }
}
