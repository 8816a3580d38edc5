// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Helper.Parameter;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.call;
import static exo.impl.code.isa.Slots.callx;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.local;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** The stack, and calls: what is not among the cases of {@link CasesTest}. */
final class StackTest {
    private static final Contract MEMORY = Contract.memory(64);
    private static final Helper SUM = helper("sum", Helper.Result.NUMBER, Parameter.READABLE,
            Parameter.SIZE);
    private static final Contract CALLS = MEMORY.withHelper(1, SUM)
            .withHelper(2, helper("fill", Helper.Result.NOTHING, Parameter.WRITABLE,
                    Parameter.SIZE))
            .withHelper(3, helper("twice", Helper.Result.NUMBER, Parameter.NUMBER));

    private static Helper helper(String name, Helper.Result result, Parameter... parameters) {
        return new Helper(name, List.of(parameters), result, true,
                (memory, a, b, c, d, e) -> 0);
    }

    @Test
    void shouldBoundTheDepthOfCalls() {
        long[] nested = new long[2 * Isa.MAX_FRAMES];
        java.util.Arrays.fill(nested, exit());
        for (int i = 0; i < Isa.MAX_FRAMES - 1; i++) {
            nested[2 * i] = local(1);
        }
        nested[2 * Isa.MAX_FRAMES - 2] = mov(0, 0);
        accept(MEMORY, nested);
        refuse(Rule.CALL_DEPTH, 0, MEMORY, local(-1), mov(0, 0), exit());
        refuse(Rule.CALL_DEPTH, 1, MEMORY, mov(0, 0), local(-2), exit());
    }

    @Test
    void shouldWantWrittenWhatAHelperReadsAndWritesToo() {
        Contract contract = MEMORY.withHelper(1, helper("copy", Helper.Result.NUMBER,
                Parameter.WRITABLE, Parameter.SIZE, Parameter.READABLE, Parameter.SIZE));
        long[] slots = {st(Isa.DW, 10, -8, 0), movr(1, 10), add(1, -8), mov(2, 8), movr(3, 1),
                mov(4, 8), call(1), exit()};
        accept(contract, slots);
        slots[0] = mov(0, 0);
        refuse(Rule.UNINITIALIZED_STACK, 6, contract, slots);
        slots[0] = stx(Isa.DW, 10, -8, 1);
        refuse(Rule.PARTIAL_POINTER, 6, contract, slots);
    }

    @Test
    void shouldNoteTheStackOfACallerWithoutItsOffset() {
        Proof proof = accept(MEMORY, movr(1, 10), add(1, -8), local(2), mov(0, 0), exit(),
                st(Isa.DW, 1, 0, 7), exit());
        assertEquals(0, proof.memory(5));
        assertEquals(Proof.VARIABLE, proof.offset(5));
    }

    @Test
    void shouldCallByRegisterWhatIsKnown() {
        Proof proof = accept(CALLS, mov(2, 64), mov(5, 1), callx(5), exit());
        assertEquals(1, proof.helper(2));
        refuse(Rule.UNKNOWN_CALL_TARGET, 1, CALLS, ldx(Isa.B, 5, 1, 0), callx(5), exit());
        refuse(Rule.UNKNOWN_CALL_TARGET, 0, CALLS, callx(1), exit());
        refuse(Rule.UNKNOWN_HELPER, 1, CALLS, mov(5, 9), callx(5), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, CALLS, callx(6), exit());
        Proof two = accept(CALLS, mov(2, 64), mov(5, 1), ldx(Isa.B, 3, 1, 0),
                jmp(Isa.JEQ, 3, 0, 2), mov(1, 1), mov(5, 3), callx(5), exit());
        assertEquals(Proof.UNPROVEN, two.helper(6));
    }
}
