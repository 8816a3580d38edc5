// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.util.BitSet;

/**
 * Which registers of a function never hold more than 32 bits, so that an int is enough for them:
 * all of them, in programs that were translated from classic BPF.
 *
 * <p>A register is one if each instruction that sets it leaves its upper half 0. This looks at each
 * instruction alone, but for moves between registers.
 */
final class HalfRegisters {
    private static final int ALL = (1 << Isa.REGISTERS) - 1;

    private final Verified verified;
    private final Flow flow;
    private int half;

    private HalfRegisters(Verified verified, Flow flow, int half) {
        this.verified = verified;
        this.flow = flow;
        this.half = half;
    }

    /**
     * {@return the registers, as bits}
     *
     * @param verified the program
     * @param flow its flow
     * @param slots the instructions of the function
     * @param arguments how many arguments it has
     */
    static int of(Verified verified, Flow flow, BitSet slots, int arguments) {
        int given = ((1 << arguments) - 1) << 1 | 1 << Isa.FP;
        HalfRegisters registers = new HalfRegisters(verified, flow, ALL & ~given);
        int before;
        do {
            before = registers.half;
            for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
                registers.look(i);
            }
        } while (before != registers.half);
        return registers.half;
    }

    private boolean isHalf(int register) {
        return (half & 1 << register) != 0;
    }

    private void look(int i) {
        long slot = verified.program().slot(i);
        int op = Isa.opcode(slot);
        boolean keeps = switch (Isa.classOf(op)) {
            case Isa.ALU -> Isa.operation(op) != Isa.END || Isa.immediate(slot) != Long.SIZE;
            case Isa.ALU64 -> isHalfResult(slot);
            case Isa.LDX -> Isa.mode(op) == Isa.MEM && (Isa.bytes(op) < Integer.BYTES
                    || (Isa.bytes(op) == Integer.BYTES && isNumber(i)));
            case Isa.LD -> op != Isa.LDDW || Verified.wide(slot,
                    verified.program().slot(i + 1)) >>> Integer.SIZE == 0;
            default -> true;
        };
        if (!keeps) {
            half &= ~(1 << Isa.dst(slot));
        } else if (flow.isCall(i)) {
            half &= ~1;
        } else if (flow.isAtomic(i) && Isa.bytes(op) == Long.BYTES) {
            half &= ~(1 << (Isa.immediate(slot) == Isa.CMPXCHG ? 0 : Isa.src(slot)));
        }
    }

    /** {@return whether what a load of 4 bytes loads is known not to be a pointer} */
    private boolean isNumber(int i) {
        int memory = verified.proof().memory(i);
        return memory != Proof.UNPROVEN && memory != AddressSpace.CONTEXT;
    }

    private boolean isHalfResult(long slot) {
        int op = Isa.opcode(slot);
        boolean isImmediate = (op & Isa.X) == 0;
        return switch (Isa.operation(op)) {
            case Isa.MOV -> isImmediate
                    ? Isa.immediate(slot) >= 0
                    : Isa.offset(slot) == 0 && isHalf(Isa.src(slot));
            case Isa.AND -> isImmediate
                    ? Isa.immediate(slot) >= 0
                    : isHalf(Isa.src(slot)) || isHalf(Isa.dst(slot));
            case Isa.RSH -> isHalf(Isa.dst(slot));
            case Isa.END -> Isa.immediate(slot) != Long.SIZE;
            default -> false;
        };
    }
}
