// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Contract.Guard;
import exo.api.code.Instance;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.isa.Isa;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does an instance take what its contract names, and nothing else? */
class InstanceTest {
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    private static final Contract CONTRACT = new Contract("mixed",
            List.of(new Argument.Memory(8, true), new Argument.Scalar(-5, 9),
                    new Argument.Memory(4, false), new Argument.Packet(true)),
            new TreeMap<>(), 100, Guard.CHECKED, true);
    /** Returns r2. */
    private static final Program SECOND = Program.of(
            slot(Isa.ALU64 | Isa.MOV | Isa.X, 0, 2, 0, 0), EXIT);

    private static Instance instance() {
        return new Engines(Codes.checked(CONTRACT, SECOND)).instance(Engine.INTERPRET);
    }

    private static MemorySegment bytes(int count) {
        return MemorySegment.ofArray(new byte[count]);
    }

    private static String refusal(Class<? extends Exception> type,
            org.junit.jupiter.api.function.Executable action) {
        return assertThrows(type, action).getMessage();
    }

    @Test
    void shouldRefuseMemoryOfAnotherLength() {
        assertEquals("argument 0 has 8 bytes, not 7", refusal(IllegalArgumentException.class,
                () -> instance().bind(0, bytes(8), 0, 7)));
        assertEquals("argument 0 has 8 bytes, not 9", refusal(IllegalArgumentException.class,
                () -> instance().bind(0, bytes(9), 0, 9)));
    }

    @Test
    void shouldRefuseToBindNumbersAndToSetMemory() {
        assertEquals("argument 1 is a number: set it, do not bind it",
                refusal(IllegalArgumentException.class, () -> instance().bind(1, bytes(8), 0, 8)));
        assertEquals("argument 0 is no number: bind it, do not set it",
                refusal(IllegalArgumentException.class, () -> instance().set(0, 1)));
        assertEquals("argument 3 is no number: bind it, do not set it",
                refusal(IllegalArgumentException.class, () -> instance().set(3, 1)));
    }

    @Test
    void shouldRefuseNumbersThatTheContractDoesNotAllow() {
        assertEquals("argument 1 is from -5 to 9, not -6",
                refusal(IllegalArgumentException.class, () -> instance().set(1, -6)));
        assertEquals("argument 1 is from -5 to 9, not 10",
                refusal(IllegalArgumentException.class, () -> instance().set(1, 10)));
    }

    @Test
    void shouldRefuseArgumentsThatAreNotThere() {
        for (int index : new int[]{-1, 4}) {
            String expected = "contract mixed has 4 arguments, from 0, and none is " + index;
            assertEquals(expected, refusal(IndexOutOfBoundsException.class,
                    () -> instance().bind(index, bytes(8), 0, 8)));
            assertEquals(expected, refusal(IndexOutOfBoundsException.class,
                    () -> instance().set(index, 0)));
        }
    }

    @Test
    void shouldRefuseMemoryThatEndsBefore() {
        instance().bind(0, bytes(10), 2, 8);
        refusal(IndexOutOfBoundsException.class, () -> instance().bind(0, bytes(10), 3, 8));
        refusal(IndexOutOfBoundsException.class, () -> instance().bind(0, bytes(10), -1, 8));
        refusal(IndexOutOfBoundsException.class, () -> instance().bind(3, bytes(10), 0, -1));
        refusal(IndexOutOfBoundsException.class, () -> instance().bind(3, bytes(10), 0, 11));
    }

    @Test
    void shouldRefuseReadOnlyMemoryWhereTheProgramMayWrite() {
        String cause = " is one that the program may write, but the memory is read-only";
        assertEquals("argument 0" + cause, refusal(IllegalArgumentException.class,
                () -> instance().bind(0, bytes(8).asReadOnly(), 0, 8)));
        assertEquals("argument 3" + cause, refusal(IllegalArgumentException.class,
                () -> instance().bind(3, bytes(8).asReadOnly(), 0, 8)));
        instance().bind(2, bytes(4).asReadOnly(), 0, 4);
    }

    @Test
    void shouldNotRunBeforeAllIsBound() {
        Instance instance = instance();
        assertEquals("argument 0 is not bound",
                refusal(IllegalStateException.class, instance::run));
        instance.bind(0, bytes(8), 0, 8);
        instance.bind(3, bytes(0), 0, 0);
        assertEquals("argument 2 is not bound",
                refusal(IllegalStateException.class, instance::run));
        instance.bind(2, bytes(4), 0, 4);
        assertEquals(-5, instance.run(), "the least that is allowed");
        instance.set(1, 9);
        assertEquals(9, instance.run());
    }

    @Test
    void shouldKeepRegionsOfInstancesApart() {
        Program count = Program.of(
                List.of(Program.Region.writable("count", new byte[]{7, 0, 0}),
                        Program.Region.constant("fixed", new byte[]{1})),
                slot(Isa.LDDW, 1, Isa.LDDW_REGION, 0, 0), slot(0, 0, 0, 0, 0),
                slot(Isa.LDX | Isa.MEM | Isa.B, 0, 1, 0, 0), slot(Isa.ALU64 | Isa.ADD, 0, 0, 0, 1),
                slot(Isa.STX | Isa.MEM | Isa.B, 1, 0, 0, 0), EXIT);
        Engines engines = new Engines(Codes.checked(Codes.numbers(0), count));
        for (Engine engine : Engine.values()) {
            Instance one = engines.instance(engine);
            Instance other = engines.instance(engine);
            assertEquals(8, one.run());
            assertEquals(9, one.run());
            assertEquals(8, other.run());
            assertEquals(9, one.region(0).get(ValueLayout.JAVA_BYTE, 0));
            assertEquals(3, one.region(0).byteSize());
            one.region(0).set(ValueLayout.JAVA_BYTE, 0, (byte) 20);
            assertEquals(21, one.run());
            assertFalse(one.region(0).isReadOnly());
            assertTrue(one.region(1).isReadOnly());
            refusal(IndexOutOfBoundsException.class, () -> one.region(2));
            refusal(IndexOutOfBoundsException.class, () -> one.region(-1));
        }
    }

    @Test
    void shouldRunOnMemoryThatWasClosedNoMore() {
        Program load = Program.of(slot(Isa.LDX | Isa.MEM | Isa.B, 0, 1, 0, 0), EXIT);
        Engines engines = new Engines(Codes.checked(Contract.memory(1), load));
        for (Engine engine : Engine.values()) {
            Instance instance = engines.instance(engine);
            try (Arena arena = Arena.ofConfined()) {
                instance.bind(0, arena.allocate(1), 0, 1);
                assertEquals(0, instance.run());
            }
            refusal(IllegalStateException.class, instance::run);
        }
    }

    @Test
    void shouldMakeFiltersOfPacketContractsOnly() {
        Engines engines = new Engines(Codes.checked(Codes.numbers(1), SECOND));
        for (Engine engine : Engine.values()) {
            assertTrue(refusal(IllegalArgumentException.class, () -> engines.filter(engine))
                    .startsWith("a filter has a packet as its only argument, but contract numbers"
                            + " has [Scalar"));
        }
        Engines packets = new Engines(Codes.checked(Contract.filter(), SECOND));
        assertNotSame(packets.filter(Engine.COMPILE), packets.filter(Engine.COMPILE));
    }
}
