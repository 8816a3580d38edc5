// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does text mean what RFC 9669 and the suites say, and is the rest refused with a word? */
class AssemblerTest {

    private static String hex(String text) {
        return Assembler.assemble(text).toHex().strip().replace('\n', ' ');
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "add %r1, %r2                  | 0f21000000000000",
            "add %r1, 5                    | 0701000005000000",
            "ADD R1, 0xffffffff            | 07010000ffffffff",
            "sub32 r1, -2                  | 14010000feffffff",
            "add64 %r3, 1                  | 0703000001000000",
            "div %r1, %r2                  | 3f21000000000000",
            "sdiv32 %r1, %r2               | 3c21010000000000",
            "smod %r1, 7                   | 9701010007000000",
            "mov %r10, 0                   | b70a000000000000",
            "arsh32 %r1, 3                 | c401000003000000",
            "movsx832 %r1, %r2             | bc21080000000000",
            "movsx1632 %r1, %r2            | bc21100000000000",
            "movsx864 %r1, %r2             | bf21080000000000",
            "movsx1664 %r1, %r2            | bf21100000000000",
            "movsx3264 %r1, %r2            | bf21200000000000",
            "neg %r4                       | 8704000000000000",
            "neg32 %r4                     | 8404000000000000",
            "le16 %r1                      | d401000010000000",
            "be32 %r1                      | dc01000020000000",
            "bswap64 %r1                   | d701000040000000",
            "swap16 %r1                    | d701000010000000",
            "lddw %r1, 0x1122334455667788  | 1801000088776655 0000000044332211",
            "lddw %r1, -1                  | 18010000ffffffff 00000000ffffffff",
            "lddw %r1, 0xffffffff          | 18010000ffffffff 0000000000000000",
            "ldxb %r1, [%r2]               | 7121000000000000",
            "ldxh %r1, [%r2+4]             | 6921040000000000",
            "ldxw %r1, [%r2-4]             | 6121fcff00000000",
            "ldxdw %r1, [ r2 + 0x7fff ]    | 7921ff7f00000000",
            "ldxsb %r1, [%r2]              | 9121000000000000",
            "ldxsh %r1, [%r2]              | 8921000000000000",
            "ldxsw %r1, [%r2]              | 8121000000000000",
            "stb [%r1+1], 2                | 7201010002000000",
            "sth [%r1], 2                  | 6a01000002000000",
            "stw [%r1], -1                 | 62010000ffffffff",
            "stdw [%r10-32768], 2          | 7a0a008002000000",
            "stxb [%r1], %r2               | 7321000000000000",
            "stxh [%r1], %r2               | 6b21000000000000",
            "stxw [%r1], %r2               | 6321000000000000",
            "stxdw [%r1], %r2              | 7b21000000000000",
            "lock add [%r1+8], %r2         | db21080000000000",
            "lock add32 [%r1], %r2         | c321000000000000",
            "lock fetch add [%r1], %r2     | db21000001000000",
            "lock fetch xor32 [%r1], %r2   | c3210000a1000000",
            "lock or [%r1], %r2            | db21000040000000",
            "lock and [%r1], %r2           | db21000050000000",
            "lock xchg [%r1], %r2          | db210000e1000000",
            "lock cmpxchg32 [%r1], %r2     | c3210000f1000000",
            "ja +3                         | 0500030000000000",
            "ja -1                         | 0500ffff00000000",
            "ja32 +70000                   | 0600000070110100",
            "jeq %r1, 5, +2                | 1501020005000000",
            "jset32 %r1, %r2, -2           | 4e21feff00000000",
            "jsle %r1, -1, +0              | d5010000ffffffff",
            "call 5                        | 8500000005000000",
            "call -1                       | 85000000ffffffff",
            "call %r2                      | 8d02000000000000",
            "call local +1                 | 8510000001000000",
            "exit                          | 9500000000000000",
            "ldabsb 12                     | 300000000c000000",
            "ldabsh 12                     | 280000000c000000",
            "ldabsw 12                     | 200000000c000000",
            "ldindb %r2, -1                | 50200000ffffffff",
            "ldindh %r2, 0                 | 4820000000000000",
            "ldindw %r2, 0                 | 4020000000000000",
            ".slot 0x0807060504030201      | 0102030405060708"})
    void shouldEncodeEachForm(String text, String bytes) {
        assertEquals(bytes, hex(text));
    }

    @Test
    void shouldFindLabelsForwardBackwardAndTheFirstExit() {
        Program program = Assembler.assemble("""
                start:  ja exit       # the first
                next: again: ja next ; itself
                  exit
                  ja32 start
                  call local f
                  exit
                f:
                  exit
                """);
        assertEquals("0500010000000000 0500ffff00000000 9500000000000000 06000000fcffffff"
                + " 8510000001000000 9500000000000000 9500000000000000",
                program.toHex().strip().replace('\n', ' '));
    }

    @Test
    void shouldTakeALabelOfTheTextBeforeTheImplicitOne() {
        assertEquals("0500010000000000 9500000000000000 9500000000000000",
                hex("ja exit\nexit\nexit: exit"));
    }

    @Test
    void shouldReadRegionsWhereverTheyStand() {
        Program program = Assembler.assemble("""
                lddw %r1, region "a b"+0x10
                .region .rodata constant 00 01ff 3*ab
                lddw %r2, region .rodata
                .region "a b" writable
                .bytes 16*00
                .bytes 0102
                lddw %r3, region @1+4294967295
                exit
                """);
        assertEquals(List.of(
                Region.constant(".rodata", HexFormat.of().parseHex("0001ffababab")),
                Region.writable("a b", HexFormat.of().parseHex("00".repeat(16) + "0102"))),
                program.regions());
        assertEquals("1861000001000000 0000000010000000 1862000000000000 0000000000000000"
                + " 1863000001000000 00000000ffffffff 9500000000000000",
                program.toHex().strip().replace('\n', ' '));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`                    `       | 1 | 1  | no instruction",
            "mvo %r1, 2                   | 1 | 1  | did you mean 'mov'",
            "xyzzyxyzzy %r1               | 1 | 1  | no instruction 'xyzzyxyzzy'",
            "mov %r11, 2                  | 1 | 5  | %r0 to %r10",
            "mov 5, 2                     | 1 | 5  | not '5'; 'mov' takes a register, then",
            "mov %r1                      | 1 | 8  | ',' should be here, not the end of the line",
            "mov %r1, 2 3                 | 1 | 12 | should end here",
            "mov %r1, zwei                | 1 | 10 | a number",
            "mov %r1, 0x                  | 1 | 10 | a number",
            "mov %r1, 4294967296          | 1 | 10 | does not fit 32 bits",
            "mov %r1, -2147483649         | 1 | 10 | does not fit 32 bits",
            "mov %r1, 99999999999999999999| 1 | 10 | does not fit 32 bits",
            "lddw %r1, 0x10000000000000000| 1 | 11 | does not fit 64 bits",
            "lddw %r1, -9223372036854775809| 1 | 11 | does not fit 64 bits",
            "lddw %r1, region             | 1 | 17 | name of a region",
            "lddw %r1, region x           | 1 | 18 | no region 'x'",
            "lddw %r1, region @0          | 1 | 18 | no region '@0'",
            "ldxw %r1, [%r2+32768]        | 1 | 15 | does not fit 16 bits",
            "ldxw %r1, [%r2-32769]        | 1 | 15 | does not fit 16 bits",
            "ldxw %r1, %r2                | 1 | 11 | '[' should be here",
            "ldxw %r1, [%r2               | 1 | 15 | ']' should be here",
            "stw [%r1], %r2               | 1 | 12 | 'stw' takes memory, then a number",
            "ja 5                         | 1 | 4  | a label, or a distance",
            "ja +32768                    | 1 | 4  | does not fit 16 bits",
            "ja                           | 1 | 3  | a label",
            "ja nowhere                   | 1 | 4  | no label 'nowhere'",
            "call local                   | 1 | 11 | a label",
            "lock fetch xchg [%r1], %r2   | 1 | 12 | not 'xchg'",
            "lock sub [%r1], %r2          | 1 | 6  | after 'lock' comes",
            "exit 1                       | 1 | 6  | 'exit' takes nothing",
            "mov %r1, 2 !                 | 1 | 12 | U+0021",
            ".region                      | 1 | 8  | name of a region",
            ".region x                    | 1 | 10 | 'constant' or 'writable'",
            ".region x constant           | 1 | 9  | no bytes",
            ".region x constant 0         | 1 | 20 | pairs of hexadecimal",
            ".region @x constant 00       | 1 | 9  | in quotes",
            ".region x constant 16777217*00 | 1 | 29 | up to 16777216 bytes",
            ".region \"x constant         | 1 | 9  | no closing",
            ".region \"\\x\" constant 00  | 1 | 10 | after '\\'",
            ".bytes 00                    | 1 | 1  | after a '.region'",
            ".slot 0x10000000000000000    | 1 | 7  | does not fit 64 bits",
            "5                            | 1 | 1  | no instruction '5'",
            "[                            | 1 | 1  | an instruction should be here"})
    void shouldRefuseWithPlaceAndCause(String text, int line, int column, String cause) {
        String program = text.startsWith(".region x") || text.startsWith(".region @")
                ? text + "\nexit"
                : text;
        CodeSyntaxException refusal = assertThrows(CodeSyntaxException.class,
                () -> Assembler.assemble(program));
        assertEquals(line, refusal.line(), refusal.getMessage());
        assertEquals(column, refusal.column(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(cause), refusal.getMessage());
    }

    @Test
    void shouldRefuseLabelsThatMeanNothingOrTwoThings() {
        assertCause("a: exit\na: exit", 2, "there already");
        assertCause("ja loop1\nloop: exit", 1, "did you mean 'loop'?");
        assertCause("ja end\nexit\nend:", 1, "no instruction follows");
        assertCause("ja far\n" + "exit\n".repeat(32_768) + "far: exit", 1, "16 bits");
        assertEquals(32_769, Assembler.assemble("ja far\n" + "exit\n".repeat(32_767)
                + "far: exit").length());
    }

    @Test
    void shouldRefuseAnAmbiguousRegionByName() {
        assertCause("""
                .region a constant 00
                .region a constant 01
                lddw %r1, region a
                """, 3, "write @0");
    }

    @Test
    void shouldHoldItsLimits() {
        assertEquals(Program.MAX_SLOTS,
                Assembler.assemble("exit\n".repeat(Program.MAX_SLOTS)).length());
        assertCause("exit\n".repeat(Program.MAX_SLOTS + 1), Program.MAX_SLOTS + 1, "65536 slots");
        String region = ".region a constant 00\n";
        assertEquals(Program.MAX_REGIONS,
                Assembler.assemble(region.repeat(Program.MAX_REGIONS) + "exit").regions().size());
        assertCause(region.repeat(Program.MAX_REGIONS + 1) + "exit", Program.MAX_REGIONS + 1,
                "64 regions");
        assertEquals(1, Assembler.assemble("a".repeat(Labels.MAX_LENGTH) + ": exit").length());
        assertCause("a".repeat(Labels.MAX_LENGTH + 1) + ": exit", 1, "256 characters");
        assertCause(",".repeat(70_000), 1, "65536 words");
        String large = ".region a constant 16777216*00\n";
        assertCause(large.repeat(4) + ".region b constant 00\nexit", 5, "67108864 bytes together");
        assertCause(" ".repeat(Assembler.MAX_CHARACTERS + 1), 1, "67108864 characters");
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < Labels.MAX_LABELS; i++) {
            labels.append('l').append(i).append(":\n");
        }
        assertEquals(1, Assembler.assemble(labels + "exit").length());
        assertCause(labels + "one: exit", Labels.MAX_LABELS + 1, "65536 labels");
    }

    private static void assertCause(String text, int line, String cause) {
        CodeSyntaxException refusal = assertThrows(CodeSyntaxException.class,
                () -> Assembler.assemble(text));
        assertTrue(refusal.getMessage().contains(cause), refusal.getMessage());
        assertEquals(line, refusal.line(), refusal.getMessage());
        assertTrue(refusal.getMessage().length() < 400, refusal.getMessage());
    }

    @Test
    @ExtendWith(Seeds.class)
    void shouldRefuseHostileTextInNoOtherWay(Seed seed) {
        RandomGenerator random = seed.random();
        String[] pieces = {"mov", "%r1", "lddw", "region", ",", "[", "]", "+", "-", "0x", "1", "99",
                "lock", "fetch", "cmpxchg32", ".region", "x", "constant", ".bytes", ".slot", "\"",
                "\\",
                "\n", " ", ":", "*", "exit", "ja", "call", "local", "\u0000", "\ud800", "é", "#",
                "@",
                "%", "ff", "jeq", "r10", "-0", "18446744073709551615", "\r", "\t"};
        int programs = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.append(pieces[random.nextInt(pieces.length)]);
                text.append(random.nextInt(3) == 0 ? "" : " ");
            }
            try {
                Program program = Assembler.assemble(text.toString());
                assertEquals(program, Assembler.assemble(Disassembler.disassemble(program)));
                programs++;
            } catch (CodeSyntaxException expected) {
                assertTrue(expected.line() > 0 && expected.column() > 0, expected.getMessage());
            }
        }
        assertTrue(programs > 0, "some of these texts are programs");
    }
}
