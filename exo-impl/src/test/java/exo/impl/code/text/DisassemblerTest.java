// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Suites;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does the text of any program bring back that program? */
@ExtendWith(Seeds.class)
class DisassemblerTest {
    private static final int PROGRAMS = Integer.getInteger("exo.fuzz.programs", 2000);
    private static final int[] ODD_NUMBERS = {0, 1, -1, 8, 16, 32, 64, 0x40, 0x51, 0xa1, 0xe1, 0xf1,
            Integer.MIN_VALUE, Integer.MAX_VALUE, 65_535, 65_536};

    private static String there(Program program) {
        String text = Disassembler.disassemble(program);
        Program back = Assembler.assemble(text);
        assertEquals(program, back, text);
        return text;
    }

    @Test
    void shouldWriteWhatPeopleRead() {
        String text = """
                .region table constant
                    .bytes 01020304
                .region ".odd name \\"\\u00e9" writable
                    .bytes 4096*00
                    .bytes ff

                    lddw %r1, region table
                    lddw %r2, region ".odd name \\"\\u00e9"+8
                    lddw %r3, 0x1122334455667788
                L1:
                    ldxw %r0, [%r1+4]
                    stxdw [%r10-8], %r0
                    jeq %r0, 0x7fffffff, L2
                    lock fetch add32 [%r2], %r0
                    call local function1
                    call 5
                    call %r3
                    jne32 %r0, -1, L1
                L2:
                    exit

                function1:
                    mov32 %r0, 65535
                    be16 %r0
                    ldabsw 12
                    ldindb %r2, -4
                    ja +100
                    ja -100
                    exit
                """;
        assertEquals(text, Disassembler.disassemble(Assembler.assemble(text)));
    }

    @Test
    void shouldWriteSlotsThatAreNoInstruction() {
        Program program = Program.of(Program.slot(0xff, 0, 0, 0, 0), // no such opcode
                Program.slot(0x07, 11, 0, 0, 0), // no such register
                Program.slot(0x07, 1, 2, 0, 0), // a source that means nothing
                Program.slot(0x0f, 1, 2, 0, 7), // an immediate that means nothing
                Program.slot(0x95, 0, 0, 1, 0), // an offset that means nothing
                Program.slot(0x18, 1, 0, 0, 1), // a wide load whose second slot is none
                Program.slot(0x95, 0, 0, 0, 0), Program.slot(0x18, 1, 6, 0, 0), // no such region
                0, Program.slot(0x18, 1, 0, 0, 0)); // cut off
        String text = there(program);
        assertEquals(9, text.lines().filter(l -> l.strip().startsWith(".slot 0x")).count(), text);
        assertTrue(text.contains("    exit\n"), text);
    }

    @Test
    void shouldJumpIntoAWideLoadByDistance() {
        String text = there(Assembler.assemble("ja +1\nlddw %r1, 5\nexit"));
        assertTrue(text.contains("ja +1\n"), text);
    }

    @Test
    void shouldNameRegionsOfOneNameByNumber() {
        Program program = Program.of(List.of(Region.constant("a", new byte[40]),
                Region.constant("a", new byte[]{1}), Region.writable("@x", new byte[]{1})),
                Program.slot(0x18, 1, 6, 0, 1), 0, Program.slot(0x18, 1, 6, 0, 2), 0,
                Program.slot(0x95, 0, 0, 0, 0));
        String text = there(program);
        assertTrue(text.contains("region @1\n"), text);
        assertTrue(text.contains("region \"@x\"\n"), text);
    }

    @Test
    void shouldBringBackTheLargestRegions() {
        byte[] bytes = new byte[Program.MAX_REGION_BYTES];
        for (int i = 0; i < bytes.length / 2; i++) {
            bytes[i] = (byte) i;
        }
        Program.Region region = Region.writable("large", bytes);
        long exit = Program.slot(0x95, 0, 0, 0, 0);
        there(Program.of(List.of(region), exit));
        Program tooLarge = Program.of(List.of(region, region, region, region,
                Region.constant("x", new byte[]{0})), exit);
        assertThrows(IllegalArgumentException.class, () -> Disassembler.disassemble(tooLarge));
    }

    /** Slots of all opcodes, most of them valid, with jumps to everywhere. */
    @Test
    void shouldBringBackRandomPrograms(Seed seed) {
        RandomGenerator random = seed.random();
        Set<Integer> written = new HashSet<>();
        for (int i = 0; i < PROGRAMS; i++) {
            List<Region> regions = regions(random);
            long[] slots = random.longs(1 + random.nextInt(30)).toArray();
            for (int j = 0; j < slots.length; j++) {
                slots[j] = random.nextInt(20) == 0 ? slots[j] : slot(random, regions.size());
                Optional<Form> form = Forms.of(slots[j]);
                if (form.isPresent()) {
                    written.add((int) slots[j] & 0xff);
                }
                if ((slots[j] & 0xff) == 0x18 && j + 1 < slots.length && random.nextInt(9) > 0) {
                    slots[++j] &= 0xffff_ffff_0000_0000L;
                }
            }
            there(Program.of(regions, slots));
        }
        // 12 operations of 2 classes and sources, 2 negations, 3 byte orders, 11 comparisons of 2
        // classes and sources, 2 jumps, 3 calls and exits, 1 wide load, 6 of legacy packet access,
        // 7 loads, 8 stores, 2 atomic ones.
        assertEquals(48 + 2 + 3 + 44 + 2 + 3 + 1 + 6 + 7 + 8 + 2, written.size());
    }

    private static long slot(RandomGenerator random, int regions) {
        int opcode = random.nextInt(256);
        boolean isOrder = (opcode & 0xf0) == 0xd0 && (opcode & 0x07) % 3 == 1; // both ALU classes
        if (isOrder && random.nextBoolean()) {
            return Program.slot(opcode, random.nextInt(11), 0, 0, 16 << random.nextInt(3));
        }
        int dst = random.nextInt(3) == 0 ? 0 : random.nextInt(11);
        int src = random.nextInt(2) == 0 ? 0 : random.nextInt(random.nextInt(4) == 0 ? 16 : 11);
        if (opcode == 0x18) {
            src = random.nextBoolean() ? 6 : 0;
        }
        int offset = random.nextInt(3) == 0 ? 0 : random.nextInt(-40, 40);
        int immediate = switch (random.nextInt(3)) {
            case 0 -> ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)];
            case 1 -> random.nextInt(-20, 20);
            default -> random.nextInt();
        };
        if (opcode == 0x18 && src == 6 && random.nextInt(5) > 0) {
            immediate = random.nextInt(regions + 1);
        }
        return Program.slot(opcode, dst, src, offset, random.nextInt(3) == 0 ? 0 : immediate);
    }

    private static List<Region> regions(RandomGenerator random) {
        String[] names = {"a", "b", ".rodata.str1.1", "\"", "\\", "a b", "\n", "@1", "é", "#;"};
        List<Region> regions = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] bytes = new byte[1 + random.nextInt(100)];
            random.nextBytes(bytes);
            int from = random.nextInt(bytes.length);
            Arrays.fill(bytes, from, from + random.nextInt(bytes.length - from + 1), (byte) 7);
            String name = names[random.nextInt(names.length)];
            regions.add(random.nextBoolean()
                    ? Region.constant(name, bytes)
                    : Region.writable(name, bytes));
        }
        return regions;
    }

    /** Every case of the suite is read, and its text in turn is read as the same program. */
    @Test
    void shouldBringBackTheConformanceSuite() throws IOException {
        List<Path> files = Suites.files("bpf_conformance", ".data");
        assertFalse(files.isEmpty());
        for (Path file : files) {
            Map<String, String> parts = Suites.sections(file);
            String raw = parts.get("raw");
            Program program = Assembler.assemble(parts.get("asm"));
            if (!raw.isEmpty()) {
                long[] slots = raw.lines().mapToLong(DisassemblerTest::parse).toArray();
                assertEquals(Program.of(slots), program, file.toString());
            }
            String text = there(program);
            assertFalse(text.contains(".slot"), file + "\n" + text);
        }
    }

    private static long parse(String word) {
        return Long.parseUnsignedLong(word.strip().substring(2), 16);
    }
}
