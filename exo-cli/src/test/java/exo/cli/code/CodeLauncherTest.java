// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.testkit.Command;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** {@code ./exo code} as users start it: with what was packaged, in a process of its own. */
class CodeLauncherTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path PROJECT = Path.of(System.getProperty("exo.basedir"));
    private static final String JDK = System.getProperty("java.home");
    private static final String ACCEPTED = "mov %r0, 1\nexit\n";

    @TempDir
    Path folder;

    private Command.Result run(List<String> prefix, Path exo, String input, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(exo.toString(), "code"));
        command.addAll(List.of(arguments));
        try (Subprocess child = Subprocess.builder(command)
                .directory(folder)
                .env("EXO_JAVA_HOME", JDK)
                .start()) {
            input.lines().forEach(child::send);
            child.endInput();
            int exit = child.awaitExit(LONG);
            return new Command.Result(exit, child.output(), child.errors());
        }
    }

    private Command.Result give(String input, String... arguments) {
        return run(List.of(), PROJECT.resolve("exo"), input, arguments);
    }

    private void assertPrints(String wanted, String input, String... arguments) {
        assertEnds(0, wanted, give(input, arguments));
    }

    private static void assertEnds(int exit, String output, Command.Result result) {
        assertEquals(new Command.Result(exit, output, ""), result);
    }

    private static void assertSays(String cause, Command.Result result) {
        assertEquals(2, result.exit(), result.toString());
        assertEquals("", result.output());
        assertTrue(result.errors().startsWith("exo: ") && result.errors().contains(cause),
                result.errors());
    }

    @Test
    void shouldRunAProgramOverMemory() {
        // r0 is the second byte.
        String second = "7110010000000000 9500000000000000";
        assertPrints("2a\n", second, "run", "012a");
        assertPrints("2a\n", second, "run", "--engine", "interpret", "012a");
        Command.Result refused = give("b700000001000000", "run");
        assertEquals(1, refused.exit(), refused.toString());
        assertEquals("", refused.output());
        assertTrue(refused.errors().contains("no-exit"), refused.errors());
    }

    @Test
    void shouldSayWhetherAProgramIsTaken() {
        assertPrints("ACCEPT: a run takes 2 instructions at most\n", ACCEPTED, "verify", "-");
        Command.Result rejected = give("mov %r0, %r9\nexit\n", "verify", "-");
        assertEquals(1, rejected.exit(), rejected.toString());
        assertTrue(rejected.output().startsWith("REJECT: ")
                && rejected.output().contains("uninitialized-register"), rejected.output());
        assertEquals("", rejected.errors());
    }

    @Test
    void shouldCompileExpressionsAsTcpdumpPrintsThem() {
        assertPrints("""
                (000) ldh      [12]
                (001) jeq      #0x806           jt 2\tjf 3
                (002) ret      #262144
                (003) ret      #0
                """, "", "compile", "-d", "arp");
        assertPrints("4\n40 0 0 12\n21 0 1 2054\n6 0 0 262144\n6 0 0 0\n", "", "compile", "-ddd",
                "arp");
        Command.Result refused = give("", "compile", "tcp port nosuchport");
        assertEquals(1, refused.exit(), refused.toString());
        assertTrue(refused.errors().contains("nosuchport"), refused.errors());
    }

    @Test
    void shouldFilterACapture() throws IOException {
        ByteBuffer file = ByteBuffer.allocate(24 + 2 * (16 + 14)).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        file.putInt(65_535).putInt(1);
        for (int type : new int[]{0x0806, 0x0800}) {
            file.putInt(0).putInt(0).putInt(14).putInt(14).position(file.position() + 12);
            file.put((byte) (type >> 8)).put((byte) type);
        }
        Path capture = Files.write(folder.resolve("two.pcap"), file.array());
        assertPrints("262144\n0\n", "", "filter", "-r", capture.toString(), "arp");
        assertSays("there is no file none.pcap", give("", "filter", "-r", "none.pcap", "arp"));
    }

    @Test
    void shouldTranslateThereAndBack() throws IOException {
        Path text = Files.writeString(folder.resolve("a program.asm"), ACCEPTED);
        String hex = "b700000001000000\n9500000000000000\n";
        assertPrints(hex, "", "asm", text.toString());
        assertPrints("    mov %r0, 1\n    exit\n", hex, "disasm", "-");
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        for (String command : List.of("verify", "asm", "disasm")) {
            assertSays("there is no file none", give("", command, "none"));
            assertSays("is a directory", give("", command, folder.toString()));
        }
    }

    /** A copy of the launcher and of what it runs, which everybody may read. */
    private Path publicExo() throws IOException {
        Path lib = Files.createDirectories(folder.resolve("tree/exo-cli/target/exo/lib"));
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("exo-cli/src/main"));
        Files.writeString(tree.resolve("pom.xml"), "<project/>\n");
        Files.writeString(tree.resolve("exo-cli/pom.xml"), "<project/>\n");
        Files.copy(PROJECT.resolve("exo"), tree.resolve("exo"));
        try (Stream<Path> jars = Files.list(PROJECT.resolve("exo-cli/target/exo/lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return tree.resolve("exo");
    }

    @Test
    @NeedsRoot
    @NeedsTool("setpriv")
    void shouldSayThatAFileMayNotBeRead() throws IOException {
        Path exo = publicExo();
        Path secret = Files.writeString(folder.resolve("secret"), ACCEPTED);
        List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534",
                "--clear-groups", "--bounding-set=-all", "--inh-caps=-all");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertEnds(0, "ACCEPT: a run takes 2 instructions at most\n",
                run(nobody, exo, "", "verify", secret.toString()));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        for (String command : List.of("verify", "asm", "disasm")) {
            assertSays("you may not read " + secret,
                    run(nobody, exo, "", command, secret.toString()));
        }
        assertSays("you may not read " + secret,
                run(nobody, exo, "", "filter", "-r", secret.toString(), "arp"));
    }
}
