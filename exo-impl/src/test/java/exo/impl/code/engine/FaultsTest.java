// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.CodeFault;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Is everything that nobody proved checked as it runs, in both engines? */
class FaultsTest {
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    private static final int LOAD = Isa.LDX | Isa.MEM;
    private static final int STORE = Isa.STX | Isa.MEM;
    private static final Contract MEMORY = Contract.memory(16);
    private static final int CALL = Isa.JMP | Isa.CALL;

    private static void bind(EngineInstance instance) {
        instance.bind(0, MemorySegment.ofArray(new byte[16]), 0, 16);
    }

    private static void faults(int at, String cause, Verified verified,
            Consumer<EngineInstance> setUp) {
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            setUp.accept(instance);
            CodeFault fault = assertThrows(CodeFault.class, instance::run, code::toString);
            assertEquals("instruction " + at + ": " + cause, fault.getMessage(), code::toString);
            assertEquals(at, fault.instruction());
        }
    }

    private static void faults(int at, String cause, long... slots) {
        faults(at, cause, Codes.checked(MEMORY, slots), FaultsTest::bind);
    }

    private static void gives(long expected, Verified verified, Consumer<EngineInstance> setUp) {
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            setUp.accept(instance);
            assertEquals(expected, instance.run(), code::toString);
        }
    }

    private static void gives(long expected, long... slots) {
        gives(expected, Codes.checked(MEMORY, slots), FaultsTest::bind);
    }

    private static long[] wide(int register, long value, long... rest) {
        long[] slots = new long[rest.length + 2];
        slots[0] = slot(Isa.LDDW, register, 0, 0, (int) value);
        slots[1] = slot(0, 0, 0, 0, (int) (value >> 32));
        System.arraycopy(rest, 0, slots, 2, rest.length);
        return slots;
    }

    // --- memory -------------------------------------------------------------------------------

    @Test
    void shouldFaultBeyondTheArgument() {
        gives(0, slot(LOAD | Isa.DW, 0, 1, 8, 0), EXIT);
        faults(0, "load of 8 bytes at offset 9 of argument r1, which has 16 bytes",
                slot(LOAD | Isa.DW, 0, 1, 9, 0), EXIT);
        faults(0, "load of 1 byte at offset 16 of argument r1, which has 16 bytes",
                slot(LOAD | Isa.B, 0, 1, 16, 0), EXIT);
        faults(0, "load of 2 bytes at offset 15 of argument r1, which has 16 bytes",
                slot(Isa.LDX | Isa.MEMSX | Isa.H, 0, 1, 15, 0), EXIT);
        faults(0, "store of 4 bytes at offset 13 of argument r1, which has 16 bytes",
                slot(STORE | Isa.W, 1, 1, 13, 0), EXIT);
        faults(0, "store of 1 byte at offset 16 of argument r1, which has 16 bytes",
                slot(Isa.ST | Isa.MEM | Isa.B, 1, 0, 16, 5), EXIT);
        faults(0, "atomic operation of 8 bytes at offset 9 of argument r1, which has 16 bytes",
                slot(Isa.STX | Isa.ATOMIC | Isa.DW, 1, 2, 9, Isa.ADD), EXIT);
        faults(0, "atomic operation of 4 bytes at offset 13 of argument r1, which has 16 bytes",
                slot(Isa.STX | Isa.ATOMIC | Isa.W, 1, 2, 13, Isa.ADD), EXIT);
    }

    @Test
    void shouldFaultBeforeTheArgument() {
        faults(0, "load of 1 byte at 0x2ffffffff, which is no pointer",
                slot(LOAD | Isa.B, 0, 1, -1, 0), EXIT);
    }

    @Test
    void shouldFaultOutsideOfTheStack() {
        gives(0, slot(LOAD | Isa.DW, 0, Isa.FP, -512, 0), EXIT);
        gives(0, slot(LOAD | Isa.DW, 0, Isa.FP, -8, 0), EXIT);
        faults(0, "load of 1 byte at offset 512 of the stack, which has 512 bytes",
                slot(LOAD | Isa.B, 0, Isa.FP, 0, 0), EXIT);
        faults(0, "store of 8 bytes at offset 505 of the stack, which has 512 bytes",
                slot(STORE | Isa.DW, Isa.FP, 1, -7, 0), EXIT);
        faults(0, "load of 1 byte at 0xffffffff, which is no pointer",
                slot(LOAD | Isa.B, 0, Isa.FP, -513, 0), EXIT);
    }

    @Test
    void shouldFaultOnNumbersThatAreNoPointers() {
        for (long number : new long[]{0, 1, -1, 512, 0x8000_0000_0000_0000L, Long.MAX_VALUE,
                AddressSpace.pointer(AddressSpace.CONTEXT, 0),
                AddressSpace.pointer(AddressSpace.ARGUMENTS + 1, 0),
                AddressSpace.pointer(AddressSpace.REGIONS, 0),
                AddressSpace.pointer(AddressSpace.REGIONS + 63, 0),
                AddressSpace.pointer(AddressSpace.REGIONS + 64, 0)}) {
            faults(2, "load of 1 byte at 0x" + Long.toHexString(number)
                    + ", which is no pointer",
                    wide(3, number, slot(LOAD | Isa.B, 0, 3, 0, 0), EXIT));
        }
    }

    @Test
    void shouldFaultWhereAnAddressOverflows() {
        // -1 + 1 is 0, not a place beyond the end of anything.
        faults(2, "load of 8 bytes at 0x0, which is no pointer",
                wide(3, -1, slot(LOAD | Isa.DW, 0, 3, 1, 0), EXIT));
        // The last bytes of what an offset can name: the end would be offset 3 of the next memory.
        long last = AddressSpace.pointer(AddressSpace.ARGUMENTS, 0xffff_fffc);
        faults(2, "load of 8 bytes at offset 4294967292 of argument r1, which has 16 bytes",
                wide(3, last, slot(LOAD | Isa.DW, 0, 3, 0, 0), EXIT));
        faults(2, "store of 8 bytes at offset 2147483647 of argument r1, which has 16 bytes",
                wide(3, AddressSpace.pointer(AddressSpace.ARGUMENTS, Integer.MAX_VALUE),
                        slot(STORE | Isa.DW, 3, 3, 0, 0), EXIT));
    }

    @Test
    void shouldFaultOnWritesOfWhatIsReadOnly() {
        Contract contract = new Contract("read-only", List.of(new Argument.Memory(16, false)),
                new TreeMap<>(), 100, Contract.Guard.CHECKED, true);
        faults(0, "store of 1 byte at offset 3 of argument r1, which has 16 bytes and is"
                + " read-only", Codes.checked(contract, slot(STORE | Isa.B, 1, 1, 3, 0), EXIT),
                FaultsTest::bind);
        faults(0, "atomic operation of 4 bytes at offset 0 of argument r1, which has 16 bytes and"
                + " is read-only",
                Codes.checked(contract,
                        slot(Isa.STX | Isa.ATOMIC | Isa.W, 1, 2, 0, Isa.ADD), EXIT),
                FaultsTest::bind);
        Program constant = Program.of(List.of(Program.Region.constant("table", new byte[5])),
                slot(Isa.LDDW, 1, Isa.LDDW_REGION, 0, 0), slot(0, 0, 0, 0, 4),
                slot(LOAD | Isa.B, 0, 1, 0, 0), slot(STORE | Isa.B, 1, 1, 0, 0), EXIT);
        faults(3, "store of 1 byte at offset 4 of region table, which has 5 bytes and is"
                + " read-only", Codes.checked(MEMORY, constant), FaultsTest::bind);
    }

    @Test
    void shouldGiveZerosForWhatWasNotWritten() {
        // The second run would see what the first one left.
        Verified verified = Codes.checked(MEMORY, slot(LOAD | Isa.DW, 0, Isa.FP, -8, 0),
                slot(Isa.ST | Isa.MEM | Isa.DW, Isa.FP, 0, -8, 77),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 7, 0, 0),
                slot(Isa.ALU64 | Isa.MOV, 7, 0, 0, 5), EXIT);
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            bind(instance);
            assertEquals(0, instance.run());
            assertEquals(0, instance.run());
        }
    }

    // --- the context --------------------------------------------------------------------------

    private static final Contract PACKET = Contract.filter();

    private static void bindPacket(EngineInstance instance) {
        instance.bind(0, MemorySegment.ofArray(new byte[]{9, 8, 7, 6, 5}), 1, 4);
    }

    @Test
    void shouldKnowTheWordsOfTheContext() {
        long data = AddressSpace.pointer(AddressSpace.ARGUMENTS, 0);
        long[] words = {data, data + 4, data, 0, 0, 0};
        for (int i = 0; i < words.length; i++) {
            gives(words[i], Codes.checked(PACKET, slot(LOAD | Isa.W, 0, 1, 4 * i, 0), EXIT),
                    FaultsTest::bindPacket);
        }
    }

    @Test
    void shouldFaultOnOtherAccessToTheContext() {
        String context = " of the context";
        faults(0, "load of 4 bytes at offset 24" + context, Codes.checked(PACKET,
                slot(LOAD | Isa.W, 0, 1, 24, 0), EXIT), FaultsTest::bindPacket);
        faults(0, "load of 4 bytes at offset 2" + context, Codes.checked(PACKET,
                slot(LOAD | Isa.W, 0, 1, 2, 0), EXIT), FaultsTest::bindPacket);
        faults(0, "load of 8 bytes at offset 0" + context, Codes.checked(PACKET,
                slot(LOAD | Isa.DW, 0, 1, 0, 0), EXIT), FaultsTest::bindPacket);
        faults(0, "load of 4 bytes at offset 0" + context, Codes.checked(PACKET,
                slot(Isa.LDX | Isa.MEMSX | Isa.W, 0, 1, 0, 0), EXIT), FaultsTest::bindPacket);
        faults(0, "store of 4 bytes at offset 0" + context, Codes.checked(PACKET,
                slot(STORE | Isa.W, 1, 1, 0, 0), EXIT), FaultsTest::bindPacket);
    }

    @Test
    void shouldFaultOnWritesOfAPacketThatIsReadOnly() {
        long[] slots = {slot(LOAD | Isa.W, 2, 1, 0, 0), slot(STORE | Isa.B, 2, 1, 0, 0), EXIT};
        faults(1, "store of 1 byte at offset 0 of argument r1, which has 4 bytes and is read-only",
                Codes.checked(PACKET, slots), FaultsTest::bindPacket);
        Contract writable = new Contract("w", List.of(new Argument.Packet(true)), new TreeMap<>(),
                10, Contract.Guard.CHECKED, true);
        gives(0, Codes.checked(writable, slots), FaultsTest::bindPacket);
    }

    @Test
    void shouldFaultOnPacketAccessWithoutContext() {
        long load = slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, 0);
        faults(0, "packet access wants the context in r6, but that holds 0x0, which is no pointer",
                Codes.checked(PACKET, load, EXIT), FaultsTest::bindPacket);
        faults(0, "packet access wants the context in r6, but that holds 0x0, which is no pointer",
                load, EXIT);
    }

    @Test
    void shouldEndTheRunWherePacketAccessIsOutside() {
        long move = slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
        long number = slot(Isa.ALU64 | Isa.MOV, 7, 0, 0, -1);
        long one = slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1);
        gives(0x0807_0605, Codes.checked(PACKET, move,
                slot(Isa.LD | Isa.ABS | Isa.W, 0, 0, 0, 0), EXIT), FaultsTest::bindPacket);
        // An index is taken without sign: -1 is far beyond the packet, and with -3 still is.
        long[] outside = {slot(Isa.LD | Isa.ABS | Isa.W, 0, 0, 0, 1),
                slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, -1),
                slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, Integer.MIN_VALUE),
                slot(Isa.LD | Isa.ABS | Isa.W, 0, 0, 0, Integer.MAX_VALUE),
                slot(Isa.LD | Isa.IND | Isa.H, 0, 7, 0, -3),
                slot(Isa.LD | Isa.IND | Isa.H, 0, 8, 0, 3),
                slot(Isa.LD | Isa.IND | Isa.H, 0, 8, 0, -1)};
        for (long load : outside) {
            gives(0, Codes.checked(PACKET, move, number, load, one, EXIT), FaultsTest::bindPacket);
        }
        gives(6, Codes.checked(PACKET, move, slot(Isa.ALU64 | Isa.MOV, 7, 0, 0, 3),
                slot(Isa.LD | Isa.IND | Isa.B, 0, 7, 0, -1), EXIT), FaultsTest::bindPacket);
        // From within a function, too.
        gives(0, Codes.checked(PACKET, slot(CALL, 0, Isa.CALL_LOCAL, 0, 2), one, EXIT, move,
                slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, 4), EXIT), FaultsTest::bindPacket);
    }

    // --- calls --------------------------------------------------------------------------------

    @Test
    void shouldFaultOnCallsTooDeep() {
        faults(0, "a call in function 8 of a chain of calls, which is as deep as they go",
                slot(CALL, 0, Isa.CALL_LOCAL, 0, -1), EXIT);
        // Seven functions beyond the first are not too many.
        long[] chain = new long[8 * 2];
        for (int i = 0; i < 7; i++) {
            chain[2 * i] = slot(CALL, 0, Isa.CALL_LOCAL, 0, 1);
            chain[2 * i + 1] = EXIT;
        }
        chain[14] = slot(Isa.ALU64 | Isa.MOV | Isa.X, 0, Isa.FP, 0, 0);
        chain[15] = EXIT;
        gives(AddressSpace.pointer(AddressSpace.STACK, 8 * 512), chain);
    }

    @Test
    void shouldKeepRegistersAcrossCalls() {
        // r6 is 5 before and after, though the function sets it; r1 to r5 are gone.
        gives(5 + 100, slot(Isa.ALU64 | Isa.MOV, 6, 0, 0, 5), slot(Isa.ALU64 | Isa.MOV, 1, 0, 0, 7),
                slot(CALL, 0, Isa.CALL_LOCAL, 0, 3),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 6, 0, 0),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 1, 0, 0), EXIT,
                slot(Isa.ALU64 | Isa.ADD, 6, 0, 0, 93),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 6, 1, 0, 0),
                slot(Isa.ALU64 | Isa.MOV | Isa.X, 0, 6, 0, 0), EXIT);
    }

    @Test
    void shouldFaultOnHelpersThatAreNotThere() {
        faults(1, "there is no helper 7, only []", slot(Isa.ALU64 | Isa.MOV, 3, 0, 0, 7),
                slot(Isa.CALLX, 3, 0, 0, 0), EXIT);
        // The lower half of the number is that of a helper.
        Contract contract = MEMORY.withHelper(1, new Helper("one", List.of(), Helper.Result.NUMBER,
                true, (_, _, _, _, _, _) -> 1));
        faults(2, "there is no helper 4294967297, only [1]", Codes.checked(contract,
                wide(3, 0x1_0000_0001L, slot(Isa.CALLX, 3, 0, 0, 0), EXIT)), FaultsTest::bind);
        gives(1, Codes.checked(contract,
                wide(3, 1, slot(Isa.CALLX, 0, 0, 0, 3), EXIT)), FaultsTest::bind);
    }

    @Test
    void shouldFaultOnPointersThatHelpersCannotUse() {
        Contract contract = MEMORY
                .withHelper(1, new Helper("peek", List.of(Helper.Parameter.NUMBER),
                        Helper.Result.NUMBER, true, (memory, at, _, _, _, _) -> memory.read(at, 8)))
                .withHelper(2, new Helper("poke", List.of(Helper.Parameter.NUMBER),
                        Helper.Result.NOTHING, true, (memory, at, _, _, _, _) -> {
                            memory.write(at, 8, 5);
                            return 9;
                        }));
        long add = slot(Isa.ALU64 | Isa.ADD, 1, 0, 0, 9);
        faults(1, "read of 8 bytes at offset 9 of argument r1, which has 16 bytes",
                Codes.checked(contract, add, slot(CALL, 0, 0, 0, 1), EXIT), FaultsTest::bind);
        faults(1, "write of 8 bytes at offset 9 of argument r1, which has 16 bytes",
                Codes.checked(contract, add, slot(CALL, 0, 0, 0, 2), EXIT), FaultsTest::bind);
        gives(0, Codes.checked(contract, slot(CALL, 0, 0, 0, 2), EXIT), FaultsTest::bind);
        gives(5, Codes.checked(contract, slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0),
                slot(CALL, 0, 0, 0, 2), slot(Isa.ALU64 | Isa.MOV | Isa.X, 1, 6, 0, 0),
                slot(CALL, 0, 0, 0, 1), EXIT), FaultsTest::bind);
    }

    @Test
    void shouldLetFailuresOfHelpersThrough() {
        Contract contract = MEMORY.withHelper(1, new Helper("broken", List.of(),
                Helper.Result.NUMBER, true, (_, _, _, _, _, _) -> {
                    throw new UnsupportedOperationException("mine");
                }));
        Verified verified = Codes.checked(contract, slot(CALL, 0, 0, 0, 1), EXIT);
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            bind(instance);
            assertEquals("mine",
                    assertThrows(UnsupportedOperationException.class, instance::run).getMessage());
        }
    }

    // --- steps --------------------------------------------------------------------------------

    @Test
    void shouldFaultBeyondTheSteps() {
        // 3 instructions before the loop, 2 in each of 10 rounds, 1 behind it.
        long[] slots = wide(3, 10, slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1),
                slot(Isa.ALU64 | Isa.MOV, 4, 0, 0, 1), slot(Isa.ALU64 | Isa.SUB, 3, 0, 0, 1),
                slot(Isa.JMP | Isa.JNE, 3, 0, -2, 0), EXIT);
        gives(1, Codes.checked(MEMORY.withMaxSteps(24), slots), FaultsTest::bind);
        faults(6, "the run takes more than 23 steps",
                Codes.checked(MEMORY.withMaxSteps(23), slots), FaultsTest::bind);
        faults(5, "the run takes more than 22 steps",
                Codes.checked(MEMORY.withMaxSteps(22), slots), FaultsTest::bind);
        faults(3, "the run takes more than 2 steps",
                Codes.checked(MEMORY.withMaxSteps(2), slots), FaultsTest::bind);
        faults(2, "the run takes more than 1 steps",
                Codes.checked(MEMORY.withMaxSteps(1), slots), FaultsTest::bind);
    }

    @Test
    void shouldEndEndlessLoops() {
        faults(0, "the run takes more than 1000000 steps", slot(Isa.JMP | Isa.JA, 0, 0, -1, 0),
                EXIT);
    }

    @Test
    void shouldCallHelpersBeforeStepsEnd() {
        int[] calls = {0};
        Contract contract = MEMORY.withMaxSteps(1)
                .withHelper(1, new Helper("count", List.of(),
                        Helper.Result.NOTHING, true, (_, _, _, _, _, _) -> calls[0]++));
        faults(1, "the run takes more than 1 steps",
                Codes.checked(contract, slot(CALL, 0, 0, 0, 1), EXIT), FaultsTest::bind);
        assertEquals(3, calls[0], "once by each code");
    }

    @Test
    void shouldRunAgainAfterAFault() {
        Verified verified = Codes.checked(MEMORY, slot(LOAD | Isa.B, 3, 1, 0, 0),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 1, 3, 0, 0), slot(LOAD | Isa.B, 0, 1, 0, 0),
                EXIT);
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            byte[] memory = new byte[16];
            instance.bind(0, MemorySegment.ofArray(memory), 0, 16);
            memory[0] = 16;
            assertThrows(CodeFault.class, instance::run);
            memory[0] = 5;
            memory[5] = 42;
            assertEquals(42, instance.run());
            assertTrue(code.toString().length() > 1);
        }
    }
}
