// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names fixtures after the process that owns them, and closes the ones still open when it exits.
 *
 * <p>A fixture whose owner was killed is found by its name: the process id in it is dead.
 */
final class Leftovers {

    private static final Pattern NAME = Pattern.compile("exo-(\\d+)-\\d+");
    private static final AtomicInteger LAST = new AtomicInteger();
    /** Newest first. Guarded by itself. */
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::closeAll, "exo-testkit-exit"));
    }

    private Leftovers() {}

    /** {@return a name that no other fixture of a live process has} */
    static String nextName() {
        return "exo-" + ProcessHandle.current().pid() + "-" + LAST.incrementAndGet();
    }

    /** {@return whether a name was given by a process that is no more} */
    static boolean isStale(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
    }

    /** Has a fixture closed at exit if nobody closes it before. */
    static void opened(AutoCloseable fixture) {
        synchronized (OPEN) {
            OPEN.push(fixture);
        }
    }

    /** Forgets a fixture. {@return whether it was still open} */
    static boolean closing(AutoCloseable fixture) {
        synchronized (OPEN) {
            return OPEN.remove(fixture);
        }
    }

    private static void closeAll() {
        while (true) {
            AutoCloseable fixture;
            synchronized (OPEN) {
                fixture = OPEN.peek();
            }
            if (fixture == null) {
                return;
            }
            try {
                fixture.close();
            } catch (Exception e) {
                System.err.println("not removed at exit: " + fixture + ": " + e);
                closing(fixture);
            }
        }
    }
}
