// SPDX-License-Identifier: Apache-2.0
package exo.testkit.guard;

import exo.testkit.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a class of tests that leaves threads of the project behind which compute for ever: they
 * take the processor from all tests that follow. JUnit finds it by itself.
 */
public final class Spinners implements AfterAllCallback {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final String PROJECT = "exo.";
    /** Threads inside it sleep in the host, although the JVM calls them runnable. */
    private static final String HOST_CALL = "exo.host.linux.Syscall";

    /** For JUnit. */
    public Spinners() {}

    @Override
    public void afterAll(ExtensionContext context) {
        check(DEADLINE);
    }

    /**
     * Waits until no thread of the project computes any more that did at the start.
     *
     * @param deadline how long
     * @throws AssertionError with their stacks, if some still do then
     */
    static void check(Duration deadline) {
        Map<Thread, StackTraceElement[]> first = computing();
        if (first.isEmpty()) {
            return;
        }
        Set<Thread> left = first.keySet();
        try {
            Await.until("no thread is left that computes", deadline, () -> {
                left.retainAll(computing().keySet());
                return left.isEmpty();
            });
        } catch (AssertionError e) {
            for (Thread spinner : left) {
                AssertionError where = new AssertionError("thread " + spinner.getName()
                        + " goes on after its test; have the test stop it");
                where.setStackTrace(first.get(spinner));
                e.addSuppressed(where);
            }
            throw e;
        }
    }

    private static Map<Thread, StackTraceElement[]> computing() {
        return Thread.getAllStackTraces()
                .entrySet()
                .stream()
                .filter(entry -> entry.getKey() != Thread.currentThread())
                .filter(entry -> entry.getKey().getState() == Thread.State.RUNNABLE)
                .filter(entry -> computes(entry.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static boolean computes(StackTraceElement[] stack) {
        if (stack.length == 0 || stack[0].isNativeMethod()) {
            return false;
        }
        Optional<String> where = Arrays.stream(stack)
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith(PROJECT))
                .findFirst();
        return where.isPresent() && !where.get().equals(HOST_CALL);
    }
}
