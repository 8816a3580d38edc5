// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import java.util.Arrays;

/**
 * Which registers and which bytes of the stack may still be read when a run comes to a slot. What
 * is not read any more does not tell two states apart.
 *
 * <p>The stack is watched in 64 parts of 8 bytes, and only if no instruction takes the frame
 * pointer elsewhere: if one does, all of the stack counts as read.
 *
 * <p>Backward data flow over a list of slots to look at again. The answer of a slot only grows, and
 * has 75 bits, so each slot is looked at a bounded number of times.
 */
final class Liveness {
    private static final int ARGUMENTS = 0b11_1110;
    private static final int CLOBBERED = 0b11_1111;
    private static final int R0 = 1;

    private final Program program;
    private final Contract contract;
    private final short[] registers;
    private final long[] stack;
    /** Predecessors of slot i are sources[starts[i]] to sources[starts[i + 1] - 1]. */
    private final int[] starts;
    private final int[] sources;

    /** Looks at a program whose form was checked. */
    Liveness(Program program, Contract contract) {
        this.program = program;
        this.contract = contract;
        int length = program.length();
        registers = new short[length];
        stack = new long[length];
        starts = new int[length + 1];
        sources = predecessors();
        if (isFramePointerCopied()) {
            Arrays.fill(stack, -1L);
        }
        flow();
    }

    /** {@return a bit for each register that may be read from a slot on} */
    int registers(int slot) {
        return registers[slot];
    }

    /** {@return whether a word of the function's stack, of 4 bytes, may be read from a slot on} */
    boolean isWordLive(int slot, int word) {
        return (stack[slot] & (1L << (word >> 1))) != 0;
    }

    // --- edges --------------------------------------------------------------------------------

    private int[] predecessors() {
        int length = program.length();
        for (int i = 0; i < length; i++) {
            count(next(i));
            count(jump(i));
        }
        for (int i = 0; i < length; i++) {
            starts[i + 1] += starts[i];
        }
        int[] list = new int[starts[length]];
        int[] filled = new int[length];
        for (int i = 0; i < length; i++) {
            add(list, filled, next(i), i);
            add(list, filled, jump(i), i);
        }
        return list;
    }

    private void count(int target) {
        if (target >= 0) {
            starts[target + 1]++;
        }
    }

    private void add(int[] list, int[] filled, int target, int source) {
        if (target >= 0) {
            list[starts[target] + filled[target]++] = source;
        }
    }

    /** {@return the slot that follows without a jump; -1 for none} */
    private int next(int slot) {
        int opcode = Isa.opcode(program.slot(slot));
        if (opcode == Isa.LDDW) {
            return slot + 2;
        }
        boolean isLast = opcode == (Isa.JMP | Isa.EXIT) || opcode == (Isa.JMP | Isa.JA)
                || opcode == (Isa.JMP32 | Isa.JA);
        return isLast || slot + 1 == program.length() ? -1 : slot + 1;
    }

    /** {@return the slot that a jump or a local call goes to; -1 for none} */
    private int jump(int slot) {
        long word = program.slot(slot);
        int opcode = Isa.opcode(word);
        int group = Isa.classOf(opcode);
        boolean isJump = group == Isa.JMP || group == Isa.JMP32;
        if (!isJump || opcode == (Isa.JMP | Isa.EXIT) || opcode == Isa.CALLX) {
            return -1;
        }
        boolean isHelper = opcode == (Isa.JMP | Isa.CALL) && Isa.src(word) != Isa.CALL_LOCAL;
        return isHelper ? -1 : Isa.target(word, slot);
    }

    private boolean isFramePointerCopied() {
        for (int i = 0; i < program.length(); i++) {
            long word = program.slot(i);
            int group = Isa.classOf(Isa.opcode(word));
            boolean isCopy = group == Isa.STX || group == Isa.ALU64 || group == Isa.ALU;
            if (isCopy && Isa.src(word) == Isa.FP) {
                return true;
            }
        }
        return false;
    }

    // --- flow ---------------------------------------------------------------------------------

    private void flow() {
        int length = program.length();
        int[] waiting = new int[length];
        boolean[] isWaiting = new boolean[length];
        Arrays.fill(isWaiting, true);
        // From the last slot to the first at the beginning, since what is read flows backward.
        for (int i = 0; i < length; i++) {
            waiting[i] = i;
        }
        int count = length;
        while (count > 0) {
            count--;
            int slot = waiting[count];
            isWaiting[slot] = false;
            if (!update(slot)) {
                continue;
            }
            for (int i = starts[slot]; i < starts[slot + 1]; i++) {
                if (!isWaiting[sources[i]]) {
                    isWaiting[sources[i]] = true;
                    waiting[count++] = sources[i];
                }
            }
        }
    }

    /** {@return whether more is read from a slot on than was known} */
    private boolean update(int slot) {
        long word = program.slot(slot);
        int opcode = Isa.opcode(word);
        int next = next(slot);
        int jump = jump(slot);
        int after = next < 0 ? 0 : registers[next];
        long stackAfter = next < 0 ? 0 : stack[next];
        boolean isCall = opcode == (Isa.JMP | Isa.CALL);
        int before = read(word);
        if (jump >= 0 && isCall) {
            // What the function reads of its arguments flows in from its first slot.
            before |= registers[jump] & ARGUMENTS;
        } else if (jump >= 0) {
            after |= registers[jump];
            stackAfter |= stack[jump];
        }
        before |= after & ~written(word);
        long stackBefore = (stackAfter & ~stackWritten(word)) | stackRead(word);
        boolean isMore = (before & ~registers[slot]) != 0 || (stackBefore & ~stack[slot]) != 0;
        registers[slot] |= (short) before;
        stack[slot] |= stackBefore;
        return isMore;
    }

    /** {@return the registers that an instruction writes in any case} */
    private static int written(long word) {
        int opcode = Isa.opcode(word);
        return switch (Isa.classOf(opcode)) {
            case Isa.LD -> opcode == Isa.LDDW ? 1 << Isa.dst(word) : CLOBBERED;
            case Isa.LDX, Isa.ALU, Isa.ALU64 -> 1 << Isa.dst(word);
            case Isa.JMP -> Isa.operation(opcode) == Isa.CALL ? CLOBBERED : 0;
            default -> 0;
        };
    }

    /** {@return the registers that an instruction may read} */
    private int read(long word) {
        int opcode = Isa.opcode(word);
        int dst = 1 << Isa.dst(word);
        int src = 1 << Isa.src(word);
        return switch (Isa.classOf(opcode)) {
            case Isa.LD -> opcode == Isa.LDDW ? 0 : readByPacketAccess(opcode, src);
            case Isa.LDX -> src;
            case Isa.ST -> dst;
            // A compare and exchange reads r0 too.
            case Isa.STX -> Isa.mode(opcode) == Isa.ATOMIC ? dst | src | R0 : dst | src;
            case Isa.JMP -> readByJump(word, dst, src);
            case Isa.JMP32 -> Isa.operation(opcode) == Isa.JA ? 0 : operands(opcode, dst, src);
            default -> Isa.operation(opcode) == Isa.MOV
                    ? operands(opcode, 0, src)
                    : operands(opcode, dst, src);
        };
    }

    private static int readByPacketAccess(int opcode, int src) {
        return (1 << 6) | (Isa.mode(opcode) == Isa.IND ? src : 0);
    }

    private int readByJump(long word, int dst, int src) {
        int opcode = Isa.opcode(word);
        return switch (Isa.operation(opcode)) {
            case Isa.JA -> 0;
            case Isa.EXIT -> R0;
            case Isa.CALL -> {
                if (opcode == Isa.CALLX) {
                    yield ARGUMENTS | (1 << Isa.callRegister(word));
                }
                yield Isa.src(word) == Isa.CALL_LOCAL ? 0 : arguments(Isa.immediate(word));
            }
            default -> operands(opcode, dst, src);
        };
    }

    /** {@return the registers that a helper reads} */
    private int arguments(int helper) {
        return ((1 << contract.helpers().get(helper).parameters().size()) - 1) << 1;
    }

    private static int operands(int opcode, int dst, int src) {
        return (opcode & Isa.X) != 0 ? dst | src : dst;
    }

    // --- the stack, by way of the frame pointer -----------------------------------------------

    private static long stackWritten(long word) {
        int opcode = Isa.opcode(word);
        int group = Isa.classOf(opcode);
        boolean isStore = (group == Isa.ST || group == Isa.STX) && Isa.mode(opcode) == Isa.MEM;
        int offset = Isa.offset(word);
        boolean isWhole = Isa.dst(word) == Isa.FP && Isa.bytes(opcode) == 8 && (offset & 7) == 0;
        return isStore && isWhole ? part(offset) : 0;
    }

    private static long stackRead(long word) {
        int opcode = Isa.opcode(word);
        int group = Isa.classOf(opcode);
        boolean isLoad = group == Isa.LDX && Isa.src(word) == Isa.FP;
        boolean isAtomic = group == Isa.STX && Isa.mode(opcode) == Isa.ATOMIC
                && Isa.dst(word) == Isa.FP;
        if (!isLoad && !isAtomic) {
            return 0;
        }
        int offset = Isa.offset(word);
        return part(offset) | part(offset + Isa.bytes(opcode) - 1);
    }

    /** {@return the bit of the 8 bytes that an offset from the frame pointer lies in} */
    private static long part(int offset) {
        return offset < 0 && offset >= -Isa.STACK_BYTES ? 1L << ((-offset - 1) >> 3) : 0;
    }
}
