// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.ja;
import static exo.impl.code.isa.Slots.jal;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.jmpr;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.local;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Programs that would take the verifier long, if anything could. */
final class BudgetTest {
    private static final Contract MEMORY = Contract.memory(64);

    /** So many times a branch, after which something differs that may or may not count. */
    private static long[] diamonds(int count, boolean counts) {
        long[] slots = new long[4 * count + 4];
        slots[0] = mov(0, 0);
        slots[1] = mov(4, 0);
        for (int i = 0; i < count; i++) {
            slots[4 * i + 2] = ldx(Isa.B, 3, 1, i % 64);
            slots[4 * i + 3] = jmp(Isa.JEQ, 3, 0, 2);
            slots[4 * i + 4] = mov(5, i);
            slots[4 * i + 5] = counts ? alu(Isa.ADD, 4, i + 1) : mov(5, i + 1);
        }
        slots[4 * count + 2] = movr(0, 4);
        slots[4 * count + 3] = exit();
        return slots;
    }

    @Test
    void shouldNotFollowPathsTwiceThatMeet() {
        Proof proof = accept(MEMORY, diamonds(10_000, false));
        // Not much more than each slot once, where there are 2 to the power of 10,000 paths.
        assertTrue(proof.steps() <= 2 * 4 * 10_000, "steps " + proof.steps());
    }

    @Test
    void shouldRefusePathsThatAreTooMany() {
        refuse(Rule.TOO_COMPLEX, tooComplexAt(diamonds(500, true)), MEMORY, diamonds(500, true));
    }

    /** Where the steps run out does not matter, so it is asked for. */
    private static int tooComplexAt(long... slots) {
        try {
            Verifier.verify(Program.of(slots), MEMORY);
        } catch (exo.api.VerificationException refusal) {
            return refusal.instruction();
        }
        return -1;
    }

    @Test
    void shouldFollowLoopsAsFarAsTheContractAllows() {
        // Four steps outside the loop, three in each round.
        long[] slots = {mov(0, 0), mov(3, 0), add(3, 1), addr(0, 3), jmp(Isa.JNE, 3, 1000, -3),
                exit()};
        assertEquals(3003, accept(MEMORY.withMaxSteps(3003), slots).steps());
        String message = refuse(Rule.TOO_COMPLEX, 5, MEMORY.withMaxSteps(3002), slots).getMessage();
        assertTrue(message.contains("3002 steps"), message);
    }

    @Test
    void shouldFollowAMillionSteps() {
        long[] slots = {mov(0, 0), mov(3, 0), add(3, 1), jmp(Isa.JNE, 3, 499_000, -2), exit()};
        assertEquals(998_003, accept(MEMORY, slots).steps());
        long[] branching = {mov(0, 0), mov(3, 0), ldx(Isa.B, 4, 1, 0), jmp(Isa.JEQ, 4, 7, 2),
                add(3, 1), jmp(Isa.JNE, 3, 30_000, -4), exit()};
        assertTrue(accept(MEMORY, branching).steps() >= 120_000);
    }

    @Test
    void shouldRefuseLoopsThatNeedNotEnd() {
        refuse(Rule.ENDLESS_LOOP, 1, MEMORY, mov(0, 0), add(0, 0), ja(-2), exit());
        refuse(Rule.ENDLESS_LOOP, 0, MEMORY, ldx(Isa.B, 0, 1, 0), jmp(Isa.JNE, 0, 0, -2), exit());
        refuse(Rule.ENDLESS_LOOP, 1, MEMORY, mov(0, 0), ldx(Isa.B, 3, 1, 0), movr(0, 3), jal(-3),
                exit());
        // What counts is what is read: what is written over again does not end a loop.
        refuse(Rule.ENDLESS_LOOP, 2, MEMORY, mov(3, 0), mov(0, 0), mov(4, 1), movr(5, 4), ja(-3),
                exit());
        refuse(Rule.TOO_COMPLEX, tooComplexAt(mov(3, 0), mov(0, 0), add(3, 2),
                jmp(Isa.JNE, 3, 1, -2), exit()), MEMORY, mov(3, 0), mov(0, 0), add(3, 2),
                jmp(Isa.JNE, 3, 1, -2), exit());
    }

    @Test
    void shouldEndLoopsOverNumbersOfARange() {
        // r3 is 0 to 15, and counted down to 0.
        accept(MEMORY, ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 15), mov(0, 0), jmp(Isa.JEQ, 3, 0, 3),
                addr(0, 3), alu(Isa.SUB, 3, 1), ja(-4), exit());
    }

    @Test
    void shouldCheckTheLongestProgram() {
        long[] slots = new long[Program.MAX_SLOTS];
        Arrays.fill(slots, add(0, 1));
        slots[0] = mov(0, 0);
        slots[slots.length - 1] = exit();
        assertEquals(Program.MAX_SLOTS, accept(MEMORY, slots).steps());
        for (int i = 2; i < slots.length - 1; i += 2) {
            slots[i - 1] = ldx(Isa.B, 3, 1, 0);
            slots[i] = jmp(Isa.JEQ, 3, 0, 1);
        }
        slots[slots.length - 2] = mov(0, 0);
        assertTrue(accept(MEMORY, slots).steps() < 4 * Program.MAX_SLOTS);
    }

    @Test
    void shouldRefuseWhenTooManyBranchesWait() {
        int rounds = Pending.MAX_STATES + 1;
        // Each round leaves the branch behind it to be followed later.
        long[] slots = {mov(0, 0), mov(3, 0), ldx(Isa.B, 4, 1, 0), jmp(Isa.JEQ, 4, 7, 1), add(0, 1),
                add(3, 1), jmp(Isa.JNE, 3, rounds, -5), exit()};
        assertEquals(Rule.TOO_COMPLEX.text(), refuse(Rule.TOO_COMPLEX, tooComplexAt(slots), MEMORY,
                slots).rule());
    }

    /** Eight functions whose stacks are full of one number; r9 is it in the last. */
    private static List<Long> fullStacks() {
        List<Long> slots = new ArrayList<>(List.of(ldx(Isa.DW, 2, 1, 0)));
        for (int frame = 0; frame < 8; frame++) {
            for (int word = 1; word <= 64; word++) {
                slots.add(stx(Isa.DW, 10, -8 * word, 2));
            }
            if (frame < 7) {
                slots.addAll(List.of(local(2), mov(0, 0), exit()));
            }
        }
        slots.addAll(List.of(movr(9, 2), mov(7, 100_000)));
        return slots;
    }

    @Test
    void shouldBoundTheBytesOfStatesThatWait() {
        // Each round leaves a branch behind, and changes all that is known of the stacks.
        List<Long> rounds = fullStacks();
        rounds.addAll(List.of(add(7, 1), jmpr(Isa.JGT, 9, 7, 1), ja(0),
                jmp(Isa.JLT, 7, 900_000, -4), mov(0, 0), exit()));
        long[] slots = rounds.stream().mapToLong(Long::longValue).toArray();
        String message = refuse(Rule.TOO_COMPLEX, tooComplexAt(slots), MEMORY, slots).getMessage();
        assertTrue(message.contains(Pending.MAX_BYTES + " bytes"), message);
    }

    @Test
    void shouldBoundTheBytesOfStatesThatAreKept() {
        // All of the stack counts, since the frame pointer is copied.
        Program program = Program.of(movr(2, 10), mov(0, 0), exit());
        StateTable table = new StateTable(program.length(),
                new Subsumption(new Liveness(program, MEMORY)));
        State state = State.entry(MEMORY);
        int states = 0;
        int before = -1;
        while (before < table.bytes()) {
            before = table.bytes();
            for (int word = 1; word < 128; word += 2) {
                state.writable(0)
                        .setWord(word, Register.number(
                                Scalar.range(states, states + 5000)));
            }
            for (int step = 0; step < 64; step++) {
                table.step();
            }
            assertFalse(table.isDone(state, states));
            states++;
        }
        assertTrue(before > StateTable.MAX_BYTES - 10_000 && before <= StateTable.MAX_BYTES);
        // A state is not cheaper than its registers, words and their ranges are.
        assertTrue(before / states > 64 * 136, "bytes of each: " + before / states);
    }

    @Test
    void shouldShareWhatStatesHaveInCommon() {
        State state = State.entry(MEMORY);
        for (int word = 1; word < 128; word += 2) {
            state.writable(0).setWord(word, Register.number(Scalar.range(0, word)));
        }
        State copy = state.copy();
        int alone = copy.bytesBeside(State.none());
        int same = copy.bytesBeside(state);
        state.set(0, Register.number(Scalar.range(1, 5)));
        int register = state.bytesBeside(copy);
        state.writable(0).setWord(0, Register.number(Scalar.range(2, 5)));
        int word = state.bytesBeside(copy);
        assertTrue(alone > 64 * 136 && same < 200, alone + " " + same);
        assertTrue(register > same && register < 600 && word > register + 512 && word < 1400,
                register + " " + word);
    }

    @Test
    void shouldHoldStatesWithDeepCallsAndFullStacks() {
        long[] slots = new long[7 * 70 + 8];
        int at = 0;
        for (int frame = 0; frame < 7; frame++) {
            for (int word = 1; word <= 64; word++) {
                slots[at++] = stx(Isa.DW, 10, -8 * word, 1);
            }
            slots[at++] = local(1);
            slots[at++] = exit();
            for (int i = 0; i < 4; i++) {
                slots[at++] = mov(2, i);
            }
        }
        slots[at++] = mov(0, 0);
        slots[at++] = ldx(Isa.B, 4, 1, 0);
        slots[at++] = jmp(Isa.JEQ, 4, 0, 1);
        slots[at++] = add(0, 1);
        slots[at++] = st(Isa.B, 10, -1, 0);
        slots[at++] = jmp(Isa.JLT, 0, 5000, -5);
        slots[at++] = ja(0);
        slots[at++] = exit();
        assertEquals(slots.length, at);
        String rule = refuse(Rule.ENDLESS_LOOP, 7 * 70 + 1, MEMORY, slots).rule();
        assertEquals("endless-loop", rule);
    }
}
