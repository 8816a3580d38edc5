// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Random sets and random members: the result of the members is in the result of the sets. */
@ExtendWith(Seeds.class)
final class ScalarOpsTest {
    private static final int ROUNDS = Integer.getInteger("exo.domain.rounds", 400_000);

    @Test
    void shouldHoldTheMembersThatASetIsMadeAround(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < ROUNDS; i++) {
            Sample sample = Sample.of(random);
            for (long member : sample.members()) {
                assertTrue(sample.scalar().contains(member),
                        () -> member + " in " + sample.scalar());
            }
        }
    }

    @Test
    void shouldHoldTheResultsOfAllMembers(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < ROUNDS; i++) {
            int op = ConcreteMath.OPERATIONS[random.nextInt(ConcreteMath.OPERATIONS.length)];
            boolean isSigned = random.nextBoolean();
            boolean is64 = random.nextBoolean();
            Sample a = Sample.of(random);
            Sample b = Sample.of(random);
            Scalar result = ScalarOps.apply(op, isSigned, is64, a.scalar(), b.scalar());
            for (long x : a.members()) {
                for (long y : b.members()) {
                    long expected = ConcreteMath.apply(op, isSigned, is64, x, y);
                    assertTrue(result.contains(expected),
                            () -> "operation 0x" + Integer.toHexString(op) + " signed " + isSigned
                                    + " 64 " + is64 + " of " + x + ", " + y);
                }
            }
        }
    }

    @Test
    void shouldHoldAllResultsOnSmallRanges() {
        for (int op : ConcreteMath.OPERATIONS) {
            for (int variant = 0; variant < 4; variant++) {
                smallRanges(op, (variant & 1) != 0, (variant & 2) != 0);
            }
        }
    }

    private static void smallRanges(int op, boolean isSigned, boolean is64) {
        List<int[]> ranges = new ArrayList<>();
        for (int low = -3; low <= 3; low++) {
            for (int high = low; high <= 4; high++) {
                ranges.add(new int[]{low, high});
            }
        }
        for (int[] a : ranges) {
            for (int[] b : ranges) {
                Scalar result = ScalarOps.apply(op, isSigned, is64, Scalar.range(a[0], a[1]),
                        Scalar.range(b[0], b[1]));
                assertAll(result, op, isSigned, is64, new int[]{a[0], a[1], b[0], b[1]});
            }
        }
    }

    private static void assertAll(Scalar result, int op, boolean isSigned, boolean is64,
            int[] ends) {
        for (int x = ends[0]; x <= ends[1]; x++) {
            for (int y = ends[2]; y <= ends[3]; y++) {
                if (!result.contains(ConcreteMath.apply(op, isSigned, is64, x, y))) {
                    throw new AssertionError("0x" + Integer.toHexString(op) + " of " + x + ", " + y
                            + ": " + result);
                }
            }
        }
    }

    @Test
    void shouldChangeWidthsOfAllMembers(Seed seed) {
        RandomGenerator random = seed.random();
        int[] widths = {8, 16, 32, 64};
        for (int i = 0; i < ROUNDS; i++) {
            Sample a = Sample.of(random);
            int bits = widths[random.nextInt(widths.length)];
            int unused = 64 - bits;
            for (long x : a.members()) {
                assertTrue(ScalarOps.zext(a.scalar(), bits).contains((x << unused) >>> unused));
                assertTrue(ScalarOps.sext(a.scalar(), bits).contains((x << unused) >> unused));
                if (bits != 8) {
                    assertTrue(ScalarOps.swap(a.scalar(), bits)
                            .contains(Long.reverseBytes(x) >>> unused));
                }
            }
        }
    }

    @Test
    void shouldKeepMembersThatSatisfyAComparison(Seed seed) {
        RandomGenerator random = seed.random();
        Refinement taken = new Refinement();
        Refinement passed = new Refinement();
        for (int i = 0; i < ROUNDS; i++) {
            int op = ConcreteMath.CONDITIONS[random.nextInt(ConcreteMath.CONDITIONS.length)];
            boolean is64 = random.nextBoolean();
            Sample a = Sample.of(random);
            Sample b = Sample.of(random);
            taken.compare(op, is64, a.scalar(), b.scalar(), true);
            passed.compare(op, is64, a.scalar(), b.scalar(), false);
            for (long x : a.members()) {
                for (long y : b.members()) {
                    Refinement it = ConcreteMath.holds(op, is64, x, y) ? taken : passed;
                    assertTrue(it.isPossible() && it.left().contains(x) && it.right().contains(y),
                            () -> "jump 0x" + Integer.toHexString(op) + " 64 " + is64 + " of " + x
                                    + ", " + y);
                }
            }
        }
    }

    @Test
    void shouldLearnFromAComparisonAllThatItTeaches() {
        for (int op : ConcreteMath.CONDITIONS) {
            for (int low = 0; low < 6 && op != Isa.JSET; low++) {
                for (int number = -1; number < 9; number++) {
                    learn(op, true, low, number);
                    learn(op, false, low, number);
                }
            }
        }
    }

    /** The numbers from low to 6 for which the comparison is true lie between the right ends. */
    private static void learn(int op, boolean is64, int low, int number) {
        Refinement refinement = new Refinement();
        for (boolean isTaken : new boolean[]{true, false}) {
            refinement.compare(op, is64, Scalar.range(low, 6), Scalar.constant(number), isTaken);
            int least = 6;
            int most = low;
            for (int x = low; x <= 6; x++) {
                if (ConcreteMath.holds(op, is64, x, number) == isTaken) {
                    least = Math.min(least, x);
                    most = Math.max(most, x);
                }
            }
            boolean isPossible = ConcreteMath.holds(op, is64, least, number) == isTaken;
            String what = "0x" + Integer.toHexString(op) + " " + low + " " + number + isTaken;
            assertEquals(isPossible, refinement.isPossible(), what);
            if (isPossible) {
                assertEquals(least, refinement.left().smin, what);
                assertEquals(most, refinement.left().smax, what);
            }
        }
    }

    @Test
    void shouldCoverOnlySetsWithoutOtherMembers(Seed seed) {
        RandomGenerator random = seed.random();
        int covered = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Sample a = Sample.of(random);
            Sample b = Sample.of(random);
            if (a.scalar().covers(b.scalar())) {
                covered++;
                for (long member : b.members()) {
                    assertTrue(a.scalar().contains(member));
                }
            }
        }
        assertTrue(covered > ROUNDS / 1000, "only " + covered + " pairs said anything");
    }

    @Test
    void shouldDecideComparisonsOfConstants(Seed seed) {
        RandomGenerator random = seed.random();
        Refinement refinement = new Refinement();
        for (int i = 0; i < ROUNDS; i++) {
            int op = ConcreteMath.CONDITIONS[random.nextInt(ConcreteMath.CONDITIONS.length)];
            boolean is64 = random.nextBoolean();
            long x = Sample.number(random);
            long y = random.nextBoolean() ? x : Sample.number(random);
            refinement.compare(op, is64, Scalar.constant(x), Scalar.constant(y), true);
            assertEquals(ConcreteMath.holds(op, is64, x, y), refinement.isPossible(),
                    () -> Integer.toHexString(op) + " " + is64 + " " + x + " " + y);
        }
    }

    @Test
    void shouldNotTakeAWordComparisonForOneOfAllBits() {
        // CVE-2020-8835: after a 32-bit comparison the upper half is as unknown as before.
        Refinement refinement = new Refinement();
        refinement.compare(Isa.JLE, false, Scalar.ANY, Scalar.constant(1), true);
        assertTrue(refinement.left().contains(1L << 32));
        assertTrue(refinement.left().contains(-(1L << 32) | 1));
        assertFalse(refinement.left().contains(2));
        assertFalse(refinement.left().contains((1L << 40) | 2));
    }

    @Test
    void shouldNotTakeKnownLowBitsForAKnownWord() {
        // CVE-2021-3490: and, or, xor of numbers with known upper, unknown lower halves.
        Scalar a = ScalarOps.or(Scalar.ofBytes(4), Scalar.constant(1L << 32));
        Scalar b = Scalar.constant((1L << 32) | 2);
        for (int op : new int[]{Isa.AND, Isa.OR, Isa.XOR}) {
            Scalar result = ScalarOps.apply(op, false, true, a, b);
            for (long low : new long[]{0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000L, 0xffff_ffffL}) {
                long x = (1L << 32) | low;
                assertTrue(result.contains(ConcreteMath.apply(op, false, true, x, b.value)));
            }
        }
    }

    @Test
    void shouldExtendTheSignOfImmediatesOnlyWhereTheCpuDoes() {
        // CVE-2017-16995: a 32-bit move of -1 is 0xffffffff, not -1.
        Scalar moved = ScalarOps.zext32(Scalar.constant(-1));
        assertTrue(moved.is(0xffff_ffffL));
        Refinement refinement = new Refinement();
        refinement.compare(Isa.JNE, true, moved, Scalar.constant(-1), false);
        assertFalse(refinement.isPossible());
    }

    @Test
    void shouldSharpenOneDescriptionByTheOthers() {
        Scalar index = ScalarOps.and(Scalar.ANY, Scalar.constant(0xf0));
        assertEquals(0, index.smin);
        assertEquals(0xf0, index.smax);
        Refinement refinement = new Refinement();
        refinement.compare(Isa.JSGE, true, Scalar.ANY, Scalar.constant(0), true);
        refinement.compare(Isa.JSLT, true, refinement.left(), Scalar.constant(64), true);
        assertEquals(63, refinement.left().umax);
        assertEquals(63, refinement.left().mask);
        Scalar sum = ScalarOps.add(Scalar.range(4, 7), Scalar.range(8, 8));
        assertEquals(12, sum.smin);
        assertEquals(15, sum.umax);
        assertEquals(-8, ScalarOps.sext(ScalarOps.zext32(Scalar.constant(-8)), 32).value);
    }
}
