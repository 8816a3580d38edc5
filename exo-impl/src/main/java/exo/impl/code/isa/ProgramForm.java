// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Program;

/**
 * Checks what can be seen of a program without following its paths: that it consists of
 * instructions, and that control cannot leave it.
 *
 * <p>After this, engines and the verifier may take every slot apart without checking again: no
 * register is beyond r10, r10 is never written, every jump lands on the first slot of an
 * instruction, and after each instruction that goes on there is another one.
 *
 * <p>That no helper is called which is not deterministic under a contract that wants this, the
 * contract itself holds: it has no such helper.
 *
 * <p>One pass over the slots; time grows with the length, space does not.
 */
public final class ProgramForm {
    private static final int DST = 1;
    private static final int SRC = 2;
    private static final int OFFSET = 4;
    private static final int IMMEDIATE = 8;

    private final Program program;
    private final Contract contract;
    private int at;
    private long slot;
    private int opcode;

    private ProgramForm(Program program, Contract contract) {
        this.program = program;
        this.contract = contract;
    }

    /**
     * Checks a program.
     *
     * @param program the program
     * @param contract whose helpers it may call
     * @throws VerificationException naming the first instruction that breaks a rule
     */
    public static void check(Program program, Contract contract) {
        new ProgramForm(program, contract).run();
    }

    private void run() {
        int last = 0;
        for (at = 0; at < program.length(); at++) {
            last = at;
            slot = program.slot(at);
            opcode = Isa.opcode(slot);
            instruction();
            if (opcode == Isa.LDDW) {
                at++;
            }
        }
        at = last;
        boolean ends = opcode == (Isa.JMP | Isa.EXIT) || opcode == (Isa.JMP | Isa.JA)
                || opcode == (Isa.JMP32 | Isa.JA);
        if (!ends) {
            throw refuse(Rule.NO_EXIT, "the program goes on after its last instruction",
                    "end it with exit, or with a jump back");
        }
    }

    private void instruction() {
        switch (Isa.classOf(opcode)) {
            case Isa.LD -> load();
            case Isa.LDX -> loadMemory();
            case Isa.ST -> storeImmediate();
            case Isa.STX -> storeRegister();
            case Isa.ALU, Isa.ALU64 -> arithmetic();
            default -> jump();
        }
    }

    // --- loads and stores -------------------------------------------------------------------

    private void load() {
        int mode = Isa.mode(opcode);
        if (opcode == Isa.LDDW) {
            wideLoad();
        } else if (mode == Isa.ABS && Isa.bytes(opcode) != 8) {
            uses(IMMEDIATE);
            if (Isa.immediate(slot) < 0) {
                throw refuse(Rule.ANCILLARY_LOAD,
                        "offset " + Isa.immediate(slot) + " is not in the packet",
                        "load from offset 0 on");
            }
        } else if (mode == Isa.IND && Isa.bytes(opcode) != 8) {
            uses(SRC | IMMEDIATE);
        } else {
            throw unknownOpcode();
        }
    }

    private void wideLoad() {
        // The source says what the immediates are.
        uses(DST | SRC | IMMEDIATE);
        writesDst();
        if (at + 1 == program.length()) {
            throw refuse(Rule.INCOMPLETE_WIDE_LOAD, "the program ends after its first slot",
                    "add the slot with the upper 32 bits");
        }
        long second = program.slot(at + 1);
        if ((int) second != 0) {
            throw refuse(Rule.INCOMPLETE_WIDE_LOAD,
                    "its second slot must be zero but for the immediate, and begins with 0x"
                            + Integer.toHexString((int) second),
                    "add the slot with the upper 32 bits");
        }
        if (Isa.src(slot) == Isa.LDDW_REGION) {
            region(Isa.immediate(slot), Isa.immediate(second));
        } else if (Isa.src(slot) != 0) {
            throw refuse(Rule.WIDE_LOAD_SOURCE,
                    "source " + Isa.src(slot) + " of a wide load means nothing here",
                    "use 0 for a number, " + Isa.LDDW_REGION + " for the address of a region");
        }
    }

    private void region(int index, int offset) {
        int count = program.regions().size();
        if (index < 0 || index >= count) {
            throw refuse(Rule.REGION_OUT_OF_RANGE,
                    "there is no region " + Integer.toUnsignedString(index) + " of " + count,
                    "give the program the region");
        }
        Program.Region region = program.regions().get(index);
        if (offset < 0 || offset >= region.sizeBytes()) {
            throw refuse(Rule.REGION_OUT_OF_RANGE,
                    "offset " + Integer.toUnsignedString(offset) + " is not in " + region,
                    "use offsets 0 to " + (region.sizeBytes() - 1));
        }
    }

    private void loadMemory() {
        int mode = Isa.mode(opcode);
        boolean isKnown = mode == Isa.MEM || (mode == Isa.MEMSX && Isa.bytes(opcode) != 8);
        if (!isKnown) {
            throw unknownOpcode();
        }
        uses(DST | SRC | OFFSET);
        writesDst();
    }

    private void storeImmediate() {
        if (Isa.mode(opcode) != Isa.MEM) {
            throw unknownOpcode();
        }
        uses(DST | OFFSET | IMMEDIATE);
    }

    private void storeRegister() {
        if (Isa.mode(opcode) == Isa.MEM) {
            uses(DST | SRC | OFFSET);
        } else if (Isa.mode(opcode) == Isa.ATOMIC && Isa.bytes(opcode) >= 4) {
            atomic();
        } else {
            throw unknownOpcode();
        }
    }

    private void atomic() {
        uses(DST | SRC | OFFSET | IMMEDIATE);
        int operation = Isa.immediate(slot);
        boolean isKnown = switch (operation) {
            case Isa.XCHG, Isa.CMPXCHG -> true;
            default -> switch (operation & ~Isa.FETCH) {
                case Isa.ADD, Isa.OR, Isa.AND, Isa.XOR -> true;
                default -> false;
            };
        };
        if (!isKnown) {
            throw refuse(Rule.UNKNOWN_ATOMIC,
                    "0x" + Integer.toHexString(operation) + " is no atomic operation", "");
        }
        boolean isFetch = (operation & Isa.FETCH) != 0 && operation != Isa.CMPXCHG;
        if (isFetch && Isa.src(slot) == Isa.FP) {
            throw frameWrite();
        }
    }

    // --- arithmetic ---------------------------------------------------------------------------

    private void arithmetic() {
        int operation = Isa.operation(opcode);
        boolean isRegister = (opcode & Isa.X) != 0;
        boolean is64 = Isa.classOf(opcode) == Isa.ALU64;
        boolean isKnown = switch (operation) {
            case Isa.NEG -> !isRegister;
            case Isa.END -> !(is64 && isRegister);
            default -> operation < Isa.END;
        };
        if (!isKnown) {
            throw unknownOpcode();
        }
        uses(DST | arithmeticFields(operation, isRegister));
        writesDst();
        switch (operation) {
            case Isa.END -> byteSwap();
            case Isa.DIV, Isa.MOD -> division();
            case Isa.MOV -> move(is64);
            default -> {
                // Every value of the remaining fields is one.
            }
        }
    }

    private static int arithmeticFields(int operation, boolean isRegister) {
        return switch (operation) {
            case Isa.NEG -> 0;
            case Isa.END -> IMMEDIATE;
            case Isa.DIV, Isa.MOD -> OFFSET | (isRegister ? SRC : IMMEDIATE);
            case Isa.MOV -> isRegister ? SRC | OFFSET : IMMEDIATE;
            default -> isRegister ? SRC : IMMEDIATE;
        };
    }

    private void byteSwap() {
        int bits = Isa.immediate(slot);
        if (bits != 16 && bits != 32 && bits != 64) {
            throw refuse(Rule.BYTE_SWAP_WIDTH, "bytes cannot be swapped in " + bits + " bits",
                    "use 16, 32 or 64");
        }
    }

    private void division() {
        int offset = Isa.offset(slot);
        if (offset != 0 && offset != 1) {
            throw refuse(Rule.DIVISION_OFFSET, "offset " + offset + " of a division",
                    "use 0, or 1 for the signed division");
        }
    }

    private void move(boolean is64) {
        int bits = Isa.offset(slot);
        boolean isKnown = bits == 0 || bits == 8 || bits == 16 || (bits == 32 && is64);
        if (!isKnown) {
            throw refuse(Rule.SIGN_EXTENSION_WIDTH,
                    "a move to " + (is64 ? 64 : 32) + " bits cannot extend the sign of " + bits,
                    is64 ? "use 8, 16 or 32" : "use 8 or 16");
        }
    }

    // --- jumps --------------------------------------------------------------------------------

    private void jump() {
        int operation = Isa.operation(opcode);
        boolean is64 = Isa.classOf(opcode) == Isa.JMP;
        switch (operation) {
            case Isa.JA -> {
                known((opcode & Isa.X) == 0);
                uses(is64 ? OFFSET : IMMEDIATE);
                target();
            }
            case Isa.CALL -> {
                known(is64);
                call();
            }
            case Isa.EXIT -> {
                known(opcode == (Isa.JMP | Isa.EXIT));
                uses(0);
            }
            default -> {
                known(operation <= Isa.JSLE);
                uses(DST | OFFSET | ((opcode & Isa.X) != 0 ? SRC : IMMEDIATE));
                target();
            }
        }
    }

    private void known(boolean isKnown) {
        if (!isKnown) {
            throw unknownOpcode();
        }
    }

    private void call() {
        if (opcode == Isa.CALLX) {
            callByRegister();
            return;
        }
        uses(SRC | IMMEDIATE);
        int source = Isa.src(slot);
        int number = Isa.immediate(slot);
        if (source == Isa.CALL_LOCAL) {
            target();
        } else if (source != 0) {
            throw refuse(Rule.UNKNOWN_CALL, "source " + source + " of a call means nothing here",
                    "use 0 for a helper, " + Isa.CALL_LOCAL + " for a function of the program");
        } else if (!contract.helpers().containsKey(number)) {
            throw refuse(Rule.UNKNOWN_HELPER,
                    "contract " + contract.name() + " has no helper " + number,
                    contract.helpers().isEmpty()
                            ? "it has none at all"
                            : "it has " + contract.helpers().keySet());
        }
    }

    private void callByRegister() {
        uses(Isa.dst(slot) == 0 ? IMMEDIATE : DST);
        int register = Isa.callRegister(slot);
        if (register < 0 || register >= Isa.REGISTERS) {
            throw unknownRegister(register);
        }
    }

    private void target() {
        // In 64 bits, since an immediate may reach beyond what an int holds.
        boolean isLong = opcode == (Isa.JMP32 | Isa.JA) || opcode == (Isa.JMP | Isa.CALL);
        long target = at + 1L + (isLong ? Isa.immediate(slot) : Isa.offset(slot));
        if (target < 0 || target >= program.length()) {
            throw refuse(Rule.JUMP_OUT_OF_RANGE,
                    "it goes to slot " + target + " of " + program.length(),
                    "go to slots 0 to " + (program.length() - 1));
        }
        // No instruction has opcode 0: only the second slot of a wide load begins with it.
        if (Isa.opcode(program.slot((int) target)) == 0) {
            throw refuse(Rule.JUMP_INTO_WIDE_LOAD,
                    "it goes to slot " + target + ", where no instruction begins",
                    "go to the first slot of a wide load");
        }
        boolean isCall = opcode == (Isa.JMP | Isa.CALL);
        if (target == at && !isCall) {
            throw refuse(Rule.SELF_JUMP, "once taken, it is taken for ever", "");
        }
    }

    // --- fields -------------------------------------------------------------------------------

    /** Checks that fields other than these are zero, and that the registers exist. */
    private void uses(int fields) {
        boolean isClean = ((fields & DST) != 0 || Isa.dst(slot) == 0)
                && ((fields & SRC) != 0 || Isa.src(slot) == 0)
                && ((fields & OFFSET) != 0 || Isa.offset(slot) == 0)
                && ((fields & IMMEDIATE) != 0 || Isa.immediate(slot) == 0);
        if (!isClean) {
            throw refuse(Rule.RESERVED_FIELD,
                    "of opcode 0x" + Integer.toHexString(opcode) + " only " + names(fields)
                            + " may differ from 0, but dst is " + Isa.dst(slot) + ", src "
                            + Isa.src(slot) + ", offset " + Isa.offset(slot) + ", imm "
                            + Isa.immediate(slot),
                    "set the other fields to 0");
        }
        int register = Math.max(Isa.dst(slot), Isa.src(slot));
        if (register >= Isa.REGISTERS) {
            throw unknownRegister(register);
        }
    }

    private static String names(int fields) {
        StringBuilder text = new StringBuilder("the opcode");
        text.append((fields & DST) != 0 ? ", dst" : "");
        text.append((fields & SRC) != 0 ? ", src" : "");
        text.append((fields & OFFSET) != 0 ? ", offset" : "");
        text.append((fields & IMMEDIATE) != 0 ? ", imm" : "");
        return text.toString();
    }

    private void writesDst() {
        if (Isa.dst(slot) == Isa.FP) {
            throw frameWrite();
        }
    }

    private VerificationException frameWrite() {
        return refuse(Rule.FRAME_POINTER_WRITE, "r10 is the frame pointer, which stays",
                "copy it to another register first");
    }

    private VerificationException unknownRegister(int register) {
        return refuse(Rule.UNKNOWN_REGISTER, "there is no register " + register,
                "use r0 to r10");
    }

    private VerificationException unknownOpcode() {
        return refuse(Rule.UNKNOWN_OPCODE,
                "0x" + Integer.toHexString(opcode) + " is no opcode of RFC 9669", "");
    }

    private VerificationException refuse(Rule rule, String cause, String remedy) {
        return rule.refuse(at, cause, remedy);
    }
}
