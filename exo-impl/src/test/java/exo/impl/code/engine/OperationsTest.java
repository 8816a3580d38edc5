// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Contract;
import exo.impl.code.isa.Isa;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Does each instruction do what RFC 9669 says, in both engines, at the edges of its operands? */
class OperationsTest {
    private static final long[] VALUES = {0, 1, -1, 2, -2, 7, 31, 32, 33, 63, 64, 65, 0x7f, 0x80,
            0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL,
            0x1_0000_0000L, 0xffff_ffff_8000_0000L, 0x0123_4567_89ab_cdefL,
            0xfedc_ba98_7654_3210L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1};
    private static final int[] IMMEDIATES = {0, 1, -1, 2, 5, 31, 32, 33, 63, 64, 255,
            Integer.MAX_VALUE, Integer.MIN_VALUE, 0x1234_5678, -7};
    private static final int[] BINARY = {Isa.ADD, Isa.SUB, Isa.MUL, Isa.DIV, Isa.OR, Isa.AND,
            Isa.LSH, Isa.RSH, Isa.MOD, Isa.XOR, Isa.MOV, Isa.ARSH};
    private static final int[] JUMPS = {Isa.JEQ, Isa.JGT, Isa.JGE, Isa.JSET, Isa.JNE, Isa.JSGT,
            Isa.JSGE, Isa.JLT, Isa.JLE, Isa.JSLT, Isa.JSLE};
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    private static final long RETURN_R1 = slot(Isa.ALU64 | Isa.MOV | Isa.X, 0, 1, 0, 0);
    private static final BigInteger TWO = BigInteger.TWO;

    // --- the model ----------------------------------------------------------------------------

    private static BigInteger unsigned(long value, int bits) {
        return BigInteger.valueOf(value).mod(TWO.pow(bits));
    }

    private static BigInteger signed(long value, int bits) {
        BigInteger number = unsigned(value, bits);
        return number.testBit(bits - 1) ? number.subtract(TWO.pow(bits)) : number;
    }

    private static BigInteger division(int operation, BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            return operation == Isa.DIV ? BigInteger.ZERO : a;
        }
        return operation == Isa.DIV ? a.divide(b) : a.remainder(b);
    }

    /** What the lowest bits of an operation are; above 32 they are 0. */
    private static long model(int operation, int variant, int bits, long left, long right) {
        BigInteger a = unsigned(left, bits);
        BigInteger b = unsigned(right, bits);
        int count = (int) (right & bits - 1);
        BigInteger result = switch (operation) {
            case Isa.ADD -> a.add(b);
            case Isa.SUB -> a.subtract(b);
            case Isa.MUL -> a.multiply(b);
            case Isa.DIV, Isa.MOD -> variant == 0
                    ? division(operation, a, b)
                    : division(operation, signed(left, bits), signed(right, bits));
            case Isa.OR -> a.or(b);
            case Isa.AND -> a.and(b);
            case Isa.XOR -> a.xor(b);
            case Isa.LSH -> a.shiftLeft(count);
            case Isa.RSH -> a.shiftRight(count);
            case Isa.ARSH -> signed(left, bits).shiftRight(count);
            case Isa.NEG -> a.negate();
            default -> variant == 0 ? b : signed(right, variant);
        };
        return result.mod(TWO.pow(bits)).longValue();
    }

    private static boolean modelJump(int operation, int bits, long left, long right) {
        int order = unsigned(left, bits).compareTo(unsigned(right, bits));
        int signedOrder = signed(left, bits).compareTo(signed(right, bits));
        return switch (operation) {
            case Isa.JEQ -> order == 0;
            case Isa.JNE -> order != 0;
            case Isa.JGT -> order > 0;
            case Isa.JGE -> order >= 0;
            case Isa.JLT -> order < 0;
            case Isa.JLE -> order <= 0;
            case Isa.JSGT -> signedOrder > 0;
            case Isa.JSGE -> signedOrder >= 0;
            case Isa.JSLT -> signedOrder < 0;
            case Isa.JSLE -> signedOrder <= 0;
            default -> unsigned(left, bits).and(unsigned(right, bits)).signum() != 0;
        };
    }

    // --- arithmetic ---------------------------------------------------------------------------

    private interface Model {
        long result(long a, long b);
    }

    private static void check(long instruction, Model model) {
        Verified verified = Codes.checked(Codes.numbers(2), instruction, RETURN_R1, EXIT);
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            for (long a : VALUES) {
                for (long b : VALUES) {
                    instance.set(0, a);
                    instance.set(1, b);
                    assertEquals(model.result(a, b), instance.run(),
                            () -> Long.toHexString(instruction) + " of " + a + ", " + b + ": "
                                    + code);
                }
            }
        }
    }

    private static void checkBinary(int group, int bits, int operation, int variant) {
        check(slot(group | operation | Isa.X, 1, 2, variant, 0),
                (a, b) -> model(operation, variant, bits, a, b));
        // A move of an immediate has no variants.
        for (int immediate : operation == Isa.MOV && variant != 0 ? new int[0] : IMMEDIATES) {
            check(slot(group | operation, 1, 0, variant, immediate),
                    (a, _) -> model(operation, variant, bits, a, immediate));
        }
    }

    @Test
    void shouldCompute() {
        for (int operation : BINARY) {
            checkBinary(Isa.ALU64, 64, operation, 0);
            checkBinary(Isa.ALU, 32, operation, 0);
        }
    }

    @Test
    void shouldDivideWithSign() {
        for (int operation : new int[]{Isa.DIV, Isa.MOD}) {
            checkBinary(Isa.ALU64, 64, operation, 1);
            checkBinary(Isa.ALU, 32, operation, 1);
        }
    }

    @Test
    void shouldMoveWithSign() {
        for (int bits : new int[]{8, 16, 32}) {
            checkBinary(Isa.ALU64, 64, Isa.MOV, bits);
        }
        checkBinary(Isa.ALU, 32, Isa.MOV, 8);
        checkBinary(Isa.ALU, 32, Isa.MOV, 16);
    }

    @Test
    void shouldNegate() {
        check(slot(Isa.ALU64 | Isa.NEG, 1, 0, 0, 0), (a, _) -> model(Isa.NEG, 0, 64, a, 0));
        check(slot(Isa.ALU | Isa.NEG, 1, 0, 0, 0), (a, _) -> model(Isa.NEG, 0, 32, a, 0));
    }

    @Test
    void shouldChangeByteOrder() {
        for (int bits : new int[]{16, 32, 64}) {
            Model swap = (a, _) -> {
                byte[] bytes = ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(a)
                        .array();
                long result = 0;
                for (int i = 0; i < bits / 8; i++) {
                    result = result << 8 | (bytes[i] & 0xff);
                }
                return result;
            };
            check(slot(Isa.ALU | Isa.END | Isa.X, 1, 0, 0, bits), swap);
            check(slot(Isa.ALU64 | Isa.END, 1, 0, 0, bits), swap);
            check(slot(Isa.ALU | Isa.END, 1, 0, 0, bits),
                    (a, _) -> unsigned(a, bits).longValue());
        }
    }

    @Test
    void shouldLoadWideNumbers() {
        for (long value : VALUES) {
            Verified verified = Codes.checked(Codes.numbers(0),
                    slot(Isa.LDDW, 0, 0, 0, (int) value),
                    slot(0, 0, 0, 0, (int) (value >> 32)), EXIT);
            for (Code code : Codes.of(verified)) {
                assertEquals(value, Codes.run(verified, code));
            }
        }
    }

    // --- jumps --------------------------------------------------------------------------------

    private static void checkJump(long jump, Model model) {
        Verified verified = Codes.checked(Codes.numbers(2),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1), jump,
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0), EXIT);
        for (Code code : Codes.of(verified)) {
            EngineInstance instance = new EngineInstance(verified, code);
            for (long a : VALUES) {
                for (long b : VALUES) {
                    instance.set(0, a);
                    instance.set(1, b);
                    assertEquals(model.result(a, b), instance.run(),
                            () -> Long.toHexString(jump) + " of " + a + ", " + b + ": " + code);
                }
            }
        }
    }

    @Test
    void shouldJump() {
        for (int group : new int[]{Isa.JMP, Isa.JMP32}) {
            int bits = group == Isa.JMP ? 64 : 32;
            for (int operation : JUMPS) {
                checkJump(slot(group | operation | Isa.X, 1, 2, 1, 0),
                        (a, b) -> modelJump(operation, bits, a, b) ? 1 : 0);
                for (int immediate : IMMEDIATES) {
                    checkJump(slot(group | operation, 1, 0, 1, immediate),
                            (a, _) -> modelJump(operation, bits, a, immediate) ? 1 : 0);
                }
            }
        }
    }

    @Test
    void shouldCompareHalfRegistersAsNumbersOf64Bits() {
        for (int operation : JUMPS) {
            for (int immediate : IMMEDIATES) {
                compareHalves(operation, immediate);
            }
        }
    }

    /** Registers r3 and r4 are of 32 bits wherever they are set: they are ints when compiled. */
    private static void compareHalves(int operation, int immediate) {
        boolean isByRegister = immediate == 0;
        Verified verified = Codes.checked(Codes.numbers(2),
                slot(Isa.ALU | Isa.MOV | Isa.X, 3, 1, 0, 0),
                slot(Isa.ALU | Isa.MOV | Isa.X, 4, 2, 0, 0),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1),
                isByRegister
                        ? slot(Isa.JMP | operation | Isa.X, 3, 4, 1, 0)
                        : slot(Isa.JMP | operation, 3, 0, 1, immediate),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0), EXIT);
        for (Code code : Codes.of(verified)) {
            for (long a : VALUES) {
                long b = a == 7 ? 7 : 0xffff_ffffL;
                boolean expected = modelJump(operation, 64, a & 0xffff_ffffL,
                        isByRegister ? b : immediate);
                assertEquals(expected ? 1 : 0, Codes.run(verified, code, a, b));
            }
        }
    }

    @Test
    void shouldJumpAlways() {
        long one = slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1);
        long two = slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 2);
        for (long jump : new long[]{slot(Isa.JMP | Isa.JA, 0, 0, 1, 0),
                slot(Isa.JMP32 | Isa.JA, 0, 0, 0, 1)}) {
            Verified verified = Codes.checked(Codes.numbers(0), one, jump, two, EXIT);
            for (Code code : Codes.of(verified)) {
                assertEquals(1, Codes.run(verified, code));
            }
        }
    }

    // --- memory -------------------------------------------------------------------------------

    private static final Contract MEMORY = Contract.memory(16);
    private static final long FIRST = 0x8182_8384_8586_8788L;
    private static final long SECOND = 0x0102_0304_0506_0708L;

    private static ByteBuffer memory() {
        return ByteBuffer.wrap(new byte[16])
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(FIRST)
                .putLong(SECOND);
    }

    private static long run(Verified verified, Code code, MemorySegment memory) {
        EngineInstance instance = new EngineInstance(verified, code);
        instance.bind(0, memory, 0, 16);
        return instance.run();
    }

    @Test
    void shouldLoad() {
        Map<Integer, Integer> sizes = Map.of(Isa.B, 1, Isa.H, 2, Isa.W, 4, Isa.DW, 8);
        for (Map.Entry<Integer, Integer> size : sizes.entrySet()) {
            for (int at = 0; at <= 16 - size.getValue(); at++) {
                BigInteger all = new BigInteger(1, new byte[]{1, 2, 3, 4, 5, 6, 7, 8,
                        (byte) 0x81, (byte) 0x82, (byte) 0x83, (byte) 0x84, (byte) 0x85,
                        (byte) 0x86, (byte) 0x87, (byte) 0x88});
                long expected = all.shiftRight(8 * at)
                        .mod(TWO.pow(8 * size.getValue()))
                        .longValue();
                checkLoad(slot(Isa.LDX | Isa.MEM | size.getKey(), 0, 1, at, 0), expected);
                if (size.getKey() != Isa.DW) {
                    checkLoad(slot(Isa.LDX | Isa.MEMSX | size.getKey(), 0, 1, at, 0),
                            signed(expected, 8 * size.getValue()).longValue());
                }
            }
        }
    }

    private static void checkLoad(long load, long expected) {
        Verified verified = Codes.checked(MEMORY, load, EXIT);
        for (Code code : Codes.of(verified)) {
            assertEquals(expected, run(verified, code, MemorySegment.ofArray(memory().array())),
                    () -> Long.toHexString(load) + ": " + code);
        }
    }

    @Test
    void shouldStore() {
        Map<Integer, Integer> sizes = Map.of(Isa.B, 1, Isa.H, 2, Isa.W, 4, Isa.DW, 8);
        for (Map.Entry<Integer, Integer> size : sizes.entrySet()) {
            int at = 5;
            long value = 0x1122_3344_a5a6_a7a8L;
            checkStore(at, size.getValue(), value, slot(Isa.LDDW, 3, 0, 0, (int) value),
                    slot(0, 0, 0, 0, (int) (value >> 32)),
                    slot(Isa.STX | Isa.MEM | size.getKey(), 1, 3, at, 0), EXIT);
            checkStore(at, size.getValue(), -77,
                    slot(Isa.ST | Isa.MEM | size.getKey(), 1, 0, at, -77), EXIT);
        }
    }

    private static void checkStore(int at, int bytes, long value, long... slots) {
        byte[] expected = memory().array();
        for (int i = 0; i < bytes; i++) {
            expected[at + i] = (byte) (value >> (8 * i));
        }
        Verified verified = Codes.checked(MEMORY, slots);
        for (Code code : Codes.of(verified)) {
            byte[] memory = memory().array();
            run(verified, code, MemorySegment.ofArray(memory));
            assertEquals(ByteBuffer.wrap(expected), ByteBuffer.wrap(memory), code::toString);
        }
    }

    /** What an atomic operation leaves in memory. */
    private static long atomic(int operation, long old, long value, boolean isEqual) {
        return switch (operation) {
            case Isa.XCHG -> value;
            case Isa.CMPXCHG -> isEqual ? value : old;
            default -> model(operation & ~Isa.FETCH, 0, 64, old, value);
        };
    }

    @Test
    void shouldDoAtomicOperations() {
        int[] operations = {Isa.ADD, Isa.OR, Isa.AND, Isa.XOR, Isa.ADD | Isa.FETCH,
                Isa.OR | Isa.FETCH, Isa.AND | Isa.FETCH, Isa.XOR | Isa.FETCH, Isa.XCHG,
                Isa.CMPXCHG};
        for (int operation : operations) {
            for (boolean isEqual : new boolean[]{true, false}) {
                for (boolean isWide : new boolean[]{true, false}) {
                    checkAtomic(operation, isEqual, isWide);
                }
            }
        }
    }

    private static void checkAtomic(int operation, boolean isEqual, boolean isWide) {
        long value = 0x7654_3210_fedc_ba98L;
        // Of 4 bytes, only the lower half of r0 is compared.
        long expectedR0 = isEqual ? (isWide ? FIRST : FIRST ^ 1L << 40) : FIRST ^ 1;
        long mask = isWide ? -1L : 0xffff_ffffL;
        Verified verified = Codes.checked(MEMORY, slot(Isa.LDDW, 3, 0, 0, (int) value),
                slot(0, 0, 0, 0, (int) (value >> 32)),
                slot(Isa.LDDW, 0, 0, 0, (int) expectedR0),
                slot(0, 0, 0, 0, (int) (expectedR0 >> 32)),
                slot(Isa.STX | Isa.ATOMIC | (isWide ? Isa.DW : Isa.W), 1, 3, 0, operation),
                slot(Isa.STX | Isa.MEM | Isa.DW, 1, 3, 8, 0), EXIT);
        boolean fetches = (operation & Isa.FETCH) != 0;
        boolean fetchesToR0 = operation == Isa.CMPXCHG;
        long left = (atomic(operation, FIRST & mask, value & mask, isEqual) & mask)
                | (FIRST & ~mask);
        Map<String, MemorySegment> memories = new HashMap<>();
        memories.put("bytes", MemorySegment.ofArray(new byte[16]));
        memories.put("words", MemorySegment.ofArray(new long[2]));
        memories.put("native", java.lang.foreign.Arena.ofAuto().allocate(24).asSlice(3, 16));
        memories.put("aligned", java.lang.foreign.Arena.ofAuto().allocate(16, 8));
        memories.forEach((name, memory) -> {
            for (Code code : Codes.of(verified)) {
                memory.copyFrom(MemorySegment.ofArray(memory().array()));
                long r0 = run(verified, code, memory);
                String what = operation + " on " + name + " by " + code;
                assertEquals(left, Bytes.get8(memory, 0), what);
                assertEquals(fetches && !fetchesToR0 ? FIRST & mask : value,
                        Bytes.get8(memory, 8), what);
                assertEquals(fetchesToR0 ? FIRST & mask : expectedR0, r0, what);
            }
        });
    }
}
