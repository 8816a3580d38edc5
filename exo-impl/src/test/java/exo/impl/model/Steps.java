// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** What all steps need: chance, the model, a log, and a comparison of how calls end. */
class Steps {
    private static final int LOGGED = 40;

    final Model model;
    final RandomGenerator random;
    private final Log log;

    Steps(Model model, RandomGenerator random, Log log) {
        this.model = model;
        this.random = random;
        this.log = log;
    }

    /** The last steps, for whoever has to understand a failure. */
    static final class Log {
        private final Deque<String> lines = new ArrayDeque<>();

        void add(String line) {
            lines.addLast(line);
            if (lines.size() > LOGGED) {
                lines.removeFirst();
            }
        }

        @Override
        public String toString() {
            return String.join("\n  ", lines);
        }
    }

    static EnumSet<ErrorCode> reasons() {
        return EnumSet.noneOf(ErrorCode.class);
    }

    void note(String line) {
        log.add(line);
    }

    /**
     * Has an environment call the kernel.
     *
     * @param env which
     * @param reasons why the kernel may refuse; it must if there is one
     * @param call what is called
     * @return whether it was accepted
     */
    boolean attempt(ModelEnv env, EnumSet<ErrorCode> reasons, Consumer<Env> call) {
        model.actor(env);
        try {
            env.puppet.tellTo(call);
        } catch (ExoException e) {
            note("    refused: " + e.code());
            model.happened("refused: " + e.code());
            if (!reasons.contains(e.code())) {
                throw new AssertionError("refused, though " + reasons + " expected", e);
            }
            return false;
        }
        assertTrue(reasons.isEmpty(), () -> "accepted, though there is reason: " + reasons);
        return true;
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    ModelEnv anyEnv() {
        return any(model.envs);
    }

    /** {@return one of the environment's windows, or null} */
    ModelWindow anyWindow(ModelEnv env) {
        return env.windows.isEmpty() ? null : any(env.windows);
    }

    /** {@return some window of some environment that has one, or null} */
    ModelWindow anyWindow() {
        return anyWindow(any(model.envs.stream()
                .filter(env -> !env.windows.isEmpty() || env.isRoot())
                .toList()));
    }

    boolean isRare(int times) {
        return random.nextInt(times) == 0;
    }
}
