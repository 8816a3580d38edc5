// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts skipped and aborted tests by what they wanted, prints the sum at the end, and writes it to
 * {@code target/skips.txt}: a first line that names the build, then {@code count want: cause}
 * a line.
 *
 * <p>Runs of the same build ({@code -Dexo.build}) add up; a run of another build starts anew.
 */
public final class SkipCounter implements TestExecutionListener {

    private static final String HEADER = "build ";

    private final Path target;
    private final String build;
    private final PrintStream out;
    /** Tests by reason, want and cause; any thread that runs tests writes. */
    private final Map<String, Integer> reasons = new ConcurrentHashMap<>();
    /** Set once, by the thread that starts the plan, before any test. */
    private TestPlan plan;

    /** For the launcher: writes below the folder of the module under test. */
    public SkipCounter() {
        this(Path.of(System.getProperty("basedir", ""), "target"),
                System.getProperty("exo.build", ""), System.out);
    }

    SkipCounter(Path target, String build, PrintStream out) {
        this.target = target;
        this.build = build;
        this.out = out;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        int inside = (int) plan.getDescendants(test)
                .stream()
                .filter(TestIdentifier::isTest)
                .count();
        reasons.merge(shorten(reason), Math.max(1, inside), Integer::sum);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            String reason = result.getThrowable().map(Throwable::getMessage).orElse("no reason");
            reasons.merge(shorten(reason), 1, Integer::sum);
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan testPlan) {
        String line = summary(reasons);
        if (!line.isEmpty()) {
            out.println(line);
        }
        if (Files.isDirectory(target)) {
            write();
        }
    }

    /**
     * {@return the first line of a reason, without the words that every counted one begins with}
     */
    static String shorten(String reason) {
        String line = String.valueOf(reason).lines().findFirst().orElse("no reason");
        return line.startsWith(Wants.PREFIX) ? line.substring(Wants.PREFIX.length()) : line;
    }

    /** {@return one line about all skips; empty if there are none} */
    static String summary(Map<String, Integer> reasons) {
        Map<String, Integer> wants = new TreeMap<>();
        reasons.forEach(
                (reason, count) -> wants.merge(reason.split(":", 2)[0], count, Integer::sum));
        int sum = wants.values().stream().mapToInt(Integer::intValue).sum();
        return sum == 0
                ? ""
                : "skipped " + sum + " for want of: " + wants.entrySet()
                        .stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
    }

    private void write() {
        Path file = target.resolve("skips.txt");
        try {
            Map<String, Integer> all = new TreeMap<>(earlier(file));
            reasons.forEach((reason, count) -> all.merge(reason, count, Integer::sum));
            List<String> lines = new ArrayList<>(List.of(HEADER + build));
            all.forEach((reason, count) -> lines.add(count + " " + reason));
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Integer> earlier(Path file) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (build.isEmpty() || lines.isEmpty() || !lines.getFirst().equals(HEADER + build)) {
            return found;
        }
        for (String line : lines.subList(1, lines.size())) {
            int blank = line.indexOf(' ');
            found.put(line.substring(blank + 1), Integer.valueOf(line.substring(0, blank)));
        }
        return found;
    }
}
