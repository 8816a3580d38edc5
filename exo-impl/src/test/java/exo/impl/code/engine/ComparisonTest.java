// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.ClassicProgram;
import exo.api.code.CodeFault;
import exo.api.code.Contract;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.ExoCodeEngine;
import exo.impl.code.isa.Isa;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Are comparisons right of what was loaded in big-endian order, wherever it lies? */
class ComparisonTest {
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    private static final long CONTEXT = slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
    private static final int MARK = 0x5a5a5a5a;
    private static final long MARK_IT = slot(Isa.ALU | Isa.XOR, 0, 0, 0, MARK);
    private static final int AT = 3;
    private static final int[] NUMBERS = {0, 1, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0x0180, 0x8001,
            0xffff, 0x10000, 0x18001, 0x1000_0180, 0x0180_0100, Integer.MAX_VALUE,
            Integer.MIN_VALUE, 0x8000_0180, -0x100, -1};
    private static final int[] OPERATIONS = {Isa.JEQ, Isa.JNE, Isa.JSET, Isa.JGT, Isa.JSLT};

    private static List<PacketFilter> filters(Program program) {
        List<PacketFilter> filters = new ArrayList<>();
        for (Contract contract : List.of(Contract.filter(), Contract.filter().checked())) {
            VerifiedProgram verified = new ExoCodeEngine().verify(program, contract);
            for (Engine engine : Engine.values()) {
                filters.add(verified.filter(engine));
            }
        }
        return filters;
    }

    private static int size(int bytes) {
        return switch (bytes) {
            case 1 -> Isa.B;
            case 2 -> Isa.H;
            default -> Isa.W;
        };
    }

    private static MemorySegment packet(int number, int bytes) {
        MemorySegment packet = MemorySegment.ofArray(new byte[AT + bytes]);
        packet.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), AT + bytes - 4,
                number);
        return packet;
    }

    /** {@return jumps over an instruction: all comparisons of r0 with all numbers} */
    private static List<Long> comparisons() {
        List<Long> slots = new ArrayList<>();
        for (int operation : OPERATIONS) {
            for (int constant : NUMBERS) {
                slots.add(slot(Isa.JMP | operation, 0, 0, 1, constant));
                slots.add(slot(Isa.JMP32 | operation, 0, 0, 1, constant));
            }
        }
        return slots;
    }

    /** Returns what lies at 3, with some bits changed if a comparison of it held. */
    private static void assertCompares(Program program, int bytes, long comparison) {
        int op = Isa.opcode(comparison);
        boolean isHalf = Isa.classOf(op) == Isa.JMP32;
        for (PacketFilter filter : filters(program)) {
            for (int number : NUMBERS) {
                long loaded = number & (1L << (bytes * 8)) - 1;
                boolean holds = Arithmetic.holds(Isa.operation(op),
                        isHalf ? (int) loaded : loaded, Isa.immediate(comparison));
                assertEquals(holds ? (int) loaded ^ MARK : (int) loaded,
                        filter.accept(packet(number, bytes), 0, AT + bytes),
                        () -> program + " of " + loaded + " in " + filter);
            }
        }
    }

    @Test
    void shouldCompareLegacyAccess() {
        for (int bytes = 1; bytes <= 4; bytes *= 2) {
            for (long comparison : comparisons()) {
                assertCompares(Program.of(CONTEXT,
                        slot(Isa.LD | Isa.ABS | size(bytes), 0, 0, 0, AT), comparison, EXIT,
                        MARK_IT, EXIT), bytes, comparison);
            }
        }
    }

    @Test
    void shouldCompareLoadsThatAreSwapped() {
        for (int bytes = 2; bytes <= 4; bytes *= 2) {
            for (long comparison : comparisons()) {
                assertCompares(swapped(bytes, comparison), bytes, comparison);
            }
        }
    }

    private static Program swapped(int bytes, long comparison) {
        return Program.of(slot(Isa.LDX | Isa.MEM | Isa.W, 2, 1, 0, 0),
                slot(Isa.LDX | Isa.MEM | Isa.W, 3, 1, 4, 0),
                slot(Isa.ALU64 | Isa.MOV | Isa.X, 4, 2, 0, 0),
                slot(Isa.ALU64 | Isa.ADD, 4, 0, 0, AT + bytes),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0),
                slot(Isa.JMP | Isa.JGT | Isa.X, 4, 3, 3, 0),
                slot(Isa.LDX | Isa.MEM | size(bytes), 0, 2, AT, 0),
                slot(Isa.ALU | Isa.END | Isa.X, 0, 0, 0, bytes * 8),
                comparison, EXIT, MARK_IT, EXIT);
    }

    /** The second way to the comparison brings another number, and so does what is done to it. */
    @Test
    void shouldForgetWhatWasLoadedWhereItIsLost() {
        Program joined = Program.of(CONTEXT, slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, 0),
                slot(Isa.JMP | Isa.JEQ, 0, 0, 4, 0x0102),
                slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, 2),
                slot(Isa.JMP | Isa.JEQ, 0, 0, 3, 0x0304),
                slot(Isa.ALU | Isa.AND, 0, 0, 0, 0xff),
                slot(Isa.JMP | Isa.JEQ, 0, 0, 1, 5),
                slot(Isa.JMP | Isa.JNE, 0, 0, 1, 0x0102), EXIT, MARK_IT, EXIT);
        for (PacketFilter filter : filters(joined)) {
            assertEquals(0x0102, accept(filter, 1, 2, 0, 0));
            assertEquals(0x0304, accept(filter, 0, 0, 3, 4));
            assertEquals(5, accept(filter, 0, 0, 9, 5));
            assertEquals(6 ^ MARK, accept(filter, 0, 0, 9, 6));
        }
    }

    /** {@return what a filter says of a packet of these bytes} */
    private static int accept(PacketFilter filter, int... bytes) {
        byte[] packet = new byte[bytes.length];
        for (int i = 0; i < packet.length; i++) {
            packet[i] = (byte) bytes[i];
        }
        return filter.accept(MemorySegment.ofArray(packet), 0, packet.length);
    }

    @Test
    void shouldJumpByTheSecondOfTwoJumpsToOnePlace() {
        for (int second : new int[]{7, 8}) {
            Program pair = Program.of(CONTEXT, slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, 0),
                    slot(Isa.JMP32 | Isa.JEQ, 0, 0, 2, 7),
                    slot(Isa.JMP32 | Isa.JNE, 0, 0, 1, second), EXIT, MARK_IT, EXIT);
            for (PacketFilter filter : filters(pair)) {
                assertEquals(7 ^ MARK, accept(filter, 7));
                assertEquals(second == 8 ? 8 : 8 ^ MARK, accept(filter, 8));
                assertEquals(9 ^ MARK, accept(filter, 9));
            }
        }
    }

    @Test
    void shouldCountTheStepsOfTheFirstOfTwoJumps() {
        Program pair = Program.of(CONTEXT, slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, 0),
                slot(Isa.JMP32 | Isa.JEQ, 0, 0, 1, 7), slot(Isa.JMP32 | Isa.JNE, 0, 0, 0, 8),
                EXIT);
        Contract four = Contract.filter().checked().withMaxSteps(4);
        for (Engine engine : Engine.values()) {
            PacketFilter filter = new ExoCodeEngine().verify(pair, four).filter(engine);
            assertEquals(7, accept(filter, 7));
            assertThrows(CodeFault.class, () -> accept(filter, 8));
        }
    }

    // --- the end of the packet ----------------------------------------------------------------

    /** {@code ldh [12]; jeq 0x800; ldb [14]; and 15; lsh 2; tax; ldh [x + 16]; jeq 80}. */
    private static VerifiedProgram variable() {
        return new ExoCodeEngine().verify(ClassicProgram.parseDecimal("10,40 0 0 12,21 0 7 2048,"
                + "48 0 0 14,84 0 0 15,100 0 0 2,7 0 0 0,72 0 0 16,21 0 1 80,6 0 0 1,6 0 0 0"));
    }

    /** Fills memory with a packet at 5 that has so many words before its port. */
    private static void fill(MemorySegment memory, int words) {
        memory.fill((byte) 0);
        memory.set(ValueLayout.JAVA_BYTE, 5 + 12, (byte) 8);
        memory.set(ValueLayout.JAVA_BYTE, 5 + 14, (byte) (0x40 | words));
        memory.set(ValueLayout.JAVA_BYTE, 5 + 16 + 4 * words + 1, (byte) 80);
    }

    /** The filter accepts the packet at 5 if it has so many bytes, and reads none beyond. */
    private static void assertNeeds(int end, PacketFilter filter, MemorySegment memory) {
        for (int length = 0; length <= end + 1; length++) {
            assertEquals(length >= end ? 1 : 0, filter.accept(memory, 5, length));
        }
        assertEquals(0, filter.accept(memory, 5, -1));
        assertEquals(1, filter.accept(memory.asSlice(0, 5 + end), 5, end));
    }

    @Test
    void shouldLoadTheLastBytesAndNoneBeyond() {
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment memory : List.of(arena.allocate(200),
                    MemorySegment.ofArray(new byte[200]))) {
                for (int words = 0; words <= 15; words++) {
                    fill(memory, words);
                    int end = 16 + 4 * words + 2;
                    for (Engine engine : Engine.values()) {
                        assertNeeds(end, variable().filter(engine), memory);
                    }
                }
            }
        }
    }

    @Test
    void shouldStayInMemoryThatIsShorterThanThePacket() {
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment memory : List.of(arena.allocate(200),
                    MemorySegment.ofArray(new byte[200]))) {
                fill(memory, 5);
                for (Engine engine : Engine.values()) {
                    PacketFilter filter = variable().filter(engine);
                    for (int size : new int[]{5 + 12, 5 + 13, 5 + 14, 5 + 37}) {
                        assertThrows(IndexOutOfBoundsException.class,
                                () -> filter.accept(memory.asSlice(0, size), 5, 100));
                    }
                }
            }
        }
    }

    @Test
    void shouldRefuseMemoryThatIsGone() {
        for (Engine engine : Engine.values()) {
            PacketFilter filter = variable().filter(engine);
            for (boolean isShared : new boolean[]{false, true}) {
                MemorySegment memory;
                try (Arena arena = isShared ? Arena.ofShared() : Arena.ofConfined()) {
                    memory = arena.allocate(200);
                    fill(memory, 5);
                    // Often enough that the JVM compiles it.
                    for (int i = 0; i < 20_000; i++) {
                        assertEquals(1, filter.accept(memory, 5, 100));
                    }
                }
                MemorySegment gone = memory;
                assertThrows(IllegalStateException.class, () -> filter.accept(gone, 5, 100));
            }
        }
    }
}
