// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.cli.code.CodeCalls.Result;
import exo.testkit.Suites;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

class CodeRunTest {

    private static String hex(String text) {
        Result result = CodeCalls.give(text, "asm", "-");
        assertEquals(0, result.exit(), result.err());
        return result.out();
    }

    private static Result run(String text, String... arguments) {
        List<String> all = new ArrayList<>(List.of("run"));
        all.addAll(List.of(arguments));
        return CodeCalls.give(hex(text), all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"interpret", "compile"})
    void shouldPrintR0InHexadecimalByEachEngine(String engine) {
        run("mov %r0, -1\nexit", "--engine", engine).assertPrints("ffffffffffffffff\n");
        run("ldxw %r0, [%r1]\nadd %r0, %r2\nexit", "--engine", engine, "01 020000")
                .assertPrints("205\n");
        run("mov %r0, %r2\nexit", "--engine", engine).assertPrints("0\n");
        run("mov %r0, %r1\nexit", "--engine", engine, "").assertPrints("0\n");
    }

    @Test
    void shouldHaveTheFunctionsThatSuitesCall() {
        run("mov %r1, 257\ncall 3\nexit").assertPrints("10\n");
        run("mov %r1, -1\ncall 3\nexit").assertPrints("ffffffff\n");
        run("mov %r1, 7\ncall 5\nexit").assertPrints("7\n");
        run("mov %r1, 1\nmov %r2, 2\nmov %r3, 3\nmov %r4, 4\nmov %r5, 0x105\ncall 0\nexit")
                .assertPrints("102030405\n");
    }

    @Test
    void shouldRunWithChecksWhatTheVerifierCannotProve() {
        String anywhere = """
                ldxb %r3, [%r1]
                add %r1, %r3
                ldxb %r0, [%r1]
                exit
                """;
        run(anywhere, "0305070b").assertPrints("b\n");
        run(anywhere, "0405070b").assertSays(2, "the run ended", "instruction 2");
    }

    @Test
    void shouldRefuseWhatIsWrong() {
        run("mov %r0, %r3\nexit").assertSays(1, "uninitialized-register", "instruction 0");
        run("call 77\nexit").assertSays(1, "unknown-helper");
        run("ja -1\nexit").assertSays(1, "self-jump");
        CodeCalls.give("ff00000000000000", "run").assertSays(1, "unknown-opcode");
        CodeCalls.give("", "run").assertSays(1, "1 to 65536 slots");
        CodeCalls.give("95", "run").assertSays(1, "multiple of 8 bytes");
        CodeCalls.give("950", "run").assertSays(1);
        CodeCalls.give("no hex", "run").assertSays(1);
        CodeCalls.give(new byte[]{(byte) 0xff, 0, 3}, "run").assertSays(1, "neither");
        CodeCalls.give("9500000000000000".repeat(65_537), "run").assertSays(1, "65537");
        CodeCalls.give(new byte[CodeInput.MAX_BYTES + 1], "run").assertSays(2, "67108864 bytes");
    }

    @Test
    void shouldRefuseWrongUsage() {
        CodeCalls.give("", "run", "0").assertSays(2, "pairs of hexadecimal digits");
        CodeCalls.give("", "run", "xx").assertSays(2, "pairs of hexadecimal digits");
        CodeCalls.give("", "run", "00", "11").assertSays(2, "11");
        CodeCalls.give("", "run", "--engine", "steam").assertSays(2, "steam", "interpret");
        CodeCalls.give("").assertSays(2, "run, verify, compile, filter, asm, disasm");
        CodeCalls.give("", "fly").assertSays(2, "fly");
    }

    @Test
    void shouldComputeSquareRoots() {
        for (long number : new long[]{0, 1, 2, 3, 4, 15, 16, 17, 1L << 62, Long.MAX_VALUE}) {
            long root = CodeRunCommand.squareRoot(number);
            assertEquals(true, Math.multiplyHigh(root, root) == 0 && root * root <= number);
            assertEquals(true, (root + 1) * (root + 1) > number || (root + 1) * (root + 1) < 0);
        }
        assertEquals(0xffff_ffffL, CodeRunCommand.squareRoot(-1));
    }

    /** The public suite, as its own runner drives engines. */
    @ParameterizedTest
    @ValueSource(strings = {"interpret", "compile"})
    void shouldPassTheConformanceSuite(String engine) throws IOException {
        List<Path> files = Suites.files("bpf_conformance", ".data");
        assertFalse(files.isEmpty());
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            Map<String, String> parts = Suites.sections(file);
            String memory = parts.get("mem").replaceAll("#.*|\\s", "");
            String wanted = parts.get("result").strip().replaceFirst("^0x", "");
            Result result = run(parts.get("asm"), "--engine", engine, memory);
            boolean isRight = result.exit() == 0 && Long.parseUnsignedLong(wanted, 16) == Long
                    .parseUnsignedLong(result.out().strip(), 16);
            if (!isRight) {
                wrong.add(file.getFileName() + ": " + result);
            }
        }
        assertEquals(List.of(), wrong);
    }
}
