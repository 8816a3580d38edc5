// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Rule;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random programs, verified twice: once as always, once with every path followed to its end. What
 * the verifier leaves out, since another path came by, hides no error and no fact.
 */
@ExtendWith(Seeds.class)
final class PathsTest {
    private static final int PROGRAMS = Integer.getInteger("exo.paths.programs", 20_000);
    private static final Contract CONTRACT = SoundnessTest.CONTRACT.withMaxSteps(20_000);

    @Test
    void shouldHideNothingByLeavingPathsOut(Seed seed) {
        RandomGenerator random = seed.random();
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isTangle = random.nextInt(8) > 0;
            Program program = Program.of(isTangle
                    ? Tangles.program(random)
                    : Programs.likely(random));
            try {
                Proof every = Verifier.verifyEachPath(program, CONTRACT);
                accepted++;
                compare(program, every);
            } catch (VerificationException refusal) {
                boolean isUnknown = refusal.rule().equals(Rule.TOO_COMPLEX.text());
                refused += isUnknown ? 0 : 1;
                assertTrue(isUnknown || isRefused(program),
                        () -> "hidden: " + refusal.getMessage() + "\n" + program.toHex());
            }
        }
        assertTrue(accepted > PROGRAMS / 50, "only " + accepted + " were accepted");
        assertTrue(refused > PROGRAMS / 50, "only " + refused + " were refused");
    }

    private static boolean isRefused(Program program) {
        try {
            Verifier.verify(program, CONTRACT);
            return false;
        } catch (VerificationException refusal) {
            return true;
        }
    }

    /** What is accepted on all paths need not be accepted with fewer, if a loop does not end. */
    private static void compare(Program program, Proof every) {
        Proof fewer;
        try {
            fewer = Verifier.verify(program, CONTRACT);
        } catch (VerificationException refusal) {
            throw new AssertionError("refused\n" + program.toHex(), refusal);
        }
        for (int i = 0; i < program.length(); i++) {
            String where = "slot " + i + " of\n" + program.toHex();
            assertEquals(every.isReached(i), fewer.isReached(i), where);
            assertTrue(fewer.memory(i) == Proof.UNPROVEN || fewer.memory(i) == every.memory(i),
                    where);
            boolean isSame = fewer.memory(i) == Proof.UNPROVEN
                    || fewer.offset(i) == Proof.VARIABLE || fewer.offset(i) == every.offset(i);
            assertTrue(isSame, where);
        }
        assertTrue(fewer.steps() <= every.steps(), program.toHex());
    }
}
