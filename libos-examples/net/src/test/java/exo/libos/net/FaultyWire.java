// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.ErrorCode;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.PacketBinding;
import exo.api.net.PacketCounters;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * A wire with a clock of its own that joins stations, and loses, repeats, delays and damages frames
 * as a seed says. Time passes only when the test lets it.
 */
final class FaultyWire {
    static final RingSpec RINGS = new RingSpec(256, 256, 2048);

    /**
     * What the wire does to frames.
     *
     * @param lossPercent how many it loses
     * @param repeatPercent how many it delivers twice
     * @param damagePercent in how many it changes a byte
     * @param delayNanos how long a frame is on its way at least
     * @param jitterNanos how much longer it may be, so that frames overtake each other
     */
    record Faults(int lossPercent, int repeatPercent, int damagePercent, long delayNanos,
            long jitterNanos) {
        static final Faults NONE = new Faults(0, 0, 0, 100_000, 0);
    }

    private static final class Flying {
        private final long arrival;
        private final long order;
        private final byte[] frame;
        private final End from;

        Flying(long arrival, long order, byte[] frame, End from) {
            this.arrival = arrival;
            this.order = order;
            this.frame = frame;
            this.from = from;
        }
    }

    private final RandomGenerator random;
    private final Faults faults;
    private final PriorityQueue<Flying> flying = new PriorityQueue<>(
            (a, b) -> a.arrival != b.arrival
                    ? Long.compare(a.arrival, b.arrival)
                    : Long.compare(a.order, b.order));
    private final List<End> ends = new ArrayList<>();
    private long now = 1_000_000_000L;
    private long order;
    /** The longest packet that its devices cut; 0 if they cut nothing. */
    int maxUncut;

    FaultyWire(RandomGenerator random, Faults faults) {
        this.random = random;
        this.faults = faults;
    }

    long now() {
        return now;
    }

    /** {@return when the next frame arrives} */
    long nextArrival() {
        return flying.isEmpty() ? Long.MAX_VALUE : flying.peek().arrival;
    }

    /** Lets time pass, and delivers what has arrived. */
    void advanceTo(long nanos) {
        now = Math.max(now, nanos);
        while (!flying.isEmpty() && flying.peek().arrival <= now) {
            Flying frame = flying.remove();
            for (End end : ends) {
                if (end != frame.from) {
                    end.deliver(frame.frame);
                }
            }
        }
    }

    End join(MacAddress mac, Ipv4Address address, int mtu, MemorySegment memory) {
        End end = new End(mac, address, mtu, memory);
        ends.add(end);
        return end;
    }

    private void send(byte[] frame, End from) {
        if (random.nextInt(100) < faults.lossPercent) {
            return;
        }
        byte[] sent = frame;
        if (random.nextInt(100) < faults.damagePercent) {
            sent = frame.clone();
            sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
        }
        fly(sent, from);
        if (random.nextInt(100) < faults.repeatPercent) {
            fly(sent, from);
        }
    }

    private void fly(byte[] frame, End from) {
        long jitter = faults.jitterNanos == 0 ? 0 : random.nextLong(faults.jitterNanos);
        flying.add(new Flying(now + faults.delayNanos + jitter, order++, frame, from));
    }

    /** One station's binding to the wire, with its rings at the begin of a memory. */
    final class End implements PacketBinding, Station {
        private final MacAddress mac;
        private final Ipv4Address address;
        private final int mtu;
        private final MemorySegment memory;
        private final int[] lengths = new int[RINGS.rxSlots()];
        private final boolean[] reserved = new boolean[RINGS.txSlots()];
        private long head;
        private long tail;
        private long sent;
        private long dropped;
        private boolean busy;
        private boolean revoked;
        final List<byte[]> sentFrames = new ArrayList<>();
        boolean records;
        /** How often the device has no room. */
        int busyPercent;
        /** How many it has cut. */
        long cut;

        End(MacAddress mac, Ipv4Address address, int mtu, MemorySegment memory) {
            this.mac = mac;
            this.address = address;
            this.mtu = mtu;
            this.memory = memory;
        }

        /** Whether the device has no room. */
        void busy(boolean full) {
            busy = full;
        }

        void revoke() {
            revoked = true;
        }

        /** Puts a frame into the receive ring. */
        void deliver(byte[] frame) {
            if (head - tail == RINGS.rxSlots() || revoked) {
                dropped++;
                return;
            }
            int slot = (int) (head & (RINGS.rxSlots() - 1));
            MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE,
                    (long) slot * RINGS.slotBytes(), frame.length);
            lengths[slot] = frame.length;
            head++;
        }

        private int slot(int index) {
            return (int) (tail + Objects.checkIndex(index, rxAvailable()))
                    & (RINGS.rxSlots() - 1);
        }

        @Override
        public Station station() {
            return this;
        }

        @Override
        public int rxAvailable() {
            return (int) (head - tail);
        }

        @Override
        public long rxOffset(int index) {
            return (long) slot(index) * RINGS.slotBytes();
        }

        @Override
        public int rxLength(int index) {
            return lengths[slot(index)];
        }

        @Override
        public void rxRelease(int count) {
            Objects.checkIndex(count, rxAvailable() + 1);
            tail += count;
        }

        @Override
        public int tryReserve() {
            for (int i = 0; i < reserved.length; i++) {
                if (!reserved[i]) {
                    reserved[i] = true;
                    return i;
                }
            }
            return ErrorCode.BUSY.refusal();
        }

        @Override
        public long txOffset(int slot) {
            return (long) (RINGS.rxSlots() + slot) * RINGS.slotBytes();
        }

        @Override
        public int tryCommit(int slot, int lengthBytes) {
            return tryCommit(slot, lengthBytes, 0, 0);
        }

        @Override
        public int tryCommit(int slot, int headBytes, long payloadOffset, int payloadBytes) {
            int refusal = take(slot, headBytes + payloadBytes, mtu);
            if (refusal == 0) {
                emit(whole(slot, headBytes, payloadOffset, payloadBytes));
            }
            return refusal;
        }

        @Override
        public int tryCommitUncut(int slot, int headBytes, long payloadOffset, int payloadBytes,
                int segmentBytes) {
            int refusal = take(slot, headBytes + payloadBytes, maxUncut);
            if (refusal == 0) {
                cut++;
                cut(whole(slot, headBytes, payloadOffset, payloadBytes), segmentBytes);
            }
            return refusal;
        }

        private int take(int slot, int lengthBytes, int mostBytes) {
            if (!reserved[slot]) {
                return ErrorCode.OUT_OF_RANGE.refusal();
            }
            boolean full = busyPercent > 0 && random.nextInt(100) < busyPercent;
            if ((busy || full) && !revoked) {
                return ErrorCode.BUSY.refusal();
            }
            reserved[slot] = false;
            if (revoked) {
                return ErrorCode.REVOKED.refusal();
            }
            return lengthBytes > mostBytes + 14 ? ErrorCode.TOO_BIG.refusal() : 0;
        }

        private byte[] whole(int slot, int headBytes, long payloadOffset, int payloadBytes) {
            byte[] frame = new byte[headBytes + payloadBytes];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, txOffset(slot), frame, 0, headBytes);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, payloadOffset, frame, headBytes,
                    payloadBytes);
            return frame;
        }

        private void emit(byte[] frame) {
            if (records) {
                sentFrames.add(frame);
            }
            sent++;
            send(frame, this);
        }

        /** Sends a long segment without IPv4 options as frames, as a network card would. */
        private void cut(byte[] segment, int segmentBytes) {
            MemorySegment whole = MemorySegment.ofArray(segment);
            int headers = 34 + (Bytes.u8(whole, 46) >>> 4) * 4;
            if (Bytes.u16(whole, 16) != segment.length - 14 || headers - 14 + segmentBytes > mtu) {
                throw new AssertionError("no card would take this");
            }
            for (int at = headers; at < segment.length; at += segmentBytes) {
                int end = Math.min(segment.length, at + segmentBytes);
                MemorySegment part = MemorySegment.ofArray(new byte[headers + end - at]);
                MemorySegment.copy(whole, 0, part, 0, headers);
                MemorySegment.copy(whole, at, part, headers, end - at);
                Bytes.put16(part, 16, (int) part.byteSize() - 14);
                Bytes.put16(part, 24, 0);
                Bytes.put16(part, 24, Checksum.of(Checksum.sum(part, 14, 20)));
                Bytes.put32(part, 38, Bytes.i32(whole, 38) + at - headers);
                if (end < segment.length) {
                    Bytes.put8(part, 47, Bytes.u8(whole, 47) & ~(Headers.FIN | Headers.PSH));
                }
                int tcpBytes = (int) part.byteSize() - 34;
                long pseudo = Checksum.pseudo(Bytes.i32(part, 26), Bytes.i32(part, 30),
                        Headers.TCP, tcpBytes);
                Bytes.put16(part, 50, 0);
                Bytes.put16(part, 50, Checksum.of(pseudo + Checksum.sum(part, 34, tcpBytes)));
                emit(part.toArray(ValueLayout.JAVA_BYTE));
            }
        }

        @Override
        public int txFlush() {
            return 0;
        }

        @Override
        public PacketCounters counters() {
            return new PacketCounters(head, dropped, sent, 0);
        }

        @Override
        public void close() {
            revoked = true;
        }

        @Override
        public String deviceName() {
            return "faulty";
        }

        @Override
        public MacAddress mac() {
            return mac;
        }

        @Override
        public Ipv4Address ipv4() {
            return address;
        }

        @Override
        public int mtu() {
            return mtu;
        }

        @Override
        public int maxUncutBytes() {
            return maxUncut;
        }

        @Override
        public ResourceKind kind() {
            return ResourceKind.STATION;
        }

        @Override
        public Rights rights() {
            return Rights.ALL;
        }

        @Override
        public String label() {
            return "end";
        }

        @Override
        public boolean isLive() {
            return !revoked;
        }
    }
}
