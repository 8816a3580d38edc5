// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import com.sun.management.ThreadMXBean;
import exo.api.code.Contract;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do filters work for many threads, without allocation, on packets of any length? */
class FilterTest {
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    private static final long CONTEXT = slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
    private static final int THREADS = 8;
    private static final int RUNS = 20_000;

    static {
        // The module under test needs neither; this test does.
        ModuleLayer boot = FilterTest.class.getModule().getLayer();
        for (String name : new String[]{"java.management", "jdk.management"}) {
            FilterTest.class.getModule().addReads(boot.findModule(name).orElseThrow());
        }
    }

    /** Adds 1 to a counter and returns what it was, plus the packet's first byte times 2^20. */
    private static Program counting() {
        return Program.of(List.of(Program.Region.writable("count", new byte[8])), CONTEXT,
                slot(Isa.LD | Isa.ABS | Isa.B, 0, 0, 0, 0),
                slot(Isa.STX | Isa.MEM | Isa.DW, Isa.FP, 0, -8, 0),
                slot(Isa.LDDW, 1, Isa.LDDW_REGION, 0, 0), slot(0, 0, 0, 0, 0),
                slot(Isa.ALU64 | Isa.MOV, 2, 0, 0, 1),
                slot(Isa.STX | Isa.ATOMIC | Isa.DW, 1, 2, 0, Isa.ADD | Isa.FETCH),
                slot(Isa.LDX | Isa.MEM | Isa.DW, 0, Isa.FP, -8, 0),
                slot(Isa.ALU64 | Isa.LSH, 0, 0, 0, 20),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 2, 0, 0), EXIT);
    }

    /** Returns the 16 bits at 12, or those at 40 if they are 5. */
    private static Program plain() {
        return Program.of(CONTEXT, slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, 12),
                slot(Isa.JMP | Isa.JNE, 0, 0, 1, 5), slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, 40),
                EXIT);
    }

    private static Verified proven(Program program) {
        return new Verified(program, Contract.filter(), Proof.none(program.length(), 100));
    }

    private static Verified checked(Program program) {
        return Codes.checked(Contract.filter(), program);
    }

    private static List<PacketFilter> filters(Program program) {
        List<PacketFilter> filters = new ArrayList<>();
        for (Engine engine : Engine.values()) {
            filters.add(new Engines(proven(program)).filter(engine));
            filters.add(new Engines(checked(program)).filter(engine));
        }
        return filters;
    }

    @Test
    void shouldLookNoFartherThanThePathDoes() {
        for (PacketFilter filter : filters(plain())) {
            for (int length : new int[]{0, 12, 13, 14, 40, 41, 42, 60}) {
                byte[] five = new byte[length + 3];
                byte[] six = new byte[length + 3];
                if (length > 13) {
                    five[3 + 13] = 5;
                    six[3 + 13] = 6;
                }
                if (length > 41) {
                    five[3 + 41] = 99;
                }
                assertEquals(length > 41 ? 99 : 0,
                        filter.accept(MemorySegment.ofArray(five), 3, length));
                assertEquals(length > 13 ? 6 : 0,
                        filter.accept(MemorySegment.ofArray(six), 3, length));
            }
        }
    }

    @Test
    void shouldMakeTheFastFormOfWhatNeedsNoMachine() {
        assertTrue(new Compiler(proven(plain())).compileFilter().isPresent());
        assertTrue(new Compiler(proven(counting())).compileFilter().isEmpty());
        assertTrue(new Compiler(checked(plain())).compileFilter().isEmpty());
        assertInstanceOf(MachineFilter.class,
                new Engines(proven(counting())).filter(Engine.COMPILE));
    }

    @Test
    void shouldFaultForPacketsThatLieAboutTheirLength() {
        MemorySegment tooShort = MemorySegment.ofArray(new byte[20]);
        for (PacketFilter filter : filters(plain())) {
            assertEquals(0, filter.accept(tooShort, 0, -1));
            assertThrows(IndexOutOfBoundsException.class, () -> filter.accept(tooShort, 10, 50));
        }
    }

    @Test
    void shouldServeManyThreads() throws Exception {
        for (Engine engine : Engine.values()) {
            PacketFilter filter = new Engines(proven(counting())).filter(engine);
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Future<BitSet>> results = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                for (int t = 0; t < THREADS; t++) {
                    byte first = (byte) (t + 1);
                    results.add(threads.submit(() -> {
                        together.await();
                        return count(filter, first);
                    }));
                }
            }
            BitSet all = new BitSet();
            for (Future<BitSet> result : results) {
                all.or(result.get());
            }
            assertEquals(THREADS * RUNS, all.cardinality(), "each count was given out once");
            assertEquals(THREADS * RUNS, all.length());
        }
    }

    private static BitSet count(PacketFilter filter, byte first) {
        BitSet counts = new BitSet();
        MemorySegment packet = MemorySegment.ofArray(new byte[]{first});
        for (int i = 0; i < RUNS; i++) {
            int answer = filter.accept(packet, 0, 1);
            assertEquals(first, answer >>> 20, "the stack is that of this run");
            counts.set(answer & (1 << 20) - 1);
        }
        return counts;
    }

    @Test
    void shouldMakeMoreMachinesWhereRunsAreNested() {
        // Deeper than there are machines, by way of a helper that runs the filter.
        PacketFilter[] self = new PacketFilter[1];
        byte[] packet = new byte[1];
        int[] depth = {0};
        Contract contract = Contract.filter()
                .withHelper(1, new exo.api.code.Helper("again",
                        List.of(), exo.api.code.Helper.Result.NUMBER, true, (_, _, _, _, _, _) -> {
                            int now = ++depth[0];
                            return now > MachineFilter.MACHINES + 5
                                    ? 0
                                    : 1 + self[0].accept(MemorySegment.ofArray(packet), 0, 1);
                        }));
        Program program = Program.of(slot(Isa.JMP | Isa.CALL, 0, 0, 0, 1), EXIT);
        for (Engine engine : Engine.values()) {
            self[0] = new Engines(new Verified(program, contract,
                    Proof.none(program.length(), 10))).filter(engine);
            for (int i = 0; i < 2; i++) {
                depth[0] = 0;
                assertEquals(MachineFilter.MACHINES + 5,
                        self[0].accept(MemorySegment.ofArray(packet), 0, 1));
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        MemorySegment packet = MemorySegment.ofArray(new byte[64]);
        List<PacketFilter> filters = filters(plain());
        filters.addAll(filters(counting()));
        for (PacketFilter filter : filters) {
            long used = 0;
            // The JVM allocates when it links code for the first time.
            for (int round = 0; round < 3; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 5000; i++) {
                    filter.accept(packet, 0, 64);
                }
                used = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(used < 5000, () -> filter + " allocates");
        }
    }
}
