// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.LibOs;
import java.time.Duration;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Runs test code inside an environment and brings its failure back. */
public final class TestEnv {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private TestEnv() {}

    /** Runs the code in a child environment, waits for its end, and rethrows what it threw. */
    public static void run(Env parent, EnvSpec spec, LibOs code) {
        await(parent.createEnv(spec, code));
    }

    /** Waits until an environment has ended, and rethrows what its libOS threw. */
    public static void await(EnvControl child) {
        EnvExit exit;
        try {
            exit = child.awaitExit(PATIENCE)
                    .orElseThrow(() -> new AssertionError(child.envName() + " did not end"));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        exit.failure().ifPresent(failure -> {
            throw new AssertionError(child.envName() + " failed: " + failure, failure);
        });
        assertEquals(EnvExit.Reason.RETURNED, exit.reason());
    }
}
