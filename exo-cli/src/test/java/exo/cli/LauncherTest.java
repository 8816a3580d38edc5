// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.Command;
import exo.testkit.Subprocess;
import exo.testkit.Wants;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The script {@code exo}: as it stands in the project with what was packaged, and in a tree of its
 * own where {@code mvn} and the JDKs are scripts that write down how they were called.
 */
class LauncherTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path PROJECT = Path.of(System.getProperty("exo.basedir"));
    private static final Path REAL_JDK = Path.of(System.getProperty("java.home"));
    private static final List<String> TOOLS = List.of("bash", "env", "find", "readlink", "cksum",
            "mktemp", "touch", "mv", "rm", "cat", "flock", "head", "sync", "sh", "sleep", "mkdir",
            "dirname");

    private static final String JAVA = """
            for a; do
              case $a in
                -XX:ArchiveClassesAtExit=*) echo archive >"${a#*=}"; exit 0;;
                exit-*) exit "${a#exit-}";;
                wait) echo "pid $$"; exec sleep 1000;;
              esac
            done
            options=$JAVA_TOOL_OPTIONS$JDK_JAVA_OPTIONS$_JAVA_OPTIONS$CLASSPATH
            echo "from NAME; options: $options"
            for a; do echo "<$a>"; done
            """;
    private static final String MAVEN = """
            echo "JAVA_HOME=$JAVA_HOME $*" >>mvn.log
            echo "what Maven says"
            while [ -e hold ]; do sleep 0.02; done
            [ -e fail ] && exit 1
            mkdir -p exo-cli/target/exo/lib
            : >exo-cli/target/exo/lib/exo-cli-1.jar
            """;

    @TempDir
    Path temp;

    private Path tree;
    private Path bin;
    private Path jdks;
    private final Map<String, String> env = new LinkedHashMap<>();

    @BeforeEach
    void makeATree() throws IOException {
        tree = temp.resolve("a tree");
        bin = Files.createDirectories(temp.resolve("bin"));
        jdks = Files.createDirectories(temp.resolve("jdks"));
        for (String tool : TOOLS) {
            script(bin.resolve(tool), "exec " + Wants.findTool(tool).orElseThrow() + " \"$@\"\n");
        }
        Files.createDirectories(tree.resolve("exo-cli/src/main/java"));
        Files.createDirectories(tree.resolve("exo-cli/src/test/java"));
        Files.writeString(tree.resolve("pom.xml"), "<project/>\n");
        Files.writeString(tree.resolve("exo-cli/pom.xml"), "<project/>\n");
        Files.writeString(tree.resolve("exo-cli/src/main/java/A.java"), "class A {}\n");
        Files.copy(PROJECT.resolve("exo"), tree.resolve("exo"));
        script(bin.resolve("mvn"), MAVEN);
        env.put("PATH", bin.toString());
        env.put("HOME", Files.createDirectory(temp.resolve("home")).toString());
        env.put("EXO_JDK_DIRS", jdks.toString());
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /**
     * Makes a JDK whose java writes its arguments down, a line each, or does what the first says.
     */
    private Path fakeJdk(String name, String version) throws IOException {
        Path home = jdks.resolve(name);
        script(home.resolve("bin/java"), JAVA.replace("NAME", name));
        script(home.resolve("bin/javac"), "exit 0\n");
        Files.writeString(home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private Subprocess start(String... arguments) {
        List<String> command = new ArrayList<>(List.of(tree.resolve("exo").toString()));
        command.addAll(List.of(arguments));
        return Subprocess.builder(command).onlyEnv(env).directory(temp).start();
    }

    private Command.Result run(String... arguments) {
        try (Subprocess child = start(arguments)) {
            int exit = child.awaitExit(LONG);
            return new Command.Result(exit, child.output(), child.errors());
        }
    }

    private Command.Result runReal(Path command, Map<String, String> variables) {
        Subprocess.Builder builder = Subprocess.builder(List.of(command.toString(), "--version"))
                .directory(temp)
                .env("EXO_JAVA_HOME", REAL_JDK.toString());
        variables.forEach(builder::env);
        try (Subprocess child = builder.start()) {
            int exit = child.awaitExit(LONG);
            return new Command.Result(exit, child.output(), child.errors());
        }
    }

    private List<String> builds() throws IOException {
        Path log = tree.resolve("mvn.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private static void assertPlainVersion(Command.Result result) {
        assertEquals(0, result.exit(), result.errors());
        assertTrue(result.output().matches("exo \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n"),
                result.output());
        assertTrue(result.errors()
                .lines()
                .noneMatch(
                        l -> l.startsWith("exo:") || l.contains("Picked up") || l.startsWith("[")),
                result.errors());
    }

    @Test
    void shouldRunFromAnotherFolderThroughALink() throws IOException {
        Path link = Files.createDirectory(temp.resolve("a folder")).resolve("a link");
        Files.createSymbolicLink(link, PROJECT.resolve("exo"));
        try {
            assertPlainVersion(runReal(link, Map.of()));
        } finally {
            // JUnit warns of links that lead out of its folder.
            Files.delete(link);
        }
    }

    @Test
    void shouldIgnoreVariablesThatAddJvmOptions() {
        assertPlainVersion(runReal(PROJECT.resolve("exo"), Map.of("JAVA_TOOL_OPTIONS", "-Da=b",
                "JDK_JAVA_OPTIONS", "-Xbroken", "_JAVA_OPTIONS", "-Da=b", "CLASSPATH", "nowhere")));
    }

    @Test
    void shouldRunWithABrokenOrStaleArchive() throws IOException {
        Path home = tree.resolve("exo-cli/target/exo");
        Path lib = Files.createDirectories(home.resolve("lib"));
        try (Stream<Path> jars = Files.list(PROJECT.resolve("exo-cli/target/exo/lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        assertPlainVersion(runReal(tree.resolve("exo"), Map.of()));
        Path archive = onlyArchive(home);
        assertTrue(Files.size(archive) > 100_000);
        try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        assertPlainVersion(runReal(tree.resolve("exo"), Map.of()));
        Files.writeString(archive, "no archive at all");
        assertPlainVersion(runReal(tree.resolve("exo"), Map.of()));
        Files.delete(archive);
        assertPlainVersion(runReal(tree.resolve("exo"), Map.of()));
        try (Stream<Path> jars = Files.list(lib)) {
            for (Path jar : jars.toList()) {
                // Older, so that the launcher has no reason to make the archive again.
                Files.setLastModifiedTime(jar,
                        FileTime.from(Instant.now().minus(Duration.ofSeconds(1))));
            }
        }
        backdate(tree.resolve("exo-cli/src/main/java/A.java"));
        assertPlainVersion(runReal(tree.resolve("exo"), Map.of()));
    }

    private static Path onlyArchive(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            List<Path> archives = files.filter(f -> f.toString().endsWith(".jsa")).toList();
            assertEquals(1, archives.size(), archives.toString());
            return archives.getFirst();
        }
    }

    /** Makes a file, and the folders up to the tree's root, an hour old. */
    private void backdate(Path file) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (Path at = file; at.startsWith(tree); at = at.getParent()) {
            Files.setLastModifiedTime(at, old);
        }
        Files.setLastModifiedTime(tree.resolve("pom.xml"), old);
        Files.setLastModifiedTime(tree.resolve("exo-cli/pom.xml"), old);
    }

    @Test
    void shouldSayWhereItLookedForAJdkAndWhatToInstall() throws IOException {
        fakeJdk("seventeen", "17.0.15");
        Files.delete(fakeJdk("jre", "25.0.1").resolve("bin/javac"));
        env.put("JAVA_HOME", temp.resolve("nothing here").toString());
        Command.Result result = run("--version");
        assertEquals(1, result.exit());
        assertEquals("", result.output());
        String said = result.errors();
        assertTrue(said.contains("no JDK 25 found"), said);
        assertTrue(said.contains("JAVA_HOME: no bin/java in " + temp.resolve("nothing here")),
                said);
        assertTrue(said.contains("PATH: no java"), said);
        assertTrue(said.contains("Java 17 in " + jdks.resolve("seventeen")), said);
        assertTrue(said.contains("Java 25 without a compiler in " + jdks.resolve("jre")), said);
        for (String hint : List.of("Debian", "Fedora", "SDKMAN", "EXO_JAVA_HOME")) {
            assertTrue(said.contains(hint), said);
        }
    }

    @Test
    void shouldFallThroughAWrongJavaHomeWithoutAWord() throws IOException {
        env.put("JAVA_HOME", fakeJdk("a seventeen", "17.0.15").toString());
        fakeJdk("b twenty-five", "25.0.1");
        run();
        Command.Result result = run("--version");
        assertEquals(0, result.exit());
        assertTrue(result.output().startsWith("from b twenty-five"), result.output());
        assertEquals("", result.errors());
    }

    @Test
    void shouldPreferTheJdkThatIsNamedForItAndSayIfItDoesNotFit() throws IOException {
        fakeJdk("a", "25.0.1");
        env.put("EXO_JAVA_HOME", fakeJdk("b", "25.0.2").toString());
        run();
        assertTrue(run().output().startsWith("from b"));
        env.put("EXO_JAVA_HOME", fakeJdk("c", "26").toString());
        Command.Result result = run();
        assertTrue(result.output().startsWith("from a"), result.output());
        assertTrue(result.errors().contains("passed over EXO_JAVA_HOME: Java 26"), result.errors());
    }

    @Test
    void shouldFindTheJdkBehindTheCommandInPath() throws IOException {
        Path home = fakeJdk("hidden", "25");
        Path elsewhere = Files.move(home, temp.resolve("elsewhere"));
        Files.createSymbolicLink(bin.resolve("java"), elsewhere.resolve("bin/java"));
        run();
        assertTrue(run().output().startsWith("from hidden"));
    }

    @Test
    void shouldAskAJdkWithoutAReleaseFileForItsVersion() throws IOException {
        Path home = fakeJdk("quiet", "25");
        Files.delete(home.resolve("release"));
        script(home.resolve("bin/java"), "echo 'openjdk version \"25.0.1\" 2025-10-21' >&2\n");
        run();
        assertEquals(0, run().exit());
        script(home.resolve("bin/java"), "echo 'openjdk version \"1.8.0_400\"' >&2\n");
        assertTrue(run().errors().contains("Java 8 in " + home));
    }

    @Test
    void shouldRaiseTheFenceAndPassArgumentsUntouched() throws IOException {
        fakeJdk("a", "25");
        env.put("JAVA_TOOL_OPTIONS", "-Da=b");
        run();
        String said = run("serve", "a b", "", "*", "--x=$y").output();
        assertTrue(said.startsWith("from a; options: \n"), said);
        for (String option : List.of("--enable-native-access=exo.host,org.jnrproject.jffi",
                "--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny")) {
            assertTrue(said.contains("<" + option + ">\n"), said);
        }
        assertTrue(said.contains("<" + tree.resolve("exo-cli/target/exo/lib") + ">\n"), said);
        assertTrue(said.endsWith("<exo.cli/exo.cli.Main>\n<serve>\n<a b>\n<>\n<*>\n<--x=$y>\n"),
                said);
    }

    @Test
    void shouldBecomeTheJvm() throws IOException {
        fakeJdk("a", "25");
        run();
        assertEquals(42, run("exit-42").exit());
        try (Subprocess child = start("wait")) {
            assertEquals("pid " + child.pid(), child.awaitLine("^pid", LONG));
            child.terminate();
            assertEquals(128 + 15, child.awaitExit(LONG));
        }
    }

    @Test
    void shouldBuildOnceAndAgainOnlyWhenAMainSourceChanged() throws IOException {
        Path jdk = fakeJdk("a", "25");
        Command.Result first = run();
        assertEquals(1, first.errors().lines().filter(l -> l.startsWith("exo: building")).count());
        assertFalse(first.errors().contains("what Maven says"), first.errors());
        assertEquals(1, builds().size());
        assertTrue(builds().getFirst().startsWith("JAVA_HOME=" + jdk), builds().getFirst());
        assertEquals("", run().errors());
        Files.writeString(tree.resolve("exo-cli/src/test/java/T.java"), "class T {}\n");
        assertEquals("", run().errors());
        assertEquals(1, builds().size());
        Files.writeString(tree.resolve("exo-cli/src/main/java/B.java"), "class B {}\n");
        run();
        assertEquals(2, builds().size());
        Files.delete(tree.resolve("exo-cli/src/main/java/B.java"));
        run();
        assertEquals(3, builds().size());
        Files.writeString(tree.resolve("pom.xml"), "<project></project>\n");
        run();
        assertEquals(4, builds().size());
        run();
        assertEquals(4, builds().size());
    }

    @Test
    void shouldShowWhatMavenSaidWhenTheBuildFails() throws IOException {
        fakeJdk("a", "25");
        Files.createFile(tree.resolve("fail"));
        Command.Result result = run();
        assertEquals(1, result.exit());
        assertEquals("", result.output());
        assertTrue(result.errors().contains("what Maven says"), result.errors());
        assertTrue(result.errors().contains("the build failed"), result.errors());
    }

    @Test
    void shouldSayThatMavenIsMissing() throws IOException {
        fakeJdk("a", "25");
        Files.delete(bin.resolve("mvn"));
        Command.Result result = run();
        assertEquals(1, result.exit());
        assertTrue(result.errors().contains("Maven 3.8 or later"), result.errors());
    }

    @Test
    void shouldBuildOnceForTwoStartedTogether() throws IOException {
        fakeJdk("a", "25");
        Files.createFile(tree.resolve("hold"));
        try (Subprocess one = start("x"); Subprocess other = start("y")) {
            Files.delete(tree.resolve("hold"));
            assertEquals(0, one.awaitExit(LONG));
            assertEquals(0, other.awaitExit(LONG));
            assertTrue(one.output().endsWith("<x>\n") && other.output().endsWith("<y>\n"));
        }
        assertEquals(1, builds().size());
    }

    @Test
    void shouldRunBenchmarksOnlyWhereThereAreAny() throws IOException {
        fakeJdk("a", "25");
        Command.Result result = run("bench");
        assertEquals(1, result.exit());
        assertTrue(result.errors().contains("no benchmarks"), result.errors());
        Files.createDirectories(tree.resolve("benchmarks/target"));
        Files.writeString(tree.resolve("benchmarks/pom.xml"), "<project/>\n");
        Files.writeString(tree.resolve("benchmarks/target/benchmarks.jar"), "");
        result = run("bench", "Page.*");
        assertTrue(result.output().endsWith("<-foe>\n<true>\n<Page.*>\n"), result.output());
        assertEquals(List.of(), builds());
    }
}
