// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.Condition;
import exo.api.code.Field;
import exo.api.code.PacketFilter;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do filters written with fields accept what they say? */
@ExtendWith(Seeds.class)
class ConditionTest {
    private static final int TREES = 2000;
    private static final int WHOLE = 262_144;

    /** A condition, and the same in Java. */
    private record Pair(Condition condition, Predicate<byte[]> model) {}

    private static int number(byte[] frame, int at, int bytes) {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (frame[at + i] & 0xff);
        }
        return value;
    }

    private static boolean isIpv4(byte[] frame, int protocol) {
        return number(frame, 12, 2) == 0x0800 && frame[23] == protocol
                && (number(frame, 20, 2) & 0x1fff) == 0;
    }

    private static boolean isIpv6(byte[] frame, int protocol) {
        return number(frame, 12, 2) == 0x86dd && frame[20] == protocol;
    }

    private static boolean port(byte[] frame, int protocol, int at, Predicate<Integer> wanted) {
        int header = (frame[14] & 0xf) * 4;
        return (isIpv4(frame, protocol) && wanted.test(number(frame, 14 + header + at, 2)))
                || (isIpv6(frame, protocol) && wanted.test(number(frame, 54 + at, 2)));
    }

    private static Pair leaf(RandomGenerator random) {
        int port = new int[]{22, 53, 80, 443}[random.nextInt(4)];
        int host = 0x0a000000 + random.nextInt(5);
        return switch (random.nextInt(12)) {
            case 0 -> new Pair(Field.UDP_DESTINATION_PORT.is(port),
                    f -> port(f, 17, 2, p -> p == port));
            case 1 -> new Pair(Field.TCP_SOURCE_PORT.isNot(port),
                    f -> port(f, 6, 0, p -> p != port));
            case 2 -> new Pair(Field.TCP_DESTINATION_PORT.in(port - 20, port),
                    f -> port(f, 6, 2, p -> p >= port - 20 && p <= port));
            case 3 -> new Pair(Field.IPV4_DESTINATION.is(host),
                    f -> number(f, 12, 2) == 0x800 && number(f, 30, 4) == host);
            case 4 -> new Pair(Field.IPV4_SOURCE.is("10.1.0.0/16"),
                    f -> number(f, 12, 2) == 0x800 && number(f, 26, 2) == 0x0a01);
            case 5 -> new Pair(Field.IPV4_TIME_TO_LIVE.isBelow(port & 0xff),
                    f -> number(f, 12, 2) == 0x800 && number(f, 22, 1) < (port & 0xff));
            case 6 -> new Pair(Field.IPV4_TOTAL_LENGTH.isAbove(700),
                    f -> number(f, 12, 2) == 0x800 && number(f, 16, 2) > 700);
            case 7 -> new Pair(Field.ETHER_DESTINATION.is("02:00:00:00:00:01"),
                    f -> number(f, 0, 4) == 0x02000000 && number(f, 4, 2) == 1);
            case 8 -> new Pair(Field.ETHER_SOURCE.isNot(0x0200_0000_0002L),
                    f -> number(f, 6, 4) != 0x02000000 || number(f, 10, 2) != 2);
            case 9 -> new Pair(Field.IPV6_DESTINATION.is("fe80::1"),
                    f -> number(f, 12, 2) == 0x86dd && Arrays.equals(f, 38, 54,
                            new byte[]{(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                    0, 0, 1},
                            0, 16));
            case 10 -> new Pair(Field.ARP_TARGET.is(host),
                    f -> number(f, 12, 2) == 0x806 && number(f, 38, 4) == host);
            default -> new Pair(Field.ETHER_TYPE.masked(0xff00).is(0x0800),
                    f -> f[12] == 8);
        };
    }

    private static Pair tree(RandomGenerator random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(7);
        if (kind == 0) {
            return leaf(random);
        }
        Pair one = tree(random, depth - 1);
        if (kind == 1) {
            return new Pair(one.condition.not(), one.model.negate());
        }
        Pair other = tree(random, depth - 1);
        return kind < 4
                ? new Pair(one.condition.and(other.condition), one.model.and(other.model))
                : new Pair(one.condition.or(other.condition), one.model.or(other.model));
    }

    private static boolean accepts(Condition condition, byte[] frame) {
        return ClassicFilters.model(condition.toProgram(WHOLE))
                .accept(MemorySegment.ofArray(frame), 0, frame.length) != 0;
    }

    @Test
    void shouldMeanWhatTheConditionSays(Seed seed) {
        RandomGenerator random = seed.random();
        int some = 0;
        for (int i = 0; i < TREES; i++) {
            Pair pair = tree(random, 1 + random.nextInt(4));
            ClassicProgram program = pair.condition.toProgram(1 + random.nextInt(WHOLE));
            PacketFilter filter = ClassicFilters.model(program);
            for (int p = 0; p < 10; p++) {
                byte[] whole = Arrays.copyOf(TestFrames.random(random), 500);
                boolean expected = pair.model.test(whole);
                some += expected ? 1 : 0;
                assertEquals(expected,
                        filter.accept(MemorySegment.ofArray(whole), 0, whole.length) != 0,
                        program::toDecimal);
            }
        }
        assertTrue(some > TREES, "the conditions accept something: " + some);
    }

    @Test
    void shouldLeaveOutWhatIsKnown() {
        Condition wanted = Field.ETHER_TYPE.is(0x0800)
                .and(Field.IPV4_PROTOCOL.is(17))
                .and(Field.IPV4_DESTINATION.is("10.0.0.1"))
                .and(Field.UDP_DESTINATION_PORT.is(53));
        // Type, protocol, address, fragment, port: a load and a jump each, then X and two ends.
        assertEquals(5 * 2 + 3, wanted.toProgram(WHOLE).length());
        assertEquals("1\n6 0 0 7\n", Condition.always().toProgram(7).toDecimal());
        assertEquals("1\n6 0 0 0\n", Condition.always().not().toProgram(7).toDecimal());
        Condition either = Field.UDP_SOURCE_PORT.is(53).or(Field.UDP_DESTINATION_PORT.is(53));
        assertTrue(either.toProgram(WHOLE).length() < 24, either.toProgram(WHOLE)::toDecimal);
    }

    @Test
    void shouldJumpOverLongConditions(Seed seed) {
        RandomGenerator random = seed.random();
        Condition any = Field.at(0, 1).is(0);
        for (int i = 1; i < Condition.MAX_COMPARISONS; i++) {
            any = any.or(Field.at(i, 1).is(i & 0xff));
        }
        PacketFilter filter = ClassicFilters.model(any.toProgram(WHOLE));
        byte[] none = new byte[Condition.MAX_COMPARISONS];
        for (int i = 0; i < none.length; i++) {
            none[i] = (byte) (i + 1 + random.nextInt(250));
        }
        assertEquals(0, filter.accept(MemorySegment.ofArray(none), 0, none.length));
        for (int hit : new int[]{0, 1, 126, 127, 128, 129, 254, 255, 256, 999}) {
            byte[] one = none.clone();
            one[hit] = (byte) hit;
            assertEquals(WHOLE, filter.accept(MemorySegment.ofArray(one), 0, one.length));
        }
        Condition most = any;
        assertEquals("a condition has up to 1000 comparisons, but this one would have 1001: use"
                + " several filters",
                assertThrows(IllegalArgumentException.class,
                        () -> most.and(Field.at(0, 1).is(0))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> most.or(Field.at(0, 1).is(0)));
    }

    @Test
    void shouldRefuseFramesThatEndTooEarly() {
        byte[] frame = new byte[13];
        assertEquals(false, accepts(Field.ETHER_TYPE.is(0x800).not(), frame));
        assertEquals(true, accepts(Field.ETHER_TYPE.is(0x800).not(), new byte[14]));
        assertEquals(true, accepts(Field.ETHER_DESTINATION.is(0), new byte[6]));
        assertEquals(false, accepts(Field.ETHER_DESTINATION.is(0), new byte[5]));
    }

    @Test
    void shouldTakeAddressesAsTextWithAPrefix() {
        byte[] frame = new byte[60];
        frame[12] = (byte) 0x86;
        frame[13] = (byte) 0xdd;
        frame[38] = (byte) 0xfe;
        frame[39] = (byte) 0xbf;
        assertEquals(true, accepts(Field.IPV6_DESTINATION.is("fe80::/10"), frame));
        assertEquals(false, accepts(Field.IPV6_DESTINATION.is("fe80::/11"), frame));
        assertEquals(true, accepts(Field.IPV6_DESTINATION.is("::/0"), frame));
        assertEquals(false, accepts(Field.IPV6_DESTINATION.is("febf::/128").not(), frame));
        assertEquals(true, accepts(Field.ETHER_SOURCE.is("0:0:0:1:2:3/24"), frame));
        assertEquals(true, accepts(Field.at(36, 4).is("0.0.255.0/17"), frame));
        assertEquals(false, accepts(Field.at(36, 4).is("0.0.255.0/24"), frame));
    }

    @Test
    void shouldRefuseTextsThatAreNoAddress() {
        for (String text : new String[]{"", "10.0.0", "10.0.0.256", "10.0.0.01", "a.b.c.d",
                "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/x", "1.2.3.4.5"}) {
            assertThrows(IllegalArgumentException.class, () -> Field.IPV4_SOURCE.is(text), text);
        }
        for (String text : new String[]{"", "::g", "10.0.0.1", "localhost", "[::1]", "::1%1",
                "::1/129", "1:2:3", "::ffff:10.0.0.1"}) {
            assertThrows(IllegalArgumentException.class, () -> Field.IPV6_SOURCE.is(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_SOURCE.is("2:0:0:0:0"));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_SOURCE.is("2:0:0:0:0:100"));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_TYPE.is("2:0"));
    }

    @Test
    void shouldRefuseValuesThatAFieldCannotHave() {
        assertEquals("ETHER_TYPE of 2 bytes cannot be 0x10000: only the bits 0xffff are looked at",
                assertThrows(IllegalArgumentException.class,
                        () -> Field.ETHER_TYPE.is(0x10000)).getMessage());
        Field.ETHER_TYPE.is(0xffff);
        Field.IPV4_SOURCE.is(-1);
        Field.IPV4_SOURCE.is(0xffff_ffffL);
        assertThrows(IllegalArgumentException.class, () -> Field.IPV4_SOURCE.is(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> Field.IPV4_SOURCE.is(-1L << 32));
        assertThrows(IllegalArgumentException.class, () -> Field.IPV4_PROTOCOL.is(256));
        assertThrows(IllegalArgumentException.class, () -> Field.IPV4_PROTOCOL.isNot(-1));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_SOURCE.is(1L << 48));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_SOURCE.isAbove(1));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_SOURCE.masked(1));
        assertThrows(IllegalArgumentException.class, () -> Field.IPV6_SOURCE.is(1));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_TYPE.masked(0x10000));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_TYPE.in(5, 4));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_TYPE.in(5, 65_536));
        assertThrows(IllegalArgumentException.class, () -> Field.ETHER_TYPE.masked(0xf0).is(1));
    }

    @Test
    void shouldRefusePlacesAndLengthsOutOfRange() {
        assertEquals("bytes 65535 to 65535 of 1 bytes", Field.at(65_535, 1).toString());
        assertThrows(IllegalArgumentException.class, () -> Field.at(65_536, 1));
        assertThrows(IllegalArgumentException.class, () -> Field.at(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> Field.at(0, 3));
        assertThrows(IllegalArgumentException.class, () -> Field.ofIpv4(256, 0, 2));
        assertThrows(IllegalArgumentException.class, () -> Field.ofIpv4(17, -1, 2));
        Condition.always().toProgram(WHOLE);
        assertThrows(IllegalArgumentException.class,
                () -> Condition.always().toProgram(WHOLE + 1));
        assertThrows(IllegalArgumentException.class, () -> Condition.always().toProgram(0));
    }
}
