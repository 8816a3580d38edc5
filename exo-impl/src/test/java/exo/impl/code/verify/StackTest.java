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
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.atomic;
import static exo.impl.code.isa.Slots.call;
import static exo.impl.code.isa.Slots.callx;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.ldsx;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.local;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** The stack, and calls. */
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
    void shouldKeepAccessesOnTheStack() {
        accept(MEMORY, st(Isa.DW, 10, -512, 0), ldx(Isa.DW, 0, 10, -512), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, MEMORY, st(Isa.B, 10, -513, 0), mov(0, 0), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, MEMORY, st(Isa.B, 10, 0, 0), mov(0, 0), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, MEMORY, st(Isa.DW, 10, -7, 0), mov(0, 0), exit());
        refuse(Rule.OUT_OF_BOUNDS, 2, MEMORY, movr(3, 10), add(3, -512), ldx(Isa.B, 0, 3, -1),
                exit());
    }

    @Test
    void shouldWantBytesWrittenBeforeTheyAreRead() {
        refuse(Rule.UNINITIALIZED_STACK, 0, MEMORY, ldx(Isa.B, 0, 10, -1), exit());
        refuse(Rule.UNINITIALIZED_STACK, 1, MEMORY, st(Isa.W, 10, -8, 0), ldx(Isa.DW, 0, 10, -8),
                exit());
        accept(MEMORY, st(Isa.W, 10, -8, 0), st(Isa.W, 10, -4, 0), ldx(Isa.DW, 0, 10, -8), exit());
        accept(MEMORY, st(Isa.DW, 10, -12, 0), ldx(Isa.DW, 0, 10, -12), exit());
        refuse(Rule.UNINITIALIZED_STACK, 1, MEMORY, st(Isa.DW, 10, -12, 0),
                ldx(Isa.DW, 0, 10, -13), exit());
        accept(MEMORY, st(Isa.H, 10, -7, 0), ldx(Isa.B, 0, 10, -6), exit());
        refuse(Rule.UNINITIALIZED_STACK, 1, MEMORY, st(Isa.H, 10, -7, 0), ldx(Isa.B, 0, 10, -5),
                exit());
        // On one path only.
        refuse(Rule.UNINITIALIZED_STACK, 3, MEMORY, ldx(Isa.B, 0, 1, 0), jmp(Isa.JEQ, 0, 0, 1),
                st(Isa.B, 10, -1, 0), ldx(Isa.B, 0, 10, -1), exit());
    }

    @Test
    void shouldGetBackWhatWasStored() {
        // A pointer.
        accept(MEMORY, stx(Isa.DW, 10, -8, 1), ldx(Isa.DW, 3, 10, -8), ldx(Isa.B, 0, 3, 63),
                exit());
        // Numbers, of 8 bytes and of 4, and parts of them.
        accept(MEMORY, st(Isa.DW, 10, -8, 63), ldx(Isa.DW, 3, 10, -8), addr(1, 3),
                ldx(Isa.B, 0, 1, 0), exit());
        accept(MEMORY, st(Isa.W, 10, -4, 63), ldx(Isa.W, 3, 10, -4), addr(1, 3),
                ldx(Isa.B, 0, 1, 0), exit());
        accept(MEMORY, st(Isa.DW, 10, -8, 63), ldx(Isa.W, 3, 10, -8), addr(1, 3),
                ldx(Isa.B, 0, 1, 0), exit());
        accept(MEMORY, st(Isa.DW, 10, -8, 63), ldx(Isa.W, 3, 10, -4), addr(1, 3),
                ldx(Isa.B, 0, 1, 63), exit());
        accept(MEMORY, st(Isa.W, 10, -4, 0x3f00), ldx(Isa.B, 3, 10, -3), addr(1, 3),
                ldx(Isa.B, 0, 1, 0), exit());
        // A 4-byte number is not extended by the sign when it comes back.
        refuse(Rule.POINTER_RANGE, 2, MEMORY, st(Isa.W, 10, -4, -1), ldx(Isa.W, 3, 10, -4),
                addr(1, 3), ldx(Isa.B, 0, 1, 1), exit());
        accept(MEMORY, st(Isa.W, 10, -4, -1), ldsx(Isa.W, 3, 10, -4), addr(1, 3),
                ldx(Isa.B, 0, 1, 1), exit());
        // Overwritten in part.
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY, st(Isa.DW, 10, -8, 0), st(Isa.B, 10, -8, 0),
                ldx(Isa.B, 3, 10, -8), addr(1, 3), ldx(Isa.B, 0, 1, 0), exit());
        accept(MEMORY, st(Isa.DW, 10, -8, 5), st(Isa.W, 10, -4, 1), ldx(Isa.W, 3, 10, -8),
                addr(1, 3), ldx(Isa.B, 0, 1, 58), exit());
    }

    @Test
    void shouldLetNoPartOfAPointerBeRead() {
        refuse(Rule.PARTIAL_POINTER, 1, MEMORY, stx(Isa.DW, 10, -8, 1), ldx(Isa.W, 0, 10, -8),
                exit());
        refuse(Rule.PARTIAL_POINTER, 1, MEMORY, stx(Isa.DW, 10, -8, 1), ldx(Isa.B, 0, 10, -1),
                exit());
        refuse(Rule.PARTIAL_POINTER, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.DW, 10, -16, 0),
                ldx(Isa.DW, 0, 10, -12), exit());
        // What a store leaves of a pointer is as if it were never written.
        refuse(Rule.UNINITIALIZED_STACK, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.B, 10, -8, 0),
                ldx(Isa.DW, 0, 10, -8), exit());
        refuse(Rule.UNINITIALIZED_STACK, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.W, 10, -4, 0),
                ldx(Isa.W, 0, 10, -8), exit());
        refuse(Rule.PARTIAL_POINTER, 2, MEMORY, mov(0, 0), stx(Isa.DW, 10, -8, 1),
                atomic(Isa.DW, 10, -8, 0, Isa.ADD), exit());
    }

    /** r3 becomes r10 - 16 + (0 to 7), with -16 to -1 written before or not. */
    private static long[] variable(boolean isWritten, long... rest) {
        long[] start = {st(Isa.DW, 10, -16, 0), isWritten ? st(Isa.DW, 10, -8, 0) : mov(4, 0),
                ldx(Isa.B, 4, 1, 0), alu(Isa.AND, 4, 7), movr(3, 10), add(3, -16), addr(3, 4)};
        long[] slots = java.util.Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, slots, start.length, rest.length);
        return slots;
    }

    @Test
    void shouldKnowWhereVariableAccessesMayGo() {
        accept(MEMORY, variable(true, ldx(Isa.B, 0, 3, 0), exit()));
        accept(MEMORY, variable(true, ldx(Isa.B, 0, 3, 8), exit()));
        refuse(Rule.OUT_OF_BOUNDS, 7, MEMORY, variable(true, ldx(Isa.B, 0, 3, 9), exit()));
        accept(MEMORY, variable(false, ldx(Isa.B, 0, 3, 0), exit()));
        refuse(Rule.UNINITIALIZED_STACK, 7, MEMORY, variable(false, ldx(Isa.B, 0, 3, 1), exit()));
        // A store may have gone anywhere: nothing is written for sure, nothing is certain.
        refuse(Rule.UNINITIALIZED_STACK, 8, MEMORY,
                variable(false, st(Isa.B, 3, 8, 1), ldx(Isa.B, 0, 10, -8), exit()));
        refuse(Rule.POINTER_RANGE, 9, MEMORY, variable(true, st(Isa.B, 3, 0, 1),
                ldx(Isa.DW, 4, 10, -16), addr(1, 4), ldx(Isa.B, 0, 1, 0), exit()));
        // It may have destroyed a pointer.
        refuse(Rule.UNINITIALIZED_STACK, 9, MEMORY, variable(false, stx(Isa.DW, 10, -8, 1),
                st(Isa.B, 3, 8, 1), ldx(Isa.DW, 1, 10, -8), mov(0, 0), exit()));
        refuse(Rule.POINTER_LEAK, 7, MEMORY, variable(true, stx(Isa.DW, 3, 0, 1), mov(0, 0),
                exit()));
    }

    @Test
    void shouldKnowAtomicOperations() {
        accept(MEMORY, st(Isa.DW, 10, -8, 0), mov(0, 1), mov(3, 1),
                atomic(Isa.DW, 10, -8, 3, Isa.CMPXCHG), exit());
        refuse(Rule.UNINITIALIZED_STACK, 1, MEMORY, mov(0, 1), atomic(Isa.W, 10, -8, 0, Isa.ADD),
                exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 1, MEMORY, mov(3, 1),
                atomic(Isa.W, 1, 0, 3, Isa.CMPXCHG), mov(0, 0), exit());
        // The sum is not known any more, and neither is what was fetched.
        refuse(Rule.POINTER_RANGE, 4, MEMORY, st(Isa.DW, 10, -8, 1), mov(3, 1),
                atomic(Isa.DW, 10, -8, 3, Isa.ADD), ldx(Isa.DW, 4, 10, -8), addr(1, 4), mov(0, 0),
                exit());
        refuse(Rule.POINTER_RANGE, 3, MEMORY, st(Isa.DW, 10, -8, 1), mov(3, 1),
                atomic(Isa.DW, 10, -8, 3, Isa.ADD | Isa.FETCH), addr(1, 3), mov(0, 0), exit());
        refuse(Rule.POINTER_RANGE, 3, MEMORY, mov(0, 0), mov(3, 1),
                atomic(Isa.DW, 1, 0, 3, Isa.CMPXCHG), addr(1, 0), mov(0, 0), exit());
    }

    @Test
    void shouldCallFunctionsOfTheProgram() {
        // r1 to r5 go in, r6 to r9 stay, r0 comes back.
        accept(MEMORY, mov(6, 5), local(2), addr(0, 6), exit(), ldx(Isa.B, 0, 1, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 1, MEMORY, local(2), movr(0, 1), exit(), mov(0, 0),
                exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 4, MEMORY, mov(6, 5), local(2), mov(0, 0), exit(),
                movr(0, 6), exit());
        // A function may leave r0 unwritten, if nobody reads it.
        accept(MEMORY, local(2), mov(0, 0), exit(), mov(1, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 1, MEMORY, local(1), exit(), mov(1, 0), exit());
        // It may return what its caller gave it, but nothing of its stack.
        accept(MEMORY, local(2), ldx(Isa.B, 0, 0, 0), exit(), movr(0, 1), exit());
        refuse(Rule.POINTER_LEAK, 3, MEMORY, local(1), exit(), movr(0, 10), exit());
    }

    @Test
    void shouldGiveFunctionsTheStackOfTheirCallers() {
        accept(MEMORY, movr(1, 10), add(1, -8), local(2), ldx(Isa.DW, 0, 10, -8), exit(),
                st(Isa.DW, 1, 0, 7), exit());
        refuse(Rule.UNINITIALIZED_STACK, 3, MEMORY, movr(1, 10), add(1, -8), local(2),
                ldx(Isa.DW, 0, 10, -8), exit(), st(Isa.W, 1, 0, 7), exit());
        refuse(Rule.POINTER_LEAK, 5, MEMORY, movr(1, 10), add(1, -8), local(2), mov(0, 0), exit(),
                stx(Isa.DW, 1, 0, 10), exit());
        // A stack of its own, on which nothing is written.
        refuse(Rule.UNINITIALIZED_STACK, 4, MEMORY, st(Isa.DW, 10, -8, 0), local(2), mov(0, 0),
                exit(), ldx(Isa.DW, 0, 10, -8), exit());
        Proof proof = accept(MEMORY, movr(1, 10), add(1, -8), local(2), mov(0, 0), exit(),
                st(Isa.DW, 1, 0, 7), exit());
        assertEquals(0, proof.memory(5));
        assertEquals(Proof.VARIABLE, proof.offset(5));
    }

    @Test
    void shouldTellCallersWhatAFunctionLearned() {
        accept(MEMORY, movr(7, 1), ldx(Isa.B, 6, 1, 0), movr(1, 6), local(5),
                jmp(Isa.JEQ, 0, 0, 2), addr(7, 6), ldx(Isa.B, 0, 7, 0), mov(0, 0), exit(),
                mov(0, 0), jmp(Isa.JGT, 1, 63, 1), mov(0, 1), exit());
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
    void shouldHoldHelpersToTheirParameters() {
        accept(CALLS, mov(2, 64), call(1), exit());
        accept(CALLS, st(Isa.DW, 10, -8, 0), movr(1, 10), add(1, -8), mov(2, 8), call(1), exit());
        refuse(Rule.OUT_OF_BOUNDS, 1, CALLS, mov(2, 65), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 1, CALLS, mov(2, 0), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 1, CALLS, mov(2, -1), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 1, CALLS, ldx(Isa.DW, 2, 1, 0), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 1, CALLS, movr(2, 10), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 1, CALLS, mov(1, 5), call(1), exit());
        refuse(Rule.UNINITIALIZED_STACK, 3, CALLS, movr(1, 10), add(1, -8), mov(2, 8), call(1),
                exit());
        refuse(Rule.PARTIAL_POINTER, 4, CALLS, stx(Isa.DW, 10, -8, 1), movr(1, 10), add(1, -8),
                mov(2, 8), call(1), exit());
        refuse(Rule.POINTER_LEAK, 0, CALLS, call(3), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 1, MEMORY.withHelper(3, SUM)
                .withHelper(1, helper(
                        "two", Helper.Result.NUMBER, Parameter.NUMBER, Parameter.NUMBER,
                        Parameter.NUMBER)),
                mov(1, 0), call(1), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 2, CALLS, mov(1, 1), call(3), movr(0, 1), exit());
        // A size with a range.
        accept(CALLS, ldx(Isa.B, 2, 1, 0), alu(Isa.AND, 2, 31), add(2, 1), call(1), exit());
        refuse(Rule.CALL_ARGUMENT, 2, CALLS, ldx(Isa.B, 2, 1, 0), alu(Isa.AND, 2, 31), call(1),
                exit());
        refuse(Rule.OUT_OF_BOUNDS, 3, CALLS, ldx(Isa.B, 2, 1, 0), alu(Isa.AND, 2, 127), add(2, 1),
                call(1), exit());
    }

    @Test
    void shouldKnowWhatHelpersWrite() {
        accept(CALLS, movr(1, 10), add(1, -8), mov(2, 8), call(2), ldx(Isa.DW, 0, 10, -8), exit());
        refuse(Rule.UNINITIALIZED_STACK, 4, CALLS, movr(1, 10), add(1, -8), mov(2, 4), call(2),
                ldx(Isa.DW, 0, 10, -8), exit());
        refuse(Rule.UNINITIALIZED_STACK, 6, CALLS, ldx(Isa.B, 2, 1, 0), alu(Isa.AND, 2, 7),
                add(2, 1), movr(1, 10), add(1, -8), call(2), ldx(Isa.DW, 0, 10, -8), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 2, CALLS, mov(2, 8), call(2), exit());
        refuse(Rule.READ_ONLY_MEMORY, 0,
                Contract.udf(16, 8).withHelper(2, CALLS.helpers().get(2)), call(2), mov(0, 0),
                exit());
        // The result of a helper may be any number.
        refuse(Rule.POINTER_RANGE, 3, CALLS, movr(6, 1), mov(2, 8), call(1), addr(6, 0), exit());
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
    void shouldForgetNumbersThatAVariableStoreMayChange() {
        long[] slots = {ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 7), movr(4, 10), addr(4, 3),
                st(Isa.DW, 10, -16, 3), st(Isa.DW, 10, -8, 3), st(Isa.B, 4, -8, 255),
                ldx(Isa.B, 5, 10, -8), addr(1, 5), ldx(Isa.B, 0, 1, 0), exit()};
        refuse(Rule.OUT_OF_BOUNDS, 9, MEMORY, slots);
        slots[7] = ldx(Isa.B, 5, 10, -1);
        refuse(Rule.OUT_OF_BOUNDS, 9, MEMORY, slots);
        slots[7] = ldx(Isa.B, 5, 10, -9);
        accept(MEMORY, slots);
        slots[7] = ldx(Isa.B, 5, 10, -16);
        accept(MEMORY, slots);
    }

    @Test
    void shouldLeaveNothingOfAPointerThatIsOverwritten() {
        refuse(Rule.UNINITIALIZED_STACK, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.B, 10, -8, 0),
                ldx(Isa.W, 0, 10, -4), exit());
        refuse(Rule.UNINITIALIZED_STACK, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.B, 10, -1, 0),
                ldx(Isa.W, 0, 10, -8), exit());
        refuse(Rule.UNINITIALIZED_STACK, 2, MEMORY, stx(Isa.DW, 10, -8, 1), st(Isa.W, 10, -4, 0),
                ldx(Isa.B, 0, 10, -5), exit());
    }

    @Test
    void shouldTieAWordOnlyToNumbersThatFitInIt() {
        // The lower half is up to 63, the number is not.
        refuse(Rule.POINTER_RANGE, 4, MEMORY, ldx(Isa.DW, 3, 1, 0), stx(Isa.W, 10, -4, 3),
                ldx(Isa.W, 4, 10, -4), jmp(Isa.JGT, 4, 63, 2), addr(1, 3), ldx(Isa.B, 0, 1, 0),
                mov(0, 0), exit());
        accept(MEMORY, ldx(Isa.W, 3, 1, 0), stx(Isa.W, 10, -4, 3), ldx(Isa.W, 4, 10, -4),
                jmp(Isa.JGT, 4, 63, 2), addr(1, 3), ldx(Isa.B, 0, 1, 0), mov(0, 0), exit());
        // Half of -1 is not -1.
        refuse(Rule.POINTER_RANGE, 3, MEMORY, st(Isa.DW, 10, -8, -1), ldx(Isa.W, 3, 10, -8),
                add(3, 1), addr(1, 3), ldx(Isa.B, 0, 1, 0), exit());
    }

    @Test
    void shouldTakeTheMostOfASizeThatIsNotCertain() {
        long[] slots = {ldx(Isa.B, 2, 1, 0), alu(Isa.AND, 2, 14), add(2, 1), movr(1, 10),
                add(1, -16), st(Isa.DW, 10, -16, 7), st(Isa.DW, 10, -8, 7), call(1), exit()};
        accept(CALLS, slots);
        slots[6] = st(Isa.W, 10, -4, 7);
        refuse(Rule.UNINITIALIZED_STACK, 7, CALLS, slots);
        // What is written may reach as far.
        refuse(Rule.OUT_OF_BOUNDS, 11, CALLS, movr(6, 1), ldx(Isa.B, 2, 1, 0),
                alu(Isa.AND, 2, 14), add(2, 1), movr(1, 10), add(1, -16),
                st(Isa.DW, 10, -16, 7), st(Isa.DW, 10, -8, 7), call(2), ldx(Isa.B, 3, 10, -2),
                addr(6, 3), ldx(Isa.B, 0, 6, 0), exit());
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
