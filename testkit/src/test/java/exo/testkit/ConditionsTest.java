// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

class ConditionsTest {

    private static final String REQUIRE_ALL = "exo.requireAll";
    private static final String MOON = "1 a blue moon: it is yellow";
    private static final String TOOL = "exo-no-such-tool: no such command in PATH";

    /** Run by the tests below, not by the build. */
    static final class Samples {
        @Test
        @NeedsTool({"sh", "exo-no-such-tool"})
        void wantsATool() {
            fail("must not run");
        }

        @Test
        @NeedsTool("sh")
        void hasItsTool() {}

        @Test
        void wantsSomethingElse() {
            Wants.demand(true, "nothing", "");
            Wants.demand(false, "a blue moon", "it is yellow");
        }
    }

    @NeedsTool("exo-no-such-tool")
    static final class SkippedSamples {
        @Test
        void first() {}

        @Test
        void second() {}
    }

    @ExtendWith(Seeds.class)
    static final class SeededSamples {
        @Test
        void fails(Seed seed) {
            throw new IllegalStateException("on purpose, with " + seed.random().nextInt());
        }
    }

    @TempDir
    Path target;

    private final String requiredBefore = System.getProperty(REQUIRE_ALL, "false");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final List<String> results = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    private void run(Class<?> samples, String build) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(samples))
                .build();
        Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .addTestExecutionListeners(
                        new SkipCounter(target, build, new PrintStream(printed, true)),
                        new Recorder())
                .build());
        launcher.execute(request);
        results.sort(null);
    }

    private final class Recorder implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                results.add(test.getDisplayName() + " " + result.getStatus());
                result.getThrowable().ifPresent(failures::add);
            }
        }
    }

    private List<String> written() throws IOException {
        return Files.readAllLines(target.resolve("skips.txt"));
    }

    /** The build itself may require all; the samples start from the default. */
    @BeforeEach
    void requireNothing() {
        System.clearProperty(REQUIRE_ALL);
    }

    @AfterEach
    void requireAsBefore() {
        System.setProperty(REQUIRE_ALL, requiredBefore);
    }

    @Test
    void shouldSkipWhatTheHostLacksAndCountIt() throws IOException {
        run(Samples.class, "1");
        assertEquals(List.of("hasItsTool() SUCCESSFUL", "wantsSomethingElse() ABORTED"), results);
        assertEquals(List.of("build 1", MOON, "1 " + TOOL), written());
    }

    @Test
    void shouldFailInsteadOfSkippingIfAllIsRequired() throws IOException {
        System.setProperty(REQUIRE_ALL, "true");
        run(Samples.class, "1");
        assertEquals(List.of("hasItsTool() SUCCESSFUL", "wantsATool() FAILED",
                "wantsSomethingElse() FAILED"), results);
        assertEquals(List.of("build 1"), written());
    }

    @Test
    void shouldCountEachTestOfASkippedClass() throws IOException {
        run(SkippedSamples.class, "1");
        assertEquals(List.of("build 1", "2 " + TOOL), written());
        assertEquals("skipped 2 for want of: exo-no-such-tool 2\n",
                printed.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldAddUpTheRunsOfOneBuildOnly() throws IOException {
        run(SkippedSamples.class, "1");
        run(Samples.class, "1");
        assertEquals(List.of("build 1", MOON, "3 " + TOOL), written());
        run(SkippedSamples.class, "2");
        assertEquals(List.of("build 2", "2 " + TOOL), written());
    }

    @Test
    void shouldSumUpInOneLine() {
        assertEquals("", SkipCounter.summary(Map.of()));
        assertEquals("skipped 3 for want of: root 1, tcpdump 2",
                SkipCounter.summary(Map.of("tcpdump: a", 1, "tcpdump: b", 1, "root", 1)));
        assertEquals("root", SkipCounter.shorten("for want of root"));
        assertEquals("NETNS: no ip", SkipCounter.shorten("for want of NETNS: no ip\nmore"));
        assertEquals("some other reason", SkipCounter.shorten("some other reason"));
    }

    @Test
    void shouldNameTheSeedOfAFailedTest() {
        System.setProperty(Seed.PROPERTY, "0x2a");
        try {
            run(SeededSamples.class, "1");
        } finally {
            System.clearProperty(Seed.PROPERTY);
        }
        assertEquals(List.of("fails(Seed) FAILED"), results);
        String noted = failures.getFirst().getSuppressed()[0].getMessage();
        assertTrue(noted.contains("repeat with -Dexo.seed=42"), noted);
        assertEquals("on purpose, with " + new Seed(42).random().nextInt(),
                failures.getFirst().getMessage());
    }

    @Test
    void shouldProbeEachFacilityWithoutLeavingATrace() {
        for (HostFacility facility : HostFacility.values()) {
            String cause = facility.missingCause().orElse("present");
            assertTrue(!cause.isBlank(), facility.name());
            assertEquals(cause, facility.missingCause().orElse("present"));
        }
        long pid = ProcessHandle.current().pid();
        assertTrue(Command.run("cat", "/proc/self/mounts")
                .lines()
                .noneMatch(l -> l.startsWith("exo-" + pid + "-")));
    }
}
