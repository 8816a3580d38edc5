// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Classifier;
import exo.api.code.Field;
import exo.api.code.VerifiedProgram;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do packets see the set before or after a change, whoever changes it meanwhile? */
@ExtendWith(Seeds.class)
class ClassifierChangesTest {
    private static final int HOST = 0x0a000001;
    private static final int CHANGES = Integer.getInteger("exo.fuzz.changes", 5000);

    private static byte[] udp(int port) {
        byte[] packet = new byte[60];
        packet[12] = 8;
        packet[14] = 0x45;
        packet[23] = 17;
        packet[30] = 10;
        packet[33] = 1;
        packet[36] = (byte) (port >>> 8);
        packet[37] = (byte) port;
        return packet;
    }

    private static int classify(Classifier set, byte[] packet) {
        return set.classify(MemorySegment.ofArray(packet), 0, packet.length);
    }

    /** Looks at the set until told to stop; {@return how often it looked}. */
    private static long look(Classifier set, AtomicBoolean isOver, byte[] packet, int... allowed) {
        long looks = 0;
        while (!isOver.get()) {
            int key = classify(set, packet);
            boolean isAllowed = false;
            for (int one : allowed) {
                isAllowed |= one == key;
            }
            assertTrue(isAllowed, "key " + key);
            looks++;
        }
        return looks;
    }

    @Test
    void shouldAlwaysFindWhatStays() throws InterruptedException, ExecutionException {
        MergedClassifier set = new MergedClassifier();
        VerifiedProgram[] filters = new VerifiedProgram[200];
        for (int i = 0; i < filters.length; i++) {
            filters[i] = FilterMaker.udp(i, HOST);
        }
        set.insert(5, filters[5]);
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
            Future<Long> stays = readers.submit(() -> look(set, isOver, udp(5), 5));
            Future<Long> comes = readers.submit(() -> look(set, isOver, udp(7), 7, -1));
            for (int i = 0; i < CHANGES; i++) {
                int key = i % filters.length;
                if (key != 5 && !set.remove(key)) {
                    set.insert(key, filters[key]);
                }
            }
            isOver.set(true);
            assertTrue(stays.get() > 0 && comes.get() > 0);
        }
    }

    @Test
    void shouldHandPacketsOverWithoutAGap() throws InterruptedException, ExecutionException {
        // One of two filters of different shapes is there at any time, so some key is right.
        MergedClassifier set = new MergedClassifier();
        VerifiedProgram wide = FilterMaker.verified(Field.IPV4_PROTOCOL.is(17));
        VerifiedProgram narrow = FilterMaker.udp(53, HOST);
        VerifiedProgram either = FilterMaker.verified(Field.UDP_SOURCE_PORT.is(1)
                .or(Field.UDP_DESTINATION_PORT.is(54)));
        set.insertGranted(1, wide);
        set.insertGranted(3, either);
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
            Future<Long> one = readers.submit(() -> look(set, isOver, udp(53), 1, 2));
            Future<Long> other = readers.submit(() -> look(set, isOver, udp(53), 1, 2));
            for (int i = 0; i < CHANGES; i++) {
                set.insertGranted(2, narrow);
                assertTrue(set.remove(1));
                set.insertGranted(1, wide);
                assertTrue(set.remove(2));
            }
            isOver.set(true);
            assertTrue(one.get() > 0 && other.get() > 0);
        }
    }

    @Test
    void shouldKeepAgesWhenTablesGrow(Seed seed) {
        RandomGenerator random = seed.random();
        MergedClassifier set = new MergedClassifier();
        VerifiedProgram[] filters = {FilterMaker.udp(1, HOST), FilterMaker.udp(2, HOST)};
        List<Integer> ages = new ArrayList<>();
        int key = 0;
        for (int i = 0; i < 2000; i++) {
            if (ages.size() > 20 || (!ages.isEmpty() && random.nextInt(3) == 0)) {
                int removed = ages.get(random.nextInt(ages.size()));
                ages.removeIf(age -> age == removed);
                assertTrue(set.remove(removed));
            } else {
                set.insert(key, filters[0]);
                ages.add(key++);
            }
            if (random.nextInt(10) == 0) {
                // The first of another key changes the guards, so all go to another table.
                set.insert(1_000_000 + i, filters[1]);
                assertTrue(set.remove(1_000_000 + i));
            }
            assertEquals(ages.isEmpty() ? Classifier.NONE : ages.getFirst(),
                    classify(set, udp(1)));
        }
    }

    @Test
    void shouldReusePlacesOfRemovedKeys() {
        MergedClassifier set = new MergedClassifier();
        for (int i = 0; i < 5000; i++) {
            int port = (i * 7) & 0xffff;
            set.insert(i, FilterMaker.udp(port, HOST));
            assertEquals(i, classify(set, udp(port)));
            if (i >= 10) {
                assertTrue(set.remove(i - 10));
                assertEquals(Classifier.NONE, classify(set, udp(((i - 10) * 7) & 0xffff)));
            }
        }
        assertTrue(set.places() <= 64, "a table of 10 has " + set.places() + " places");
        assertTrue(set.compilations() <= 3, "code was made " + set.compilations() + " times");
    }
}
