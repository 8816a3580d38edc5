// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Capability;
import exo.api.EnvControl;
import exo.api.ErrorCode;
import exo.api.Rights;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Steps with capabilities. */
final class CapSteps extends Steps {
    private static final int MAX_DEPTH = 60;

    private int lastLabel;

    CapSteps(Model model, RandomGenerator random, Log log) {
        super(model, random, log);
    }

    String newLabel() {
        return "c" + ++lastLabel;
    }

    private ModelCap anyCap(ModelEnv env, Predicate<ModelCap> which) {
        List<ModelCap> all = env.keys.values().stream().filter(which).toList();
        return all.isEmpty() ? null : any(all);
    }

    /** {@return a capability that somebody holds, or held, or null} */
    ModelCap anyCap(Predicate<ModelCap> which) {
        if (isRare(20) && !model.dead.isEmpty()) {
            ModelCap dead = any(model.dead);
            boolean fits = which.test(dead) && model.envs.contains(dead.holder);
            return fits ? dead : null;
        }
        List<ModelEnv> holders = model.envs.stream()
                .filter(env -> env.keys.values().stream().anyMatch(which))
                .toList();
        return holders.isEmpty() ? null : anyCap(any(holders), which);
    }

    private EnumSet<ErrorCode> reasonsOfDerived(ModelCap source, Rights rights) {
        EnumSet<ErrorCode> reasons = reasons();
        if (!source.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        if (!source.rights.contains(rights)) {
            reasons.add(ErrorCode.INSUFFICIENT);
        }
        if (!source.holder.hasObjects(1)) {
            reasons.add(ErrorCode.QUOTA);
        }
        return reasons;
    }

    private Rights someRights(ModelCap source) {
        if (isRare(10)) {
            return Rights.ALL;
        }
        Rights rights = source.rights;
        for (Rights each : List.of(Rights.WRITE, Rights.GRANT, Rights.REVOKE)) {
            rights = isRare(5) ? rights.without(each) : rights;
        }
        return rights;
    }

    void derive() {
        ModelCap source = anyCap(cap -> cap.depth() < MAX_DEPTH);
        if (source == null) {
            return;
        }
        ModelEnv env = source.holder;
        Rights rights = someRights(source);
        EnumSet<ErrorCode> reasons = reasonsOfDerived(source, rights);
        String label = newLabel();
        if (isRare(10) && !env.keys.isEmpty()) {
            label = any(List.copyOf(env.keys.keySet()));
            reasons.add(ErrorCode.ALREADY_EXISTS);
        }
        String chosen = label;
        note(env + " derives " + chosen + " from " + source + " for " + rights);
        Capability[] made = new Capability[1];
        if (attempt(env, reasons,
                real -> made[0] = real.keys().derive(source.real, rights, chosen))) {
            add(made[0], source, env);
        }
    }

    private void add(Capability real, ModelCap source, ModelEnv holder) {
        new ModelCap(real, source, holder, source.holder, source.resource);
    }

    void grant() {
        ModelCap to = anyCap(cap -> !cap.isFrames());
        ModelCap source = to == null ? null : anyCap(to.holder, c -> c.depth() < MAX_DEPTH);
        if (source == null || !model.envs.contains(to.resource.target())) {
            return;
        }
        ModelEnv env = to.holder;
        ModelEnv target = to.resource.target();
        Rights rights = someRights(source);
        EnumSet<ErrorCode> reasons = reasonsOfDerived(source, rights);
        if (!to.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        if (!to.rights.contains(Rights.GRANT) || !source.rights.contains(Rights.GRANT)) {
            reasons.add(ErrorCode.INSUFFICIENT);
        }
        String label = newLabel();
        note(env + " grants " + label + " from " + source + " for " + rights + " to " + target);
        if (attempt(env, reasons,
                real -> real.keys().grant(source.real, (EnvControl) to.real, rights, label))) {
            add(target.puppet.tell(real -> real.keys().find(label, Capability.class)), source,
                    target);
        }
    }

    void revoke() {
        ModelCap cap = anyCap(c -> true);
        if (cap == null) {
            return;
        }
        EnumSet<ErrorCode> reasons = reasons();
        if (!cap.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        if (!cap.rights.contains(Rights.REVOKE)) {
            reasons.add(ErrorCode.INSUFFICIENT);
        }
        note(cap.holder + " revokes " + cap);
        int[] count = new int[1];
        if (attempt(cap.holder, reasons, real -> count[0] = real.keys().revoke(cap.real))) {
            assertEquals(model.revoke(cap), count[0], "so many were revoked");
        }
    }

    void drop() {
        ModelCap cap = anyCap(c -> !c.isControl());
        if (cap == null) {
            return;
        }
        ModelEnv caller = isRare(20) ? anyEnv() : cap.holder;
        EnumSet<ErrorCode> reasons = reasons();
        if (!cap.alive) {
            reasons.add(ErrorCode.REVOKED);
        }
        if (caller != cap.holder) {
            reasons.add(ErrorCode.FOREIGN);
        }
        note(caller + " drops " + cap);
        if (attempt(caller, reasons, real -> real.keys().drop(cap.real))) {
            model.die(cap);
        }
    }
}
