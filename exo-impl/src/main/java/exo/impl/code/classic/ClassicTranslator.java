// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.util.Arrays;

/**
 * Translates programs of classic BPF to eBPF, for {@link Contract#filter}.
 *
 * <pre>
 *   A            r0, where packet access puts its result
 *   X            r7
 *   the context  r6, where packet access wants it
 *   A, saved     r8, while the header's length is loaded to X
 *   temporary    r1, r2
 *   M[i]         4 bytes each, below r10
 * </pre>
 *
 * <p>What no path reaches is left out; A and X are set to 0 only where some path reads them
 * unwritten. A program of 4,096 instructions becomes fewer than 32,768 slots, so jumps of 16 bits
 * reach everywhere.
 */
public final class ClassicTranslator {
    /** The most slots of an instruction of classic BPF: a load to X of the header's length. */
    private static final int MOST_SLOTS = 6;
    private static final int AROUND_SLOTS = 5;

    private static final int A = 0;
    private static final int END = 1;
    private static final int START = 2;
    private static final int CONTEXT = 6;
    private static final int X = 7;
    private static final int SAVED = 8;

    private static final int READS_A = 1;
    private static final int READS_X = 2;

    private final ClassicProgram program;
    /** For each instruction, which of A and X may be read from there on before it is written. */
    private final int[] live;
    private final boolean[] reached;
    private final int[] starts;
    private final long[] slots;
    private final int[] origins;
    /** For each slot, the instruction that it jumps to; length for the end with 0; -1 for none. */
    private final int[] targets;
    private int count;
    private int current;
    private boolean endsWithZero;

    private ClassicTranslator(ClassicProgram program) {
        int length = program.length();
        this.program = program;
        live = new int[length + 1];
        reached = new boolean[length];
        starts = new int[length + 1];
        slots = new long[length * MOST_SLOTS + AROUND_SLOTS];
        origins = new int[slots.length];
        targets = new int[slots.length];
        Arrays.fill(targets, -1);
    }

    /**
     * A translated program. Immutable.
     *
     * @param program the program, for {@link Contract#filter}
     * @param origins for each of its slots, the instruction of the classic program that it stems
     *        from
     */
    public record Translation(Program program, Origins origins) {}

    /** Which classic instruction a slot stems from. Immutable. */
    public static final class Origins {
        private final int[] instructions;

        private Origins(int[] instructions) {
            this.instructions = instructions;
        }

        /**
         * {@return the instruction that a slot stems from; what is before and behind all of them
         * counts to the first and the last}
         *
         * @param slot the slot's index
         */
        public int of(int slot) {
            return instructions[slot];
        }
    }

    /**
     * {@return a program, translated}
     *
     * <p>One pass backward and two forward.
     *
     * @param program the program
     * @throws VerificationException if it is refused
     */
    public static Translation translate(ClassicProgram program) {
        ClassicVerifier.verify(program);
        return new ClassicTranslator(program).run();
    }

    private Translation run() {
        findLive();
        emit(Isa.ALU64 | Isa.MOV | Isa.X, CONTEXT, 1, 0, 0);
        zeroIf(READS_A, A);
        zeroIf(READS_X, X);
        findReached();
        for (current = 0; current < program.length(); current++) {
            starts[current] = count;
            if (reached[current]) {
                translate(program.at(current));
            }
        }
        current = program.length() - 1;
        starts[program.length()] = count;
        if (endsWithZero) {
            returnConstant(0);
        }
        for (int i = 0; i < count; i++) {
            if (targets[i] >= 0) {
                slots[i] |= ((starts[targets[i]] - i - 1) & 0xffffL) << 16;
            }
        }
        return new Translation(Program.of(Arrays.copyOf(slots, count)),
                new Origins(Arrays.copyOf(origins, count)));
    }

    private void zeroIf(int bit, int register) {
        if ((live[0] & bit) != 0) {
            move(register, 0);
        }
    }

    // --- what is known of the classic program -------------------------------------------------

    private void findLive() {
        for (int i = program.length() - 1; i >= 0; i--) {
            Instruction instruction = program.at(i);
            int after = switch (Opcode.classOf(instruction.code())) {
                case Opcode.RET -> 0;
                case Opcode.JMP -> instruction.code() == (Opcode.JMP | Opcode.JA)
                        ? live[i + 1 + instruction.k()]
                        : live[i + 1 + instruction.jt()] | live[i + 1 + instruction.jf()];
                default -> live[i + 1];
            };
            live[i] = (after & ~writes(instruction.code())) | reads(instruction.code());
        }
    }

    private static int writes(int code) {
        return switch (Opcode.classOf(code)) {
            case Opcode.LD, Opcode.ALU -> READS_A;
            case Opcode.LDX -> READS_X;
            case Opcode.MISC -> code == Opcode.TAX ? READS_X : READS_A;
            default -> 0;
        };
    }

    private static int reads(int code) {
        int operand = Opcode.usesX(code) ? READS_X : 0;
        return switch (Opcode.classOf(code)) {
            case Opcode.LD -> isIndexed(code) ? READS_X : 0;
            case Opcode.LDX -> 0;
            case Opcode.ST -> READS_A;
            case Opcode.STX -> READS_X;
            case Opcode.ALU -> READS_A | operand;
            case Opcode.JMP -> code == (Opcode.JMP | Opcode.JA) ? 0 : READS_A | operand;
            case Opcode.RET -> code == Opcode.RET_A ? READS_A : 0;
            default -> code == Opcode.TAX ? READS_A : READS_X;
        };
    }

    private static boolean isIndexed(int code) {
        return code == Opcode.LD_IND_W || code == Opcode.LD_IND_H || code == Opcode.LD_IND_B;
    }

    private void findReached() {
        reached[0] = true;
        for (int i = 0; i < program.length(); i++) {
            Instruction instruction = program.at(i);
            int code = instruction.code();
            if (!reached[i] || Opcode.classOf(code) == Opcode.RET || neverSucceeds(instruction)) {
                continue;
            }
            if (code == (Opcode.JMP | Opcode.JA)) {
                reached[i + 1 + instruction.k()] = true;
            } else if (Opcode.classOf(code) == Opcode.JMP) {
                reached[i + 1 + instruction.jt()] = true;
                reached[i + 1 + instruction.jf()] = true;
            } else {
                reached[i + 1] = true;
            }
        }
    }

    /** {@return whether it is a load from beyond any packet: the offset of eBPF has a sign} */
    private static boolean neverSucceeds(Instruction instruction) {
        return Opcode.loadBytes(instruction.code()) != 0 && instruction.k() < 0;
    }

    // --- translation --------------------------------------------------------------------------

    private void translate(Instruction instruction) {
        int code = instruction.code();
        int k = instruction.k();
        if (neverSucceeds(instruction)) {
            jump(Isa.JMP | Isa.JA, 0, 0, 0, program.length());
            return;
        }
        switch (Opcode.classOf(code)) {
            case Opcode.LD -> load(code, k, A);
            case Opcode.LDX -> load(code, k, X);
            case Opcode.ST -> emit(Isa.STX | Isa.MEM | Isa.W, Isa.FP, A, word(k), 0);
            case Opcode.STX -> emit(Isa.STX | Isa.MEM | Isa.W, Isa.FP, X, word(k), 0);
            case Opcode.ALU -> compute(code, k);
            case Opcode.JMP -> jump(instruction);
            case Opcode.RET -> {
                if (code == Opcode.RET_A) {
                    emit(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
                } else {
                    returnConstant(k);
                }
            }
            default -> copy(code == Opcode.TAX ? X : A, code == Opcode.TAX ? A : X);
        }
    }

    private static int word(int k) {
        return -Integer.BYTES * (k + 1);
    }

    private void load(int code, int k, int register) {
        switch (code) {
            case Opcode.LD_MEM, Opcode.LDX_MEM ->
                emit(Isa.LDX | Isa.MEM | Isa.W, register, Isa.FP, word(k), 0);
            case Opcode.LD_LEN, Opcode.LDX_LEN -> {
                int loads = Isa.LDX | Isa.MEM | Isa.W;
                emit(loads, END, CONTEXT, AddressSpace.CONTEXT_DATA_END, 0);
                emit(loads, START, CONTEXT, AddressSpace.CONTEXT_DATA, 0);
                emit(Isa.ALU64 | Isa.SUB | Isa.X, END, START, 0, 0);
                // So that A and X only ever hold 32 bits, which the compiler makes use of.
                copy(register, END);
            }
            case Opcode.LD_IMM, Opcode.LDX_IMM -> move(register, k);
            case Opcode.LDX_MSH -> loadHeaderLength(k);
            default -> emit(code, 0, isIndexed(code) ? X : 0, 0, k);
        }
    }

    private void loadHeaderLength(int k) {
        boolean keepsA = (live[current + 1] & READS_A) != 0;
        if (keepsA) {
            copy(SAVED, A);
        }
        emit(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, k);
        emit(Isa.ALU | Isa.AND, A, 0, 0, 0xf);
        emit(Isa.ALU | Isa.LSH, A, 0, 0, 2);
        copy(X, A);
        if (keepsA) {
            copy(A, SAVED);
        }
    }

    private void compute(int code, int k) {
        int operation = Opcode.operation(code);
        if (operation == Opcode.NEG) {
            emit(Isa.ALU | Isa.NEG, A, 0, 0, 0);
        } else if (!Opcode.usesX(code)) {
            emit(Isa.ALU | operation, A, 0, 0, k);
        } else {
            computeWithX(operation);
        }
    }

    private void computeWithX(int operation) {
        boolean shifts = operation == Opcode.LSH || operation == Opcode.RSH;
        if (operation == Opcode.DIV || operation == Opcode.MOD) {
            jump(Isa.JMP32 | Isa.JEQ, X, 0, 0, program.length());
        }
        if (shifts) {
            // Classic BPF shifts everything out; eBPF looks at the count's lower bits only.
            emit(Isa.JMP32 | Isa.JLE, X, 0, 2, Integer.SIZE - 1);
            move(A, 0);
            emit(Isa.JMP | Isa.JA, 0, 0, 1, 0);
        }
        emit(Isa.ALU | operation | Isa.X, A, X, 0, 0);
    }

    private void jump(Instruction instruction) {
        int code = instruction.code();
        if (code == (Opcode.JMP | Opcode.JA)) {
            jumpAlways(instruction.k());
            return;
        }
        int ifTrue = current + 1 + instruction.jt();
        int ifFalse = current + 1 + instruction.jf();
        if (ifTrue == ifFalse) {
            jumpAlways(instruction.jt());
        } else if (instruction.jt() == 0 && Opcode.operation(code) != Opcode.JSET) {
            jumpIf(code, opposite(Opcode.operation(code)), instruction.k(), ifFalse);
        } else {
            jumpIf(code, Opcode.operation(code), instruction.k(), ifTrue);
            jumpAlways(instruction.jf());
        }
    }

    private void jumpAlways(int skip) {
        if (skip != 0) {
            jump(Isa.JMP | Isa.JA, 0, 0, 0, current + 1 + skip);
        }
    }

    private static int opposite(int operation) {
        return switch (operation) {
            case Opcode.JEQ -> Isa.JNE;
            case Opcode.JGT -> Isa.JLE;
            default -> Isa.JLT;
        };
    }

    private void jumpIf(int code, int operation, int k, int target) {
        if (Opcode.usesX(code)) {
            jump(Isa.JMP32 | operation | Isa.X, A, X, 0, target);
        } else {
            jump(Isa.JMP32 | operation, A, 0, k, target);
        }
    }

    // --- slots --------------------------------------------------------------------------------

    private void returnConstant(int k) {
        move(A, k);
        emit(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    }

    private void move(int register, int k) {
        emit(Isa.ALU | Isa.MOV, register, 0, 0, k);
    }

    private void copy(int to, int from) {
        emit(Isa.ALU | Isa.MOV | Isa.X, to, from, 0, 0);
    }

    private void jump(int opcode, int destination, int source, int immediate, int target) {
        endsWithZero |= target == program.length();
        targets[count] = target;
        emit(opcode, destination, source, 0, immediate);
    }

    private void emit(int opcode, int destination, int source, int offset, int immediate) {
        origins[count] = current;
        slots[count++] = Program.slot(opcode, destination, source, offset, immediate);
    }
}
