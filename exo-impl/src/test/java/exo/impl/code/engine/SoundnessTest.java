// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.verify.Proof;
import exo.impl.code.verify.Verifier;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Does a program that the verifier accepts keep its rules, and do engines that go by its proof do
 * what the interpreter does, which checks everything and counts the steps?
 */
@ExtendWith(Seeds.class)
class SoundnessTest {
    private static final int PROGRAMS = Integer.getInteger("exo.fuzz.programs", 250);

    private int accepted;

    private static List<byte[]> inputs(RandomGenerator random, boolean isPacket) {
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            inputs.add(EnginesFuzzTest.input(random, isPacket));
        }
        inputs.add(new byte[isPacket ? 64 : ProgramMaker.MEMORY_BYTES]);
        return inputs;
    }

    /** Runs a program if it is accepted; {@return why it is not, otherwise nothing} */
    private String tryOut(Program program, Contract contract, List<byte[]> inputs) {
        Proof proof;
        try {
            proof = Verifier.verify(program, contract);
        } catch (VerificationException e) {
            return e.rule();
        }
        accepted++;
        Verified verified = new Verified(program, contract, proof);
        // Checks all, and no more steps than were proved to be enough.
        Contract checked = contract.checked().withMaxSteps(proof.steps());
        Verified reference = new Verified(program, checked,
                Proof.none(program.length(), proof.steps()));
        for (byte[] input : inputs) {
            compare(reference, verified, input);
        }
        return "";
    }

    private static void compare(Verified reference, Verified verified, byte[] input) {
        EnginesFuzzTest.Outcome expected = EnginesFuzzTest.run(reference,
                new Interpreter(reference), input, 3, false);
        assertEquals("", expected.fault(), () -> verified.program().toHex());
        for (Code code : Codes.of(verified)) {
            assertEquals(expected, EnginesFuzzTest.run(verified, code, input, 3, false),
                    () -> code + " of\n" + verified.program().toHex());
        }
        if (verified.isFilter()) {
            MemorySegment packet = MemorySegment.ofArray(input);
            PacketFilter interpreted = new Engines(reference).filter(Engine.INTERPRET);
            assertEquals(interpreted.accept(packet, 0, input.length), new Engines(verified)
                    .filter(Engine.COMPILE)
                    .accept(packet, 0, input.length), () -> verified.program().toHex());
        }
    }

    @Test
    void shouldRunWhatWasAccepted(Seed seed) {
        RandomGenerator random = seed.random();
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = random.nextInt(4) == 0 && isPacket
                    ? maker.plain(1 + random.nextInt(20))
                    : maker.tame(1 + random.nextInt(20));
            String rule = tryOut(program, maker.contract(), inputs(random, isPacket));
            if (!rule.isEmpty()) {
                refused.add(rule);
            }
        }
        assertTrue(accepted > PROGRAMS * 9 / 10, () -> "refused: " + refused);
    }

    @Test
    void shouldNeverFaultHoweverWildTheProgram(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < PROGRAMS * 10; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = maker.wild(1 + random.nextInt(6));
            tryOut(program, maker.contract(), inputs(random, isPacket));
        }
        // Few are, but among tens of thousands some.
        assertTrue(accepted > PROGRAMS / 100, "accepted: " + accepted);
    }

    /** A tame program with one instruction changed is often accepted, and seldom simple. */
    @Test
    void shouldNeverFaultAfterAChange(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = maker.changed(maker.tame(1 + random.nextInt(12)),
                    1 + random.nextInt(3));
            tryOut(program, maker.contract(), inputs(random, isPacket));
        }
        assertTrue(accepted > PROGRAMS / 20, "accepted: " + accepted);
    }
}
