// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Slots;
import java.util.random.RandomGenerator;

/**
 * Random programs whose paths part and meet again, with something different that may count later: a
 * pointer that was moved, a number that was bounded or tied, a word of the stack that was written,
 * a packet that was checked.
 *
 * <p>For the contract of {@link Model}. r6 points to 16 bytes, r7 into the packet, r8 to its end,
 * r9 counts rounds; r0 to r5 are mostly numbers.
 */
final class Tangles {
    private static final int[] SIZES = {Isa.B, Isa.H, Isa.W, Isa.DW};
    private static final int[] BOUNDS = {0, 1, 2, 3, 4, 7, 8, 15, 16, -1};
    private static final int MOST_SLOTS = 200;
    private static final int FUNCTION_CALLS = 4;

    private final RandomGenerator random;
    private final long[] slots = new long[MOST_SLOTS];
    private final int[] calls = new int[FUNCTION_CALLS];
    private int callCount;
    private int count;

    private Tangles(RandomGenerator random) {
        this.random = random;
    }

    /** {@return a program} */
    static long[] program(RandomGenerator random) {
        Tangles tangles = new Tangles(random);
        tangles.start();
        int pieces = random.nextInt(4, 18);
        int loop = tangles.count;
        for (int i = 0; i < pieces; i++) {
            tangles.piece();
        }
        if (random.nextInt(3) == 0) {
            tangles.put(Slots.add(9, 1));
            tangles.put(Slots.jmp(Isa.JLT, 9, random.nextInt(1, 4), loop - tangles.count - 1));
        }
        tangles.end();
        return java.util.Arrays.copyOf(tangles.slots, tangles.count);
    }

    private void put(long slot) {
        slots[count] = slot;
        count++;
    }

    private void start() {
        put(Slots.movr(6, 1));
        put(Slots.ldx(Isa.W, 7, 3, 0));
        put(Slots.ldx(Isa.W, 8, 3, 4));
        put(Slots.mov(0, 0));
        put(Slots.mov(1, random.nextInt(16)));
        put(Slots.ldx(Isa.B, 3, 6, 1));
        put(Slots.ldx(Isa.B, 4, 6, 2));
        put(Slots.movr(5, random.nextInt(6)));
        put(Slots.mov(9, 0));
        put(Slots.stx(Isa.DW, 10, -8, random.nextInt(2, 5)));
        put(Slots.stx(Isa.DW, 10, -16, 6 + random.nextInt(2)));
        if (random.nextInt(4) > 0) {
            put(Slots.stx(Isa.DW, 10, -24, random.nextInt(1, 8)));
        }
        if (random.nextInt(4) == 0) {
            put(Slots.movr(5, 10));
        }
    }

    /** Ends the program, and adds the function that it calls. */
    private void end() {
        for (int i = random.nextInt(6); i < 4; i++) {
            put(Slots.mov(0, i));
        }
        put(Slots.exit());
        int function = count;
        for (int i = 0; i < callCount; i++) {
            slots[calls[i]] = Slots.local(function - calls[i] - 1);
        }
        if (callCount > 0) {
            put(Slots.movr(0, number()));
            put(branch(random.nextInt(1, 3)));
            put(random.nextBoolean() ? Slots.ldx(Isa.B, 0, 1, 0) : Slots.mov(0, 1));
            put(Slots.st(Isa.DW, 10, -8, 3));
            put(random.nextBoolean() ? Slots.alu(Isa.AND, 0, 15) : Slots.movr(6, 1));
            put(random.nextInt(3) == 0 ? Slots.ldx(Isa.DW, 0, 10, -8) : Slots.ja(0));
            put(Slots.exit());
        }
    }

    private int number() {
        return random.nextInt(6);
    }

    private int slot() {
        return -8 * random.nextInt(1, 4);
    }

    private int size() {
        return SIZES[random.nextInt(SIZES.length)];
    }

    private long branch(int far) {
        int condition = ConcreteMath.CONDITIONS[random.nextInt(ConcreteMath.CONDITIONS.length)];
        int bound = BOUNDS[random.nextInt(BOUNDS.length)];
        return switch (random.nextInt(5)) {
            case 0 -> Slots.jmpr(condition, number(), number(), far);
            case 1 -> Slots.jmp32(condition, number(), bound, far);
            default -> Slots.jmp(condition, number(), bound, far);
        };
    }

    private void piece() {
        switch (random.nextInt(15)) {
            case 0, 1 -> put(Slots.ldx(Isa.B, number(), 6, random.nextInt(12)));
            case 2, 3, 4 -> {
                put(branch(random.nextInt(1, 4)));
                change();
                change();
                change();
            }
            case 5 -> put(Slots.movr(number(), number()));
            case 6 -> put(Slots.alu(Isa.AND, number(), random.nextInt(16)));
            case 7 -> useMemory();
            case 8, 9 -> usePacket();
            case 10 -> put(Slots.ldx(size(), number(), 10, slot()));
            case 11 -> {
                put(Slots.ldx(Isa.DW, 1, 10, random.nextInt(3) == 0 ? slot() : -16));
                put(Slots.ldx(Isa.B, number(), 1, random.nextInt(16)));
            }
            case 12 -> {
                if (callCount < FUNCTION_CALLS) {
                    put(Slots.movr(1, random.nextBoolean() ? 6 : number()));
                    calls[callCount] = count;
                    callCount++;
                    put(Slots.ja(0));
                    for (int i = random.nextInt(2); i < 6; i++) {
                        put(i % 2 == 0 ? Slots.mov(i, random.nextInt(16)) : Slots.movr(i, 0));
                    }
                }
            }
            default -> change();
        }
    }

    /** One instruction that another path may lack. */
    private void change() {
        put(switch (random.nextInt(14)) {
            case 0 -> Slots.add(6, random.nextInt(-2, 5));
            case 1 -> Slots.add(7, random.nextInt(-2, 5));
            case 2 -> Slots.addr(7, number());
            case 3 -> Slots.movr(number(), number());
            case 4 -> Slots.mov(number(), random.nextInt(16));
            case 5 -> Slots.alu(Isa.AND, number(), random.nextInt(16));
            case 6 -> Slots.st(size(), 10, slot(), random.nextInt(16));
            case 7 -> Slots.stx(size(), 10, slot(), number());
            case 8 -> Slots.stx(Isa.DW, 10, slot(), random.nextInt(6, 9));
            case 9 -> Slots.mov32r(number(), number());
            case 10 -> Slots.add(number(), random.nextInt(-4, 9));
            case 11 -> Slots.movr(9, number());
            case 12 -> Slots.atomic(Isa.DW, 10, slot(), number(), Isa.XCHG);
            default -> branch(1);
        });
    }

    private void useMemory() {
        int index = number();
        put(Slots.jmp(random.nextBoolean() ? Isa.JGT : Isa.JSGT, index, random.nextInt(16), 3));
        put(Slots.movr(1, 6));
        put(Slots.addr(1, number() == 0 ? number() : index));
        put(Slots.ldx(Isa.B, number(), 1, random.nextInt(3)));
    }

    private void usePacket() {
        int bytes = random.nextInt(1, 9);
        boolean isGreater = random.nextBoolean();
        put(Slots.movr(1, 7));
        put(Slots.add(1, bytes));
        put(isGreater
                ? Slots.jmpr(Isa.JGT, 1, 8, random.nextInt(1, 4))
                : Slots.jmpr(Isa.JLT, 8, 1, random.nextInt(1, 3)));
        put(Slots.ldx(Isa.B, number(), 7, random.nextInt(-4, bytes)));
        put(random.nextBoolean() ? Slots.ldx(Isa.H, number(), 7, 0) : Slots.mov(0, 1));
    }
}
