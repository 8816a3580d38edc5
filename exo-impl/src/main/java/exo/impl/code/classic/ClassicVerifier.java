// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import java.util.Arrays;

/**
 * Checks classic BPF programs before they run.
 *
 * <p><b>Why an accepted program ends.</b> Every jump goes forward to an instruction of the program,
 * and the last instruction returns; so the instruction counter only grows, and is at most the
 * length.
 *
 * <p><b>Why it reads nothing else.</b> Its only memory is the packet, which the engines check at
 * each load, and 16 scratch words, whose numbers are checked here and which are written before they
 * are read on every path.
 *
 * <p>One pass over the instructions; time and space grow with the length only.
 */
final class ClassicVerifier {
    private static final int ALL_WORDS = (1 << Opcode.SCRATCH_WORDS) - 1;

    private final ClassicProgram program;
    /** For each instruction, the scratch words written on every path to it. */
    private final int[] written;

    private ClassicVerifier(ClassicProgram program) {
        this.program = program;
        this.written = new int[program.length()];
    }

    /**
     * Checks a program.
     *
     * @param program the program
     * @throws VerificationException naming the first instruction that breaks a rule
     */
    static void verify(ClassicProgram program) {
        new ClassicVerifier(program).run();
    }

    private void run() {
        // What no path reaches may claim anything; it never runs.
        Arrays.fill(written, ALL_WORDS);
        written[0] = 0;
        for (int i = 0; i < program.length(); i++) {
            Instruction instruction = program.at(i);
            checkCode(i, instruction);
            checkOperand(i, instruction);
            checkScratch(i, instruction);
            flow(i, instruction);
        }
    }

    private static void checkCode(int i, Instruction instruction) {
        if (!Opcode.isKnown(instruction.code())) {
            throw refuse(i, "unknown-code", "0x" + Integer.toHexString(instruction.code())
                    + " is not a code of classic BPF", "");
        }
    }

    private static void checkOperand(int i, Instruction instruction) {
        int code = instruction.code();
        int k = instruction.k();
        boolean constant = Opcode.classOf(code) == Opcode.ALU && !Opcode.usesX(code);
        int operation = Opcode.operation(code);
        if (constant && k == 0 && (operation == Opcode.DIV || operation == Opcode.MOD)) {
            throw refuse(i, "division-by-zero", "the divisor is the constant 0", "");
        }
        if (constant && Integer.compareUnsigned(k, 31) > 0
                && (operation == Opcode.LSH || operation == Opcode.RSH)) {
            throw refuse(i, "shift-out-of-range",
                    "a word cannot be shifted by " + Integer.toUnsignedString(k) + " bits",
                    "shift by 0 to 31");
        }
        boolean absolute = code == Opcode.LD_ABS_W || code == Opcode.LD_ABS_H
                || code == Opcode.LD_ABS_B || code == Opcode.LDX_MSH;
        if (absolute && Integer.compareUnsigned(k, Opcode.ANCILLARY) >= 0) {
            throw refuse(i, "ancillary-load",
                    "offset 0x" + Integer.toHexString(k)
                            + " addresses data of the Linux kernel, not the packet",
                    "load from the packet only");
        }
    }

    private void checkScratch(int i, Instruction instruction) {
        int code = instruction.code();
        boolean reads = code == Opcode.LD_MEM || code == Opcode.LDX_MEM;
        boolean writes = code == Opcode.ST || code == Opcode.STX;
        if (!reads && !writes) {
            return;
        }
        int word = instruction.k();
        if (word < 0 || word >= Opcode.SCRATCH_WORDS) {
            throw refuse(i, "scratch-out-of-range",
                    "there is no scratch word " + Integer.toUnsignedString(word),
                    "use words 0 to " + (Opcode.SCRATCH_WORDS - 1));
        }
        if (reads && (written[i] & (1 << word)) == 0) {
            throw refuse(i, "scratch-not-written",
                    "scratch word " + word + " is read, but not every path writes it before",
                    "store to it first");
        }
    }

    /** Passes what is known after an instruction on to those that may follow it. */
    private void flow(int i, Instruction instruction) {
        int code = instruction.code();
        int known = written[i];
        if (code == Opcode.ST || code == Opcode.STX) {
            known |= 1 << instruction.k();
        }
        if (Opcode.classOf(code) == Opcode.RET) {
            return;
        }
        if (Opcode.classOf(code) != Opcode.JMP) {
            reach(i, 0, known);
        } else if (code == (Opcode.JMP | Opcode.JA)) {
            reach(i, Integer.toUnsignedLong(instruction.k()), known);
        } else {
            reach(i, instruction.jt(), known);
            reach(i, instruction.jf(), known);
        }
    }

    private void reach(int from, long skip, int known) {
        long target = from + 1 + skip;
        if (target >= program.length()) {
            throw skip == 0
                    ? refuse(from, "no-return", "the program ends without returning",
                            "return at the end")
                    : refuse(from, "jump-out-of-range",
                            "it jumps to instruction " + target + " of " + program.length(),
                            "jump to an instruction of the program");
        }
        written[(int) target] &= known;
    }

    private static VerificationException refuse(int i, String rule, String cause, String remedy) {
        return new VerificationException(i, rule, cause, remedy);
    }
}
