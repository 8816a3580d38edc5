// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.libos.net.wire.SipHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A stack on a {@link FaultyWire}, and the turns of the loop around it. */
final class Host {
    static final int MTU = 1500;
    /** Memory of the user behind the stack's own. */
    static final int USER_BYTES = 1 << 20;

    final FaultyWire wire;
    final FaultyWire.End end;
    final MemorySegment memory;
    final long userOffset;
    final NetStack stack;
    final Ipv4Address address;

    Host(FaultyWire wire, int number, StackConfig config) {
        this.wire = wire;
        this.address = new Ipv4Address(10 << 24 | number);
        this.userOffset = FaultyWire.RINGS.totalBytes() + NetStack.bytesAfterRings(config, MTU);
        this.memory = Arena.ofAuto().allocate(userOffset + USER_BYTES, 4096);
        this.end = wire.join(new MacAddress(0x0200_0000_0000L | number), address, MTU, memory);
        this.stack = new NetStack(new NetStack.Parts(end, memory, FaultyWire.RINGS.totalBytes(),
                config, wire::now, new SipHash(number, 0x1234_5678L)));
    }

    /** One turn of the loop. */
    void turn() {
        stack.receive();
        stack.expireTimers();
        stack.flush();
    }

    /** Lets time pass until a condition holds or nothing happens any more, at most for a time. */
    static boolean run(FaultyWire wire, long mostNanos, java.util.function.BooleanSupplier until,
            Host... hosts) {
        long limit = wire.now() + mostNanos;
        while (true) {
            for (Host host : hosts) {
                host.turn();
            }
            if (until.getAsBoolean()) {
                return true;
            }
            long next = wire.nextArrival();
            for (Host host : hosts) {
                next = Math.min(next, host.stack.nextDeadlineNanos());
            }
            if (next == Long.MAX_VALUE || wire.now() >= limit) {
                return until.getAsBoolean();
            }
            wire.advanceTo(Math.min(Math.max(next, wire.now() + 1), limit));
        }
    }

    /** What a connection has told. */
    static class Log implements TcpHandler {
        final List<TcpConnection> connected = new ArrayList<>();
        final List<Long> sentTags = new ArrayList<>();
        final List<CloseReason> closed = new ArrayList<>();
        TcpConnection last;
        int writable;
        int received;

        @Override
        public void onConnected(TcpConnection connection) {
            connected.add(connection);
            last = connection;
        }

        @Override
        public void onReceive(TcpConnection connection) {
            received++;
        }

        @Override
        public void onSent(TcpConnection connection, long tag) {
            sentTags.add(tag);
        }

        @Override
        public void onWritable(TcpConnection connection) {
            writable++;
        }

        @Override
        public void onClosed(TcpConnection connection, CloseReason reason) {
            closed.add(reason);
        }
    }
}
