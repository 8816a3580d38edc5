// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.Program.Region;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ProgramTest {
    private static final long EXIT = 0x95;

    @Test
    void shouldLayFieldsOutAsTheInstructionSetDoes() {
        assertEquals(0x1234_5678_fffe_2171L, Program.slot(0x71, 1, 2, -2, 0x1234_5678));
        assertEquals(0xffff_ffff_0000_00b7L, Program.slot(0xb7, 0, 0, 0, -1));
    }

    @Test
    void shouldRefuseNumbersThatDoNotFitTheirField() {
        Program.slot(255, 15, 15, Short.MAX_VALUE, Integer.MIN_VALUE);
        Program.slot(0, 0, 0, Short.MIN_VALUE, 0);
        int[][] wrong = {{256, 0, 0, 0}, {-1, 0, 0, 0}, {0, 16, 0, 0}, {0, -1, 0, 0}, {0, 0, 16, 0},
                {0, 0, -1, 0}, {0, 0, 0, 32_768}, {0, 0, 0, -32_769}};
        for (int[] w : wrong) {
            assertThrows(IllegalArgumentException.class,
                    () -> Program.slot(w[0], w[1], w[2], w[3], 0));
        }
    }

    @Test
    void shouldComeBackFromBytesAndDigits() {
        Program program = Program.of(0x0000_002a_0000_00b7L, EXIT);
        assertArrayEquals(new byte[]{(byte) 0xb7, 0, 0, 0, 42, 0, 0, 0, (byte) 0x95, 0, 0, 0, 0, 0,
                0, 0}, program.toBytes());
        assertEquals(program, Program.ofBytes(program.toBytes()));
        assertEquals("b70000002a000000\n9500000000000000\n", program.toHex());
        assertEquals(program, Program.parseHex(program.toHex()));
        assertEquals(program, Program.parseHex("B7000000 2A000000\t95 00 00 00 00 00 00 00"));
        assertEquals(program.hashCode(), Program.parseHex(program.toHex()).hashCode());
    }

    @Test
    void shouldRefuseBytesThatAreNoSlots() {
        for (int bytes : new int[]{0, 1, 7, 9, 15}) {
            assertThrows(IllegalArgumentException.class, () -> Program.ofBytes(new byte[bytes]));
        }
        for (String text : new String[]{"", "9", "95", "xx00000000000000", "950000000000000"}) {
            assertThrows(IllegalArgumentException.class, () -> Program.parseHex(text), text);
        }
    }

    @Test
    void shouldHaveOneSlotAtLeastAndALimit() {
        long[] most = new long[Program.MAX_SLOTS];
        assertEquals(most.length, Program.of(most).length());
        assertThrows(IllegalArgumentException.class, () -> Program.of());
        String message = assertThrows(IllegalArgumentException.class,
                () -> Program.of(new long[Program.MAX_SLOTS + 1])).getMessage();
        assertTrue(message.contains("65537"), message);
    }

    @Test
    void shouldKeepNothingThatTheCallerCanChange() {
        long[] slots = {EXIT};
        byte[] content = {1, 2};
        Region region = Region.writable("data", content);
        Program program = Program.of(List.of(region), slots);
        slots[0] = 0;
        content[0] = 9;
        region.content()[1] = 9;
        assertEquals(EXIT, program.slot(0));
        assertArrayEquals(new byte[]{1, 2}, program.regions().getFirst().content());
        assertThrows(UnsupportedOperationException.class, () -> program.regions().clear());
    }

    @Test
    void shouldLimitRegions() {
        Region one = Region.constant("one", new byte[1]);
        List<Region> most = Collections.nCopies(Program.MAX_REGIONS, one);
        assertEquals(most, Program.of(most, EXIT).regions());
        List<Region> more = Collections.nCopies(Program.MAX_REGIONS + 1, one);
        assertThrows(IllegalArgumentException.class, () -> Program.of(more, EXIT));
        Region largest = Region.writable("l", new byte[Program.MAX_REGION_BYTES]);
        assertEquals(Program.MAX_REGION_BYTES, largest.sizeBytes());
        assertThrows(IllegalArgumentException.class,
                () -> Region.constant("l", new byte[Program.MAX_REGION_BYTES + 1]));
        assertThrows(IllegalArgumentException.class, () -> Region.constant("l", new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> Region.constant("", new byte[1]));
    }

    @Test
    void shouldTellProgramsAndRegionsApart() {
        Region constant = Region.constant("a", new byte[]{1});
        assertEquals(constant, Region.constant("a", new byte[]{1}));
        assertEquals(constant.hashCode(), Region.constant("a", new byte[]{1}).hashCode());
        for (Region other : List.of(Region.writable("a", new byte[]{1}),
                Region.constant("b", new byte[]{1}), Region.constant("a", new byte[]{2}))) {
            assertNotEquals(constant, other);
            assertNotEquals(Program.of(List.of(constant), EXIT), Program.of(List.of(other), EXIT));
        }
        assertNotEquals(Program.of(EXIT), Program.of(EXIT, EXIT));
        assertEquals("Program of 2 slots", Program.of(EXIT, EXIT).toString());
        assertEquals("constant region a of 1 bytes", constant.toString());
    }
}
