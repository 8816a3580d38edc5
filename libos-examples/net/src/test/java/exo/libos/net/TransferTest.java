// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@ExtendWith(Seeds.class)
class TransferTest {
    private static final long HOUR = 3_600_000_000_000L;

    /**
     * A host that sent the last acknowledgement must stay in TIME-WAIT for as long as a bad wire
     * may need for one FIN.
     */
    private static final TcpTimes PATIENT = TcpTimes.DEFAULT.retries(15, 30)
            .timeWait(240_000_000_000L);

    private static StackCounters transfer(Seed seed, FaultyWire.Faults faults, long bytes,
            StackConfig config) {
        return transfer(new FaultyWire(seed.random(), faults), bytes, config);
    }

    private static StackCounters transfer(FaultyWire wire, long bytes, StackConfig config) {
        Host a = new Host(wire, 1, config);
        Host b = new Host(wire, 2, config);
        Transfer from = new Transfer(a, bytes, 3, 5);
        Transfer to = new Transfer(b, bytes / 2, 5, 3);
        b.stack.listen(80, to);
        a.stack.connect(b.address, 80, from);
        boolean over = Host.run(wire, 4 * HOUR, () -> from.isOver() && to.isOver(), a, b);
        assertTrue(over, () -> "not over: " + a.stack.counters() + " " + b.stack.counters());
        from.check(bytes / 2);
        to.check(bytes);
        Host.run(wire, HOUR, () -> false, a, b);
        assertEquals(0, a.stack.connectionCount() + b.stack.connectionCount());
        assertEquals(0, a.stack.timeWaitCount() + b.stack.timeWaitCount());
        assertEquals(wire.maxUncut > 0, a.end.cut > 0);
        return a.stack.counters();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10})
    void shouldTransferByteForByteThroughADeviceThatCuts(int percent, Seed seed) {
        FaultyWire wire = new FaultyWire(seed.random(),
                new FaultyWire.Faults(percent, percent, percent / 5, 100_000, percent * 50_000L));
        wire.maxUncut = 0xffff;
        StackConfig config = StackConfig.network(8).buffers(1 << 16, 1 << 16, 4).times(PATIENT);
        StackCounters counters = transfer(wire, 3_000_000 / (percent + 1), config);
        assertEquals(percent > 0, counters.retransmitted() > 0);
        assertEquals(0, counters.framesRefused());
    }

    @Test
    void shouldTransferThroughAFullDeviceThatCuts(Seed seed) {
        FaultyWire wire = new FaultyWire(seed.random(), FaultyWire.Faults.NONE);
        wire.maxUncut = 0xffff;
        Host a = new Host(wire, 1, StackConfig.network(8).buffers(1 << 16, 1 << 16, 4));
        Host b = new Host(wire, 2, StackConfig.network(8).buffers(1 << 16, 1 << 16, 4));
        a.end.busyPercent = 60;
        Transfer from = new Transfer(a, 1_000_000, 3, 5);
        Transfer to = new Transfer(b, 500_000, 5, 3);
        b.stack.listen(80, to);
        a.stack.connect(b.address, 80, from);
        assertTrue(Host.run(wire, HOUR, () -> from.isOver() && to.isOver(), a, b));
        from.check(500_000);
        to.check(1_000_000);
        assertTrue(a.end.cut > 0);
    }

    @Test
    void shouldTransferBothWaysOnAGoodWire(Seed seed) {
        StackCounters counters = transfer(seed, FaultyWire.Faults.NONE, 4 << 20,
                StackConfig.network(8));
        assertEquals(0, counters.retransmitted());
        assertEquals(0, counters.timeouts());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 10, 15, 20})
    void shouldTransferByteForByteUnderLoss(int percent, Seed seed) {
        FaultyWire.Faults faults = new FaultyWire.Faults(percent, 5, 2, 100_000, 1_000_000);
        StackConfig config = StackConfig.network(8).times(PATIENT);
        StackCounters counters = transfer(seed, faults, 3_000_000 / (percent + 2), config);
        assertTrue(counters.retransmitted() > 0);
    }

    @Test
    void shouldTransferByteForByteOnAVeryBadWire(Seed seed) {
        FaultyWire.Faults faults = new FaultyWire.Faults(20, 10, 5, 1_000_000, 20_000_000);
        StackConfig config = StackConfig.network(8)
                .times(PATIENT);
        transfer(seed, faults, 300_000, config);
    }

    @Test
    void shouldTransferWithScaledWindows(Seed seed) {
        FaultyWire.Faults faults = new FaultyWire.Faults(1, 1, 0, 5_000_000, 0);
        StackConfig config = StackConfig.network(8).buffers(1 << 18, 1 << 18, 4);
        transfer(seed, faults, 4 << 20, config);
    }

    @Test
    void shouldTransferWhileTheDeviceIsOftenFull(Seed seed) {
        FaultyWire wire = new FaultyWire(seed.random(), FaultyWire.Faults.NONE);
        Host a = new Host(wire, 1, StackConfig.network(8));
        Host b = new Host(wire, 2, StackConfig.network(8));
        a.end.busyPercent = 60;
        b.end.busyPercent = 60;
        Transfer from = new Transfer(a, 1_000_000, 3, 5);
        Transfer to = new Transfer(b, 500_000, 5, 3);
        to.slow = true;
        b.stack.listen(80, to);
        a.stack.connect(b.address, 80, from);
        assertTrue(Host.run(wire, HOUR, () -> from.isOver() && to.isOver(), a, b));
        from.check(500_000);
        to.check(1_000_000);
        assertEquals(0, a.stack.counters().framesRefused());
    }

    @Test
    void shouldServeMoreConnectionsThanItHasBuffers(Seed seed) {
        FaultyWire wire = new FaultyWire(seed.random(),
                new FaultyWire.Faults(2, 2, 1, 100_000, 500_000));
        int count = 400;
        StackConfig config = StackConfig.network(8)
                .maxConnections(count)
                .buffers(4096, 4096, 20)
                .waiting(count, count)
                .times(PATIENT);
        Host a = new Host(wire, 1, config);
        Host b = new Host(wire, 2, config);
        List<Transfer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Transfer to = new Transfer(b, 6_000, 5, 3);
            Transfer from = new Transfer(a, 9_000, 3, 5);
            b.stack.listen(1000 + i, to);
            a.stack.connect(b.address, 1000 + i, from);
            all.add(to);
            all.add(from);
        }
        assertEquals(count, a.stack.connectionCount());
        boolean over = Host.run(wire, HOUR, () -> all.stream().allMatch(Transfer::isOver), a, b);
        assertTrue(over, () -> "not over: " + a.stack.counters() + " " + b.stack.counters());
        for (int i = 0; i < all.size(); i++) {
            all.get(i).check(i % 2 == 0 ? 9_000 : 6_000);
        }
        assertEquals(20, a.stack.table().sendBuffersFree());
        assertEquals(20, b.stack.table().receiveBuffersFree());
    }
}
