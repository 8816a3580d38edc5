// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.Helper.Parameter;
import exo.api.code.Helper.Result;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ContractTest {
    private static Helper clock(boolean isDeterministic) {
        return new Helper("clock", List.of(), Result.NUMBER, isDeterministic,
                (memory, r1, r2, r3, r4, r5) -> 0);
    }

    private static Helper taking(Parameter... parameters) {
        return new Helper("h", List.of(parameters), Result.NUMBER, true,
                (memory, r1, r2, r3, r4, r5) -> 0);
    }

    @Test
    void shouldSayWhatProgramsAreGiven() {
        assertEquals(List.of(new Argument.Packet(false)), Contract.filter().arguments());
        assertEquals(List.of(new Argument.Memory(64, false), new Argument.Scalar(64, 64),
                new Argument.Memory(32, true), new Argument.Scalar(32, 32)),
                Contract.udf(64, 32).arguments());
        assertEquals(List.of(new Argument.Memory(8, false), new Argument.Scalar(8, 8)),
                Contract.predicate(8).arguments());
        assertEquals(4096, Contract.predicate(8).maxSteps());
        assertEquals(List.of(new Argument.Memory(3, true), new Argument.Scalar(3, 3)),
                Contract.memory(3).arguments());
        assertEquals(List.of(new Argument.Scalar(0, 0), new Argument.Scalar(0, 0)),
                Contract.memory(0).arguments());
    }

    @Test
    void shouldTakeOneHelperForANumber() {
        Contract contract = Contract.filter().withHelper(7, clock(true));
        assertEquals("clock", contract.helpers().get(7).name());
        assertThrows(IllegalArgumentException.class, () -> contract.withHelper(7, clock(true)));
        assertThrows(UnsupportedOperationException.class, () -> contract.helpers().clear());
        assertTrue(Contract.filter().helpers().isEmpty());
    }

    @Test
    void shouldRefuseClocksInDeterministicContracts() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Contract.udf(1, 1).withHelper(1, clock(false))).getMessage();
        assertTrue(message.contains("clock"), message);
        Contract any = Contract.udf(1, 1).withAnyHelper().withHelper(1, clock(false));
        assertFalse(any.isDeterministic());
    }

    @Test
    void shouldLimitStepsAndArguments() {
        assertEquals(1, Contract.filter().withMaxSteps(1).maxSteps());
        assertEquals(Contract.MAX_STEPS,
                Contract.filter().withMaxSteps(Contract.MAX_STEPS).maxSteps());
        for (int steps : new int[]{0, -1, Contract.MAX_STEPS + 1}) {
            assertThrows(IllegalArgumentException.class,
                    () -> Contract.filter().withMaxSteps(steps));
        }
        Argument number = new Argument.Scalar(0, 1);
        List<Argument> most = Collections.nCopies(Contract.MAX_ARGUMENTS, number);
        Contract full = new Contract("full", most, new TreeMap<>(), 1, Contract.Guard.CHECKED,
                true);
        assertThrows(IllegalArgumentException.class, () -> full.withArgument(number));
        assertThrows(IllegalArgumentException.class,
                () -> Contract.filter().withArgument(new Argument.Packet(true)));
    }

    @Test
    void shouldChangeOneThingAtATime() {
        Contract contract = Contract.filter().withMaxSteps(9).checked();
        assertEquals(Contract.Guard.CHECKED, contract.guard());
        assertEquals(9, contract.maxSteps());
        assertEquals(Contract.Guard.PROVEN, Contract.filter().guard());
        assertEquals(2, contract.withArgument(new Argument.Scalar(1, 1)).arguments().size());
    }

    @Test
    void shouldRefuseArgumentsThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> new Argument.Memory(0, true));
        assertThrows(IllegalArgumentException.class, () -> new Argument.Scalar(1, 0));
        assertEquals(0, new Argument.Scalar(0, 0).least());
        assertThrows(IllegalArgumentException.class, () -> Contract.udf(0, 1));
    }

    @Test
    void shouldWantASizeAfterEachPointerOfAHelper() {
        assertEquals(4, taking(Parameter.READABLE, Parameter.SIZE, Parameter.WRITABLE,
                Parameter.SIZE).parameters().size());
        Parameter[][] wrong = {{Parameter.READABLE}, {Parameter.SIZE},
                {Parameter.NUMBER, Parameter.SIZE}, {Parameter.WRITABLE, Parameter.NUMBER},
                {Parameter.READABLE, Parameter.SIZE, Parameter.SIZE}};
        for (Parameter[] w : wrong) {
            assertThrows(IllegalArgumentException.class, () -> taking(w), List.of(w).toString());
        }
    }

    @Test
    void shouldLimitTheParametersOfAHelper() {
        Parameter n = Parameter.NUMBER;
        assertEquals(5, taking(n, n, n, n, n).parameters().size());
        assertThrows(IllegalArgumentException.class, () -> taking(n, n, n, n, n, n));
        assertThrows(IllegalArgumentException.class, () -> new Helper("", List.of(), Result.NOTHING,
                true, (memory, r1, r2, r3, r4, r5) -> 0));
    }

    @Test
    void shouldFindLinkTypesByTheirNumber() {
        for (LinkType type : LinkType.values()) {
            assertEquals(type, LinkType.of(type.number()).orElseThrow());
        }
        assertTrue(LinkType.of(12_345).isEmpty());
    }

    @Test
    void shouldSayWhereTextIsWrong() {
        CodeSyntaxException syntax = new CodeSyntaxException(2, 5, "a comma is missing");
        assertEquals("line 2, column 5: a comma is missing", syntax.getMessage());
        assertEquals(2, syntax.line());
        assertEquals(5, syntax.column());
        assertEquals("instruction 3: x", new CodeFault(3, "x").getMessage());
        assertEquals("x", new CodeFault(-1, "x").getMessage());
        assertEquals(3, new CodeFault(3, "x").instruction());
    }
}
