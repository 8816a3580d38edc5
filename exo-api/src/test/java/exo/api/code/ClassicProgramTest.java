// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.ClassicProgram.Instruction;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The text form of classic BPF programs, and the widths of their fields. */
class ClassicProgramTest {
    private static final Instruction RETURN = new Instruction(6, 0, 0, 1);

    @Test
    void shouldReadWhatTcpdumpPrints() {
        ClassicProgram arp = ClassicProgram
                .parseDecimal("4\n40 0 0 12\n21 0 1 2054\n6 0 0 262144\n6 0 0 0\n");
        assertEquals(4, arp.length());
        assertEquals(new Instruction(40, 0, 0, 12), arp.at(0));
        assertEquals(new Instruction(21, 0, 1, 2054), arp.at(1));
        assertEquals(arp, ClassicProgram.parseDecimal(
                "  4, 40 0 0 12, 21 0 1 2054,\t6 0 0 262144, 6 0 0 0  "));
        assertTrue(arp.toString().contains("4"));
    }

    @Test
    void shouldReadTheGreatestNumbers() {
        ClassicProgram program = ClassicProgram.parseDecimal("1, 65535 255 255 4294967295");
        assertEquals(new Instruction(0xffff, 0xff, 0xff, -1), program.at(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''                        | word 1, ''",
            "x                         | word 1, 'x'",
            "4097                      | word 1, '4097'",
            "-1                        | word 1, '-1'",
            "99999999999               | word 1, '99999999999'",
            "1, 65536 0 0 0            | word 2, '65536'",
            "1, 6 256 0 0              | word 3, '256'",
            "1, 6 0 256 0              | word 4, '256'",
            "1, 6 0 0 4294967296       | word 5, '4294967296'",
            "1, 6 0 0 -1               | word 5, '-1'",
            "2, 6 0 0 1, 6 0 0x1 1     | word 8, '0x1'",
            "1, 6 0 0 1 9              | 1 instructions",
            "2, 6 0 0 1                | 2 instructions",
            "0                         | but this one has 0",
    })
    void shouldSayWhereTheTextIsWrong(String text, String place) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> ClassicProgram.parseDecimal(text));
        assertTrue(e.getMessage().contains(place), e.getMessage());
    }

    @Test
    void shouldRoundTrip() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            List<Instruction> list = new ArrayList<>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                list.add(new Instruction(random.nextInt(65_536), random.nextInt(256),
                        random.nextInt(256), random.nextInt()));
            }
            ClassicProgram program = ClassicProgram.of(list);
            ClassicProgram again = ClassicProgram.parseDecimal(program.toDecimal());
            assertEquals(program, again, "seed " + seed);
            assertEquals(program.hashCode(), again.hashCode());
            assertEquals(program.toDecimal(), again.toDecimal());
        }
    }

    @Test
    void shouldReadAndWriteTheBinaryForm() {
        byte[] arp = {40, 0, 0, 0, 12, 0, 0, 0, 21, 0, 0, 1, 6, 8, 0, 0, 6, 0, 0, 0, -1, -1, -1, -1,
                6, 0, 0, 0, 0, 0, 0, 0};
        ClassicProgram program = ClassicProgram.ofBinary(arp);
        assertEquals("4\n40 0 0 12\n21 0 1 2054\n6 0 0 4294967295\n6 0 0 0\n",
                program.toDecimal());
        assertArrayEquals(arp, program.toBinary());
        byte[] greatest = new byte[8];
        Arrays.fill(greatest, (byte) -1);
        assertEquals(new Instruction(0xffff, 255, 255, -1),
                ClassicProgram.ofBinary(greatest).at(0));
    }

    @Test
    void shouldNotShareTheBinaryForm() {
        byte[] bytes = {6, 0, 0, 0, 1, 0, 0, 0};
        ClassicProgram program = ClassicProgram.ofBinary(bytes);
        bytes[0] = 0;
        program.toBinary()[0] = 0;
        assertEquals(RETURN, program.at(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 9, 8 * 4096 + 8})
    void shouldRefuseBinaryFormsOfOtherLengths(int length) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> ClassicProgram.ofBinary(new byte[length]));
        assertTrue(e.getMessage().contains("here are " + length + " bytes"), e.getMessage());
    }

    @Test
    void shouldListEveryInstruction() {
        ClassicProgram program = ClassicProgram.parseDecimal(
                "24, 32 0 0 30, 40 0 0 12, 48 0 0 23, 64 0 0 4294967295, 72 0 0 2, 80 0 0 3,"
                        + " 0 0 0 40, 1 0 0 255, 96 0 0 1, 97 0 0 15, 128 0 0 0, 177 0 0 14,"
                        + " 2 0 0 3, 3 0 0 4, 4 0 0 22, 12 0 0 0, 84 0 0 255, 100 0 0 2, 132 0 0 0,"
                        + " 21 1 0 2048, 29 0 0 0, 5 0 0 1, 65535 0 0 0, 6 0 0 262144");
        assertEquals("""
                (000) ld       [30]
                (001) ldh      [12]
                (002) ldb      [23]
                (003) ld       [x + -1]
                (004) ldh      [x + 2]
                (005) ldb      [x + 3]
                (006) ld       #0x28
                (007) ldx      #0xff
                (008) ld       M[1]
                (009) ldx      M[15]
                (010) ld       #pktlen
                (011) ldxb     4*([14]&0xf)
                (012) st       M[3]
                (013) stx      M[4]
                (014) add      #22
                (015) add      x
                (016) and      #0xff
                (017) lsh      #2
                (018) neg     \s
                (019) jeq      #0x800           jt 21\tjf 20
                (020) jeq      x                jt 21\tjf 21
                (021) ja       23
                (022) unimp    0xffff
                (023) ret      #262144
                """, program.toListing());
    }

    @Test
    void shouldBoundTheLength() {
        assertThrows(IllegalArgumentException.class, () -> ClassicProgram.of(List.of()));
        assertEquals(4096, ClassicProgram.of(Collections.nCopies(4096, RETURN)).length());
        assertThrows(IllegalArgumentException.class,
                () -> ClassicProgram.of(Collections.nCopies(4097, RETURN)));
        ClassicProgram longest = ClassicProgram.of(Collections.nCopies(4096, RETURN));
        assertEquals(longest, ClassicProgram.parseDecimal(longest.toDecimal()));
    }

    @Test
    void shouldBoundTheWidthsOfAnInstruction() {
        assertEquals(65_535, new Instruction(65_535, 255, 255, 0).code());
        for (int[] wide : new int[][]{{65_536, 0, 0}, {0, 256, 0}, {0, 0, 256}, {-1, 0, 0},
                {0, -1, 0}, {0, 0, -1}}) {
            assertThrows(IllegalArgumentException.class,
                    () -> new Instruction(wide[0], wide[1], wide[2], 0));
        }
    }

    @Test
    void shouldNotChangeWithTheListItWasMadeOf() {
        List<Instruction> list = new ArrayList<>(List.of(RETURN));
        ClassicProgram program = ClassicProgram.of(list);
        list.set(0, new Instruction(0, 0, 0, 0));
        assertEquals(RETURN, program.at(0));
        assertNotEquals(ClassicProgram.of(list), program);
    }

    /** A list that gives out an array which its maker keeps. */
    private static final class Leaky extends AbstractList<Instruction> {
        private final Instruction[] kept = {RETURN};

        @Override
        public Instruction get(int index) {
            return kept[index];
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Object[] toArray() {
            return kept;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T[] toArray(T[] into) {
            return (T[]) kept;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T[] toArray(IntFunction<T[]> generator) {
            return (T[]) kept;
        }
    }

    @Test
    void shouldNotShareAnArrayWithAListOfTheCallersOwn() {
        Leaky list = new Leaky();
        ClassicProgram program = ClassicProgram.of(list);
        list.kept[0] = new Instruction(5, 0, 0, -1); // a jump to itself, past the verifier
        assertEquals(RETURN, program.at(0));
    }

    @Test
    void shouldRefuseNullsAndIndicesOutside() {
        assertThrows(NullPointerException.class, () -> ClassicProgram.of(null));
        assertThrows(NullPointerException.class,
                () -> ClassicProgram.of(Collections.singletonList(null)));
        assertThrows(NullPointerException.class, () -> ClassicProgram.parseDecimal(null));
        ClassicProgram program = ClassicProgram.of(List.of(RETURN));
        assertThrows(IndexOutOfBoundsException.class, () -> program.at(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> program.at(1));
    }
}
