// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Ranges;
import exo.libos.net.wire.SipHash;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

@ExtendWith(Seeds.class)
class WireTest {
    @Test
    void shouldSumAsThePlainAlgorithmDoes(Seed seed) {
        RandomGenerator random = seed.random();
        byte[] bytes = new byte[9100];
        random.nextBytes(bytes);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        for (int i = 0; i < 3000; i++) {
            int at = random.nextInt(20);
            int length = i < 200 ? i % 50 : random.nextInt(9000);
            int plain = RawPeer.plainSum(ByteBuffer.wrap(bytes), at, at + length);
            assertEquals(plain, Checksum.sum(memory, at, length));
            int cut = random.nextInt(length + 1);
            int rest = Checksum.sum(memory, at + cut, length - cut);
            long joined = (long) Checksum.sum(memory, at, cut)
                    + (cut % 2 == 0 ? rest : Checksum.swap(rest));
            assertEquals(plain, Checksum.fold(joined), "in two pieces");
        }
    }

    @Test
    void shouldSumExtremes() {
        MemorySegment ones = MemorySegment.ofArray(new byte[65_536]);
        assertEquals(0, Checksum.sum(ones, 0, 65_536));
        ones.fill((byte) -1);
        assertEquals(0xffff, Checksum.sum(ones, 0, 65_536));
        assertEquals(0xff00, Checksum.sum(ones, 0, 1));
        assertEquals(0, Checksum.sum(ones, 0, 0));
        assertEquals(0xffff, Checksum.of(0));
        assertEquals(0, Checksum.of(0xffff));
    }

    @Test
    void shouldHashAsTheReferenceDoes() {
        // The vector of the paper's appendix, for the eight bytes 0 to 7 and the key 0 to 15.
        SipHash hash = new SipHash(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L);
        assertEquals(0x93f5_f579_9a93_2462L, hash.of(0x0706_0504_0302_0100L));
    }

    @Test
    void shouldKeepRangesAsASetOfNumbers(Seed seed) {
        RandomGenerator random = seed.random();
        Ranges ranges = new Ranges();
        BitSet model = new BitSet();
        for (int i = 0; i < 100_000; i++) {
            int from = random.nextInt(400);
            int to = from + 1 + random.nextInt(20);
            switch (random.nextInt(20)) {
                case 0 -> {
                    ranges.removeBelow(from);
                    model.clear(0, from);
                }
                case 1 -> {
                    ranges.clear();
                    model.clear();
                }
                default -> {
                    if (ranges.add(from, to)) {
                        model.set(from, to);
                    } else {
                        assertEquals(Ranges.MOST, ranges.count());
                    }
                }
            }
            check(ranges, model, from);
        }
    }

    private static void check(Ranges ranges, BitSet model, int number) {
        assertEquals(model.cardinality(), ranges.bytes());
        assertEquals(model.nextClearBit(number), ranges.firstAbsent(number));
        assertEquals(model.get(number), ranges.indexOf(number) >= 0);
        assertEquals(model.get(0, number).cardinality(), ranges.bytesBelow(number));
        for (int i = 0; i < ranges.count(); i++) {
            assertTrue(ranges.start(i) < ranges.end(i));
            assertTrue(i == 0 || ranges.end(i - 1) < ranges.start(i));
        }
    }

    @Test
    void shouldRefuseOneRangeMoreThanTheLimit() {
        Ranges ranges = new Ranges();
        for (int i = 0; i < Ranges.MOST; i++) {
            assertTrue(ranges.add(10L * i, 10L * i + 5));
        }
        assertFalse(ranges.add(1000, 1001));
        assertFalse(ranges.add(6, 8));
        assertEquals(5L * Ranges.MOST, ranges.bytes());
        assertTrue(ranges.add(4, 12), "what joins two is welcome");
        assertEquals(Ranges.MOST - 1, ranges.count());
        assertEquals(20, ranges.nextStart(15, 99));
        assertEquals(17, ranges.nextStart(15, 17));
        assertEquals(500, ranges.nextStart(300, 500));
    }
}
