// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Classifier;
import exo.api.code.Classifier.FilterOverlapException;
import exo.api.code.Condition;
import exo.api.code.Contract;
import exo.api.code.Field;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.impl.code.KernelProgram;
import exo.impl.code.merge.OrderedClassifier.Ordered;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does the merged set answer as the filters do one by one, and refuse what would steal? */
@ExtendWith(Seeds.class)
class MergedClassifierTest {
    private static final int ROUNDS = Integer.getInteger("exo.fuzz.rounds", 40);
    private static final int HOST = 0x0a000001;

    private static int classify(Classifier set, byte[] packet) {
        return set.classify(MemorySegment.ofArray(packet), 0, packet.length);
    }

    private static byte[] udp(int port, int host) {
        byte[] packet = new byte[60];
        packet[12] = 8;
        packet[14] = 0x45;
        packet[23] = 17;
        for (int i = 0; i < 4; i++) {
            packet[30 + i] = (byte) (host >>> (24 - 8 * i));
        }
        packet[36] = (byte) (port >>> 8);
        packet[37] = (byte) port;
        return packet;
    }

    private static VerifiedProgram filter(Condition condition) {
        return FilterMaker.verified(condition);
    }

    @Test
    void shouldAnswerAsFiltersDoOneByOne(Seed seed) {
        RandomGenerator random = seed.random();
        FilterMaker maker = new FilterMaker(random);
        int hits = 0;
        int refusals = 0;
        for (int round = 0; round < ROUNDS; round++) {
            MergedClassifier merged = new MergedClassifier();
            OrderedClassifier ordered = new OrderedClassifier();
            for (int step = 0; step < 60; step++) {
                int key = random.nextInt(30);
                if (random.nextInt(3) == 0 || has(ordered, key)) {
                    assertEquals(ordered.remove(key), merged.remove(key));
                } else {
                    refusals += insert(merged, ordered, key, maker.filter(),
                            random.nextBoolean());
                }
                assertEquals(ordered.size(), merged.size());
                for (int p = 0; p < 10; p++) {
                    byte[] packet = maker.packet();
                    int expected = classify(ordered, packet);
                    hits += expected < 0 ? 0 : 1;
                    assertEquals(expected, classify(merged, packet));
                }
            }
        }
        assertTrue(hits > ROUNDS * 60, "packets hit: " + hits);
        assertTrue(refusals > ROUNDS, "filters were refused: " + refusals);
    }

    private static boolean has(OrderedClassifier ordered, int key) {
        return ordered.filters().stream().anyMatch(filter -> filter.key() == key);
    }

    private static int insert(Classifier merged, Classifier ordered, int key,
            VerifiedProgram filter, boolean isGranted) {
        if (isGranted) {
            merged.insertGranted(key, filter);
            ordered.insertGranted(key, filter);
            return 0;
        }
        try {
            ordered.insert(key, filter);
        } catch (FilterOverlapException _) {
            assertThrows(FilterOverlapException.class, () -> merged.insert(key, filter));
            return 1;
        }
        merged.insert(key, filter);
        return 0;
    }

    @Test
    void shouldNeverGiveAPacketAwayWithoutAGrant(Seed seed) {
        RandomGenerator random = seed.random();
        FilterMaker maker = new FilterMaker(random);
        int shared = 0;
        for (int round = 0; round < ROUNDS; round++) {
            MergedClassifier merged = new MergedClassifier();
            List<Ordered> inserted = new ArrayList<>();
            for (int key = 0; key < 25; key++) {
                VerifiedProgram filter = maker.filter();
                try {
                    merged.insert(key, filter);
                } catch (FilterOverlapException e) {
                    assertTrue(e.other() < key);
                    continue;
                }
                inserted.add(Ordered.of(key, filter));
            }
            for (int p = 0; p < 300; p++) {
                byte[] packet = maker.packet();
                List<Integer> wanting = inserted.stream()
                        .filter(filter -> filter.accepts(packet))
                        .map(Ordered::key)
                        .toList();
                shared += wanting.size() > 1 ? 1 : 0;
                // Keys grow with age, so the oldest has the least.
                assertEquals(wanting.isEmpty() ? Classifier.NONE : wanting.getFirst(),
                        classify(merged, packet));
            }
        }
        assertTrue(shared > ROUNDS, "packets that several want: " + shared);
    }

    @Test
    void shouldRefuseWhatWouldSteal() {
        MergedClassifier set = new MergedClassifier();
        set.insert(1, filter(Field.IPV4_DESTINATION.is(HOST)));
        FilterOverlapException refused = assertThrows(FilterOverlapException.class,
                () -> set.insert(2, FilterMaker.udp(53, HOST)));
        assertEquals(1, refused.other());
        assertTrue(refused.getMessage().contains("packets of filter 1: where byte 12 is 0x8"),
                refused.getMessage());
        assertEquals(1, set.size());
        assertEquals(1, classify(set, udp(53, HOST)));
        set.insert(3, FilterMaker.udp(53, HOST + 1));
        set.insertGranted(2, FilterMaker.udp(53, HOST));
        assertEquals(2, classify(set, udp(53, HOST)));
        assertEquals(1, classify(set, udp(54, HOST)));
        assertEquals(3, classify(set, udp(53, HOST + 1)));
        assertEquals(Classifier.NONE, classify(set, udp(54, HOST + 1)));
    }

    @Test
    void shouldGiveToTheOlderOfEquals() {
        MergedClassifier set = new MergedClassifier();
        set.insert(9, FilterMaker.udp(53, HOST));
        set.insert(4, FilterMaker.udp(53, HOST));
        set.insert(5, FilterMaker.udp(53, HOST));
        assertEquals(9, classify(set, udp(53, HOST)));
        assertTrue(set.remove(9));
        assertEquals(4, classify(set, udp(53, HOST)));
        set.insert(9, FilterMaker.udp(53, HOST));
        assertTrue(set.remove(5));
        assertTrue(set.remove(4));
        assertEquals(9, classify(set, udp(53, HOST)));
        assertTrue(set.remove(9));
        assertEquals(Classifier.NONE, classify(set, udp(53, HOST)));
        assertFalse(set.remove(9));
    }

    @Test
    void shouldCompareAgesAcrossShapesOfTheSameSize() {
        Condition first = Field.at(0, 1).is(1);
        Condition second = Field.at(1, 1).is(1);
        for (boolean isFirst : new boolean[]{true, false}) {
            MergedClassifier set = new MergedClassifier();
            set.insert(7, filter(isFirst ? first : second));
            set.insert(8, filter(isFirst ? second : first));
            assertEquals(7, classify(set, new byte[]{1, 1}));
            assertEquals(isFirst ? 8 : 7, classify(set, new byte[]{0, 1}));
        }
    }

    @Test
    void shouldAskFiltersOfNoKnownForm() {
        // A load from the program's own memory is not followed.
        Program opaque = Program.of(List.of(Program.Region.constant("one", new byte[]{1})),
                Program.slot(0x18, 1, 6, 0, 0), 0, Program.slot(0x71, 0, 1, 0, 0),
                Program.slot(0x95, 0, 0, 0, 0));
        MergedClassifier set = new MergedClassifier();
        set.insert(1, KernelProgram.verify(opaque, Contract.filter()));
        assertEquals(1, classify(set, new byte[0]));
        assertThrows(FilterOverlapException.class, () -> set.insert(2, FilterMaker.udp(1, HOST)));
        set.insertGranted(2, FilterMaker.udp(1, HOST));
        assertEquals(2, classify(set, udp(1, HOST)));
        assertEquals(1, classify(set, udp(2, HOST)));
    }

    @Test
    void shouldRefuseKeysAndContracts() {
        MergedClassifier set = new MergedClassifier();
        VerifiedProgram filter = FilterMaker.udp(53, HOST);
        set.insert(0, filter);
        assertThrows(IllegalArgumentException.class, () -> set.insert(-1, filter));
        assertEquals("a key is not negative and not taken, but 0 is taken: remove its filter first",
                assertThrows(IllegalArgumentException.class,
                        () -> set.insertGranted(0, filter)).getMessage());
        VerifiedProgram other = KernelProgram.verify(
                Program.of(Program.slot(0xb7, 0, 0, 0, 1), Program.slot(0x95, 0, 0, 0, 0)),
                Contract.memory(8));
        assertThrows(IllegalArgumentException.class, () -> set.insert(1, other));
        assertEquals(1, set.size());
    }

    @Test
    void shouldMakeLittleCodeForManyFilters() {
        MergedClassifier set = new MergedClassifier();
        int filters = 10_000;
        for (int i = 0; i < filters; i++) {
            set.insert(i, FilterMaker.udp(i, HOST + i % 100));
        }
        assertEquals(filters, set.size());
        assertEquals(1, set.groups());
        assertTrue(set.compilations() <= 3, "code was made " + set.compilations() + " times");
        for (int i = 0; i < filters; i++) {
            assertEquals(i, classify(set, udp(i, HOST + i % 100)));
            assertEquals(Classifier.NONE, classify(set, udp(i, HOST + i % 100 + 1)));
        }
        for (int i = 0; i < filters; i += 2) {
            assertTrue(set.remove(i));
        }
        for (int i = 0; i < filters; i++) {
            assertEquals(i % 2 == 0 ? Classifier.NONE : i, classify(set, udp(i, HOST + i % 100)));
        }
        for (int i = 1; i < filters; i += 2) {
            assertTrue(set.remove(i));
        }
        assertEquals(0, set.size());
        assertEquals(0, set.groups());
        assertEquals(Classifier.NONE, classify(set, udp(1, HOST + 1)));
    }
}
