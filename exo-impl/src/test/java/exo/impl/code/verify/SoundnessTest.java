// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.VerificationException;
import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random programs: the verifier fails in no other way than by refusing, and what it accepts keeps
 * inside its memory in every run, and does not depend on bytes that were not written.
 */
@ExtendWith(Seeds.class)
final class SoundnessTest {
    private static final int PROGRAMS = Integer.getInteger("exo.soundness.programs", 60_000);
    private static final int RUNS = 6;
    static final Contract CONTRACT = new Contract("model",
            List.of(new Argument.Memory(16, true), new Argument.Scalar(0, 31),
                    new Argument.Packet(true)),
            new TreeMap<>(), 2000, Contract.Guard.PROVEN, true);

    @Test
    void shouldRefuseOrAcceptWhateverTheSlots(Seed seed) {
        RandomGenerator random = seed.random();
        int accepted = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            try {
                Verifier.verify(Program.of(Programs.wild(random)), CONTRACT);
                accepted++;
            } catch (VerificationException refusal) {
                assertTrue(refusal.instruction() >= 0);
            }
        }
        assertTrue(accepted < PROGRAMS, "nothing was refused");
    }

    @Test
    void shouldAcceptOnlyProgramsThatStayInside(Seed seed) {
        RandomGenerator random = seed.random();
        int accepted = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            long[] slots = Programs.likely(random);
            try {
                Proof proof = Verifier.verify(Program.of(slots), CONTRACT);
                accepted++;
                run(slots, proof, random);
            } catch (VerificationException refusal) {
                assertTrue(refusal.instruction() >= 0);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("a program of " + slots.length + " slots:\n"
                        + Program.of(slots).toHex(), e);
            }
        }
        assertTrue(accepted > PROGRAMS / 50, "only " + accepted + " programs ran");
    }

    private static void run(long[] slots, Proof proof, RandomGenerator random) {
        for (int i = 0; i < RUNS; i++) {
            byte[] memory = new byte[16];
            byte[] packet = new byte[random.nextInt(1, 40)];
            random.nextBytes(memory);
            random.nextBytes(packet);
            long number = random.nextInt(32);
            Model first = new Model(slots, proof, memory.clone(), number, packet.clone());
            Model second = new Model(slots, proof, memory, number, packet);
            first.fillStack(random);
            second.fillStack(random);
            assertEquals(first.run(), second.run(), "it depends on what was not written");
        }
    }
}
