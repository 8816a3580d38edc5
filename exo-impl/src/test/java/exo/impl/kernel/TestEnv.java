// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.CapabilityException;
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
        rethrow(child, exit);
        assertEquals(EnvExit.Reason.RETURNED, exit.reason());
    }

    /** Ends an environment, be it by force, and rethrows what its libOS threw. */
    public static EnvExit end(EnvControl child, Duration grace) {
        EnvExit exit = child.end(grace);
        rethrow(child, exit);
        return exit;
    }

    /** Takes a frame from an environment; if it has ended, rethrows what its libOS threw. */
    public static void takeFrame(EnvControl child, Duration deadline) {
        try {
            child.reclaimFrames(1, deadline);
        } catch (CapabilityException e) {
            await(child);
            throw e;
        }
    }

    private static void rethrow(EnvControl child, EnvExit exit) {
        exit.failure().ifPresent(failure -> {
            throw new AssertionError(child.envName() + " failed: " + failure, failure);
        });
    }
}
