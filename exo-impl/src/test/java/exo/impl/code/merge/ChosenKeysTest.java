// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.VerifiedProgram;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Filters that somebody chose so that their keys lie in one place, if he knew where keys lie. */
@ExtendWith(Seeds.class)
class ChosenKeysTest {
    private static final int FILTERS = 600;
    private static final int PORT = 53;
    /** Hashes whose upper bits are the same lie in one place of any table, up to 4,096 places. */
    private static final int SHIFT = Long.SIZE - 12;
    private static final Salt KNOWN = new Salt(1);

    private static final List<Integer> CHOSEN = new ArrayList<>();
    private static final List<VerifiedProgram> FILTERS_FOR_CHOSEN = new ArrayList<>();

    /** With all of their bits different among them, addresses are the words of the keys. */
    @BeforeAll
    static void choose() {
        for (int host = 1; CHOSEN.size() < FILTERS; host++) {
            // All bits, not only the lower ones.
            int spread = host * 0x9e37_79b1;
            if (KNOWN.place(new long[]{spread & 0xffff_ffffL}, SHIFT) == 0) {
                CHOSEN.add(spread);
                FILTERS_FOR_CHOSEN.add(FilterMaker.udp(PORT, spread));
            }
        }
    }

    private static MergedClassifier fill(Salt salt) {
        MergedClassifier set = new MergedClassifier(salt);
        for (int i = 0; i < FILTERS; i++) {
            set.insert(i, FILTERS_FOR_CHOSEN.get(i));
        }
        return set;
    }

    private static void assertFindsAll(MergedClassifier set) {
        byte[] packet = new byte[60];
        packet[12] = 8;
        packet[14] = 0x45;
        packet[23] = 17;
        packet[37] = PORT;
        for (int i = 0; i < FILTERS; i++) {
            for (int j = 0; j < 4; j++) {
                packet[30 + j] = (byte) (CHOSEN.get(i) >>> (24 - 8 * j));
            }
            assertEquals(i, set.classify(MemorySegment.ofArray(packet), 0, packet.length));
        }
    }

    @Test
    void shouldBeSlowOnlyIfTheSaltIsKnown() {
        MergedClassifier set = fill(KNOWN);
        assertEquals(FILTERS, set.longestSearch());
        assertFindsAll(set);
    }

    @Test
    void shouldBoundSearchesForKeysThatWereChosen(Seed seed) {
        var random = seed.random();
        for (int round = 0; round < 20; round++) {
            MergedClassifier set = fill(new Salt(random.nextLong()));
            assertTrue(set.longestSearch() < 40, "longest search " + set.longestSearch());
            assertFindsAll(set);
        }
    }

    /** The seed of each set is its own, so what is learned of one says nothing of another. */
    @Test
    void shouldHaveASaltOfItsOwn() {
        MergedClassifier set = new MergedClassifier();
        for (int i = 0; i < FILTERS; i++) {
            set.insert(i, FILTERS_FOR_CHOSEN.get(i));
        }
        assertTrue(set.longestSearch() < 40, "longest search " + set.longestSearch());
        assertFindsAll(set);
    }

    /** Words that differ at the top, and next words that would make up for it. */
    @Test
    void shouldSpreadWordsWhoseDifferencesCancelOut(Seed seed) {
        Salt salt = new Salt(seed.random().nextLong());
        int bits = 12;
        int[] counts = new int[1 << bits];
        for (long first = 0; first < 64; first++) {
            for (long second = 0; second < 64; second++) {
                long top = second << 58;
                counts[salt.place(new long[]{first << 58, top | top >>> 32}, SHIFT)]++;
            }
        }
        int most = java.util.Arrays.stream(counts).max().orElseThrow();
        assertTrue(most < 16, "keys in one place: " + most);
    }

    @Test
    void shouldSpreadKeysThatFollowOneAnother(Seed seed) {
        Salt salt = new Salt(seed.random().nextLong());
        for (int step = 0; step < 48; step++) {
            int[] counts = new int[1 << 12];
            for (long i = 0; i < 1 << 12; i++) {
                counts[salt.place(new long[]{i << step}, SHIFT)]++;
            }
            int most = java.util.Arrays.stream(counts).max().orElseThrow();
            assertTrue(most < 24, "keys in one place: " + most + ", step " + step);
        }
    }

    @Test
    void shouldMakeOtherNumbersOfOtherSeeds() {
        Salt one = new Salt(7);
        Salt other = new Salt(8);
        assertNotEquals(one.first(), other.first());
        assertNotEquals(one.last(), other.last());
        assertNotEquals(one.factor(0), other.factor(0));
        assertNotEquals(one.factor(0), one.factor(1));
        assertEquals(one.factor(3), new Salt(7).factor(3));
        assertEquals(1, one.factor(5) & one.last() & 1);
    }
}
