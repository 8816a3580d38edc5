// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Condition;
import exo.api.code.Field;
import exo.api.code.VerifiedProgram;
import exo.impl.code.merge.OrderedClassifier.Ordered;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do the alternatives of a filter say what its program does? */
@ExtendWith(Seeds.class)
class AnalysisTest {
    private static final int FILTERS = Integer.getInteger("exo.fuzz.filters", 1500);

    private static List<Alternative> of(Condition condition) {
        return Analysis.of(FilterMaker.verified(condition));
    }

    @Test
    void shouldAcceptWhereAnAlternativeIsSatisfied(Seed seed) {
        RandomGenerator random = seed.random();
        FilterMaker maker = new FilterMaker(random);
        int exact = 0;
        int accepted = 0;
        for (int i = 0; i < FILTERS; i++) {
            VerifiedProgram program = maker.filter();
            Ordered filter = Ordered.of(0, program);
            exact += filter.alternatives().stream().noneMatch(Alternative::hasResidue) ? 1 : 0;
            for (int p = 0; p < 30; p++) {
                byte[] packet = maker.packet();
                boolean isAccepted = filter.accepts(packet);
                accepted += isAccepted ? 1 : 0;
                assertEquals(isAccepted, filter.bits(packet) >= 0,
                        () -> program.program().toHex() + filter.alternatives());
            }
        }
        assertTrue(exact > FILTERS / 2, "most filters are known completely: " + exact);
        assertTrue(accepted > FILTERS, "the filters accept something: " + accepted);
    }

    @Test
    void shouldFindThePortOverBothProtocols() {
        List<Alternative> port = of(Field.UDP_DESTINATION_PORT.is(53));
        assertEquals(2, port.size());
        assertTrue(port.stream().noneMatch(Alternative::hasResidue), port::toString);
    }

    @Test
    void shouldDropExclusionsThatAnotherAlternativeAccepts() {
        List<Alternative> either = of(Field.UDP_SOURCE_PORT.is(53)
                .or(Field.UDP_DESTINATION_PORT.is(53)));
        assertTrue(either.stream().noneMatch(Alternative::hasResidue), either::toString);
    }

    @Test
    void shouldNameBitsAndLengths() {
        Alternative udp = Analysis.of(FilterMaker.udp(53, 0x0a000001)).getFirst();
        assertEquals(16 + 32 + 8 + 13 + 16, udp.size());
        assertEquals(34, udp.shape().least());
        assertEquals(15, udp.shape().base(), "byte 14 holds the header's length");
        assertEquals(18, udp.shape().leastBehindBase());
        assertEquals(false, udp.hasResidue());
        assertTrue(udp.wanted()
                .describe()
                .startsWith("byte 12 is 0x8, byte 13 is 0x0, byte 20 is"
                        + " 0x0 under mask 0x1f"),
                udp.wanted()::describe);
    }

    @Test
    void shouldKeepAsResidueWhatBitsCannotSay() {
        assertEquals(true, of(Field.UDP_SOURCE_PORT.in(50, 80)).getFirst().hasResidue());
        assertEquals(true, of(Field.ETHER_TYPE.isNot(0x806)).getFirst().hasResidue());
        assertEquals(false, of(Field.IPV4_TIME_TO_LIVE.isBelow(64)).getFirst().hasResidue());
        assertEquals(true, of(Field.IPV4_TIME_TO_LIVE.isBelow(65)).getFirst().hasResidue());
        assertEquals(0, of(Condition.always().not()).size());
        assertEquals(0, of(Condition.always()).getFirst().size());
    }

    @Test
    void shouldGiveUpAboveItsLimit() {
        Condition any = Field.at(0, 1).is(0);
        for (int i = 1; i < Analysis.MAX_ALTERNATIVES; i++) {
            any = any.or(Field.at(0, 1).is(i));
        }
        assertEquals(Analysis.MAX_ALTERNATIVES, of(any).size());
        assertEquals(List.of(Alternative.ANY), of(any.or(Field.at(0, 1).is(64))));
    }
}
