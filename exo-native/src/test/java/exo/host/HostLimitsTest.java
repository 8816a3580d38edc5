// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.posix.Posix;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Runs with the fence up: JNR-POSIX has to work under it. */
class HostLimitsTest {
    @Test
    void shouldAgreeHoweverTheHostIsAsked() {
        assertEquals(HostLimits.bySystemCalls(), HostLimits.byPosix());
    }

    @Test
    void shouldLoadTheLibraryOnlyWhenItIsAsked() {
        assertFalse(loads("bySystemCalls").contains(" jnr."));
        assertTrue(loads("byPosix").contains(" jnr."));
    }

    /** {@return what a JVM loads that asks for the limits} */
    private static String loads(String how) {
        try (Subprocess child = ChildJvm.of(Asking.class)
                .jvm("-Xlog:class+load:stdout")
                .arguments(how)
                .start()) {
            assertEquals(0, child.awaitExit(Duration.ofSeconds(60)), child.errors());
            return child.output();
        }
    }

    /** Asks for the limits. */
    static final class Asking {
        private Asking() {}

        /**
         * Prints them.
         *
         * @param args how to ask
         */
        public static void main(String[] args) {
            System.out.println(args[0].equals("byPosix")
                    ? HostLimits.byPosix()
                    : HostLimits.bySystemCalls());
        }
    }

    @Test
    void shouldTellPlausibleLimits() {
        HostLimits limits = HostLimits.byPosix();
        assertTrue(limits.openFiles() >= 64, limits.toString());
        assertTrue(limits.lockedBytes() >= 0, limits.toString());
        assertEquals(System.getProperty("user.name"), limits.userName());
        assertTrue(Posix.processors() >= Runtime.getRuntime().availableProcessors());
    }
}
