// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.Argument;
import exo.api.code.CodeEngine;
import exo.api.code.Contract;
import exo.api.code.Instance;
import exo.api.code.VerifiedProgram.Engine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do programs in C, as users write them, pass the verifier and do what they were meant to? */
class SamplesTest {
    private static final ValueLayout.OfLong LITTLE_ENDIAN = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int OUTPUT = 12 * 16;

    private static Instance instance(String name, String section, Contract contract,
            Engine engine) {
        return CodeEngine.load()
                .verify(Samples.object(name).program(section), contract)
                .instance(engine);
    }

    private static byte[] packet(int protocol, int from, int fromPort, int toPort) {
        ByteBuffer packet = ByteBuffer.allocate(60);
        packet.putShort(12, (short) 0x0800).put(14, (byte) 0x45).putShort(16, (short) 46);
        packet.put(23, (byte) protocol).putInt(26, from).putInt(30, 0x0a000002);
        packet.putShort(34, (short) fromPort).putShort(36, (short) toPort);
        return packet.array();
    }

    private static long run(Instance instance, byte[] packet) {
        instance.bind(0, MemorySegment.ofArray(packet), 0, packet.length);
        return instance.run();
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void shouldFilterByTheRulesOfTheFirewall(Engine engine) {
        Instance firewall = instance("firewall", "xdp", Contract.filter(), engine);
        assertEquals(65_535, run(firewall, packet(TCP, 0x0a010203, 5, 22)));
        assertEquals(0, run(firewall, packet(TCP, 0x0b010203, 5, 22)));
        assertEquals(0, run(firewall, packet(TCP, 0xc0a80001, 5, 22)));
        assertEquals(65_535, run(firewall, packet(TCP, 0xc0a80001, 5, 23)));
        assertEquals(65_535, run(firewall, packet(UDP, 0x08080808, 5, 53)));
        assertEquals(0, run(firewall, packet(TCP, 0x08080808, 5, 53)));
        assertEquals(0, run(firewall, new byte[37]));
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void shouldSendAConnectionToOneBackendAndUseAll(Engine engine) {
        Contract contract = new Contract("balancer", List.of(new Argument.Packet(true)),
                new TreeMap<>(), 4096, Contract.Guard.PROVEN, true);
        Instance balancer = instance("balancer", "xdp", contract, engine);
        int seen = 0;
        for (int port = 1; port < 100; port++) {
            byte[] packet = packet(TCP, 0x0a000001, port, 80);
            long backend = run(balancer, packet);
            assertEquals(backend, run(balancer, packet));
            assertTrue(backend >= 1 && backend <= 4, "" + backend);
            assertEquals(0x02, packet[0]);
            assertEquals(0x10 + backend - 1, packet[5]);
            seen |= 1 << backend;
        }
        assertEquals(0b11110, seen);
        assertEquals(0, run(balancer, packet(1, 0x0a000001, 1, 1)));
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void shouldCountPacketsAndBytesByProtocol(Engine engine) {
        Instance counter = instance("counter", "xdp", Contract.filter(), engine);
        run(counter, packet(TCP, 1, 1, 1));
        run(counter, packet(TCP, 1, 1, 1));
        run(counter, packet(UDP, 1, 1, 1));
        run(counter, new byte[33]);
        var program = Samples.object("counter").program("xdp");
        int bss = program.regions().getFirst().name().equals(".bss") ? 0 : 1;
        MemorySegment counts = counter.region(bss);
        long sum = 0;
        for (long at = 0; at < counts.byteSize(); at += Long.BYTES) {
            sum += counts.get(LITTLE_ENDIAN, at);
        }
        assertEquals(2 + 1 + 3 * 46 + 1, sum);
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void shouldJoinTheBlocksOfAnInodeToRuns(Engine engine) {
        Instance owns = instance("owns", ".text", Contract.udf(4096, OUTPUT), engine);
        ByteBuffer inode = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        long[] blocks = {7, 8, 9, 0, 100, 0, 50, 51};
        inode.putInt(0, 0x45444f4e);
        for (int i = 0; i < blocks.length; i++) {
            inode.putLong(8 + 8 * i, blocks[i]);
        }
        ByteBuffer out = ByteBuffer.allocate(OUTPUT).order(ByteOrder.LITTLE_ENDIAN);
        owns.bind(0, MemorySegment.ofArray(inode.array()), 0, 4096);
        owns.bind(2, MemorySegment.ofArray(out.array()), 0, OUTPUT);
        assertEquals(3, owns.run());
        assertEquals(List.of(7L, 3L, 100L, 1L, 50L, 2L), List.of(out.getLong(0), out.getLong(8),
                out.getLong(16), out.getLong(24), out.getLong(32), out.getLong(40)));
        inode.putInt(0, 0);
        assertEquals(-1, owns.run());
    }
}
