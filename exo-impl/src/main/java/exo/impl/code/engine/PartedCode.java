// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;

/** Runs a program that was compiled to several parts: goes from one to the next. */
final class PartedCode extends Code {
    /** How many slots a part has: so few that a class has room for all their constants. */
    static final int SLOTS = 4096;
    /** What a part returns where the function ended. */
    static final int EXIT = -1;
    /** What a part returns where the run ended, and its result is 0. */
    static final int END_WITH_ZERO = -2;

    private static final int CALLS = -3;

    private final Verified verified;
    private final Part[] parts;

    /** A part of a program that is too long for one method, as a generated class. */
    abstract static class Part {
        /** For generated classes. */
        Part() {}

        /**
         * hot: {@return the instruction to go on with, or negative: what else is to be done}
         *
         * @param machine the machine, whose registers are those of the program
         * @param slot the instruction to begin with, one of this part
         */
        abstract int run(Machine machine, int slot);
    }

    PartedCode(Verified verified, Part[] parts) {
        this.verified = verified;
        this.parts = parts;
    }

    /** {@return the number by which a part asks for a call of a function} */
    static int call(int slot) {
        return CALLS - slot;
    }

    @Override
    long run(Machine machine) {
        int pc = 0;
        while (pc >= 0) {
            int next = parts[pc / SLOTS].run(machine, pc);
            pc = next >= 0 ? next : goOn(machine, next);
        }
        return pc == END_WITH_ZERO ? 0 : machine.registers[0];
    }

    private int goOn(Machine machine, int what) {
        if (what == EXIT) {
            return machine.leave();
        }
        if (what == END_WITH_ZERO) {
            return what;
        }
        int caller = CALLS - what;
        machine.enter(caller);
        return Isa.target(verified.program().slot(caller), caller);
    }
}
