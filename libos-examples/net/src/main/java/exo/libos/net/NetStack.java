// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.libos.net.link.ArpCache;
import exo.libos.net.link.BufferPool;
import exo.libos.net.link.Counts;
import exo.libos.net.link.FrameLink;
import exo.libos.net.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * A TCP/IP stack on one station.
 *
 * <p><b>Shape.</b> ARP, IPv4, ICMP, UDP and TCP for one address. All its memory that frames touch
 * lies in pages of the window that is handed in; the other pages of that window are the caller's,
 * and he can send from them without a copy ({@link TcpConnection#trySendPages}).
 *
 * <p><b>Turns.</b> The stack does nothing by itself. The caller's loop waits until {@link
 * #nextDeadlineNanos}, calls {@link #receive} when frames are there, {@link #expireTimers}, and at
 * the end {@link #flush}. What was queued in one turn leaves together, and an acknowledgement goes
 * with the answer rather than alone ("knowledge-based packet merging").
 *
 * <p><b>Ownership and lifetime.</b> The stack owns its binding and its connections; {@link #close}
 * ends both. The window stays the caller's, and must outlive the stack.
 *
 * <p><b>Errors.</b> Nothing that arrives makes a method throw. An exception that an entry of the
 * user throws leaves {@code receive} or {@code expireTimers}; the frame that caused it counts as
 * taken, and what was not told yet is told at the next call.
 *
 * <p><b>Thread-safety.</b> The thread that opened it. <b>Cost.</b> No allocation for a frame, nor
 * for a connection once as many were in use at one time before; connections are found and their
 * timers kept in a time that hardly depends on their number.
 *
 * @see "Ganger et al., Fast and flexible application-level networking on exokernel systems, TOCS
 *      2002"
 */
public final class NetStack implements AutoCloseable {
    private static final int FIRST_DYNAMIC_PORT = 49_152;
    private static final int DYNAMIC_PORTS = 1 << 14;
    private static final int LEAST_SLOT_BYTES = 2048;
    private static final int FRAMES_PER_RELEASE = 16;
    private static final long RETRY_NANOS = 500_000;

    private final PacketBinding binding;
    private final LongSupplier clock;
    private final SipHash hash;
    private final Counts counts = new Counts();
    private final FrameLink link;
    private final ArpCache arp;
    private final TcpTable table;
    private final TcpOutput output;
    private final TcpInput tcp;
    private final TcpTimeouts timeouts;
    private final Datagrams datagrams;
    private final Ipv4Input input;
    private int portCounter;
    private boolean closed;

    /**
     * What a stack is made from.
     *
     * @param binding the binding
     * @param memory the window
     * @param firstByte where in it the part after the rings begins
     * @param config the limits
     * @param clock the time
     * @param hash the secret of this stack
     */
    record Parts(PacketBinding binding, MemorySegment memory, long firstByte, StackConfig config,
            LongSupplier clock, SipHash hash) {}

    NetStack(Parts parts) {
        StackConfig config = parts.config();
        this.binding = parts.binding();
        this.clock = parts.clock();
        this.hash = parts.hash();
        this.link = new FrameLink(binding, parts.memory(), counts);
        int router = config.router().map(Ipv4Address::bits).orElse(0);
        long waiting = parts.firstByte();
        this.arp = new ArpCache(link, config.prefixLength(), router, waiting);
        long receive = waiting + waitingBytes(link.mtu());
        long send = receive + (long) config.buffers() * config.receiveBufferBytes();
        BufferPool[] pools = {
                new BufferPool(receive, config.receiveBufferBytes(), config.buffers()),
                new BufferPool(send, config.sendBufferBytes(), config.buffers())};
        this.table = new TcpTable(config, parts.memory(), counts, hash, pools);
        this.output = new TcpOutput(table, link, arp, config.times());
        table.output(output);
        this.tcp = new TcpInput(table, output, link, arp);
        this.timeouts = new TcpTimeouts(table, output);
        this.datagrams = new Datagrams(link, arp, table);
        this.input = new Ipv4Input(link, arp, tcp, datagrams);
        table.now(clock.getAsLong());
    }

    private static RingSpec rings(StackConfig config, int mtu) {
        int frame = mtu + 14;
        int slot = LEAST_SLOT_BYTES;
        while (slot < frame) {
            slot *= 2;
        }
        return new RingSpec(config.ringSlots(), config.ringSlots(), slot);
    }

    private static long waitingBytes(int mtu) {
        return (long) ArpCache.WAITING * mtu + 4095 & ~4095L;
    }

    /** {@return how many bytes of the window follow the rings} */
    static long bytesAfterRings(StackConfig config, int mtu) {
        return waitingBytes(mtu) + (long) config.buffers()
                * (config.receiveBufferBytes() + config.sendBufferBytes());
    }

    /**
     * {@return how many pages of the window {@link #open} needs}
     *
     * @param config the limits
     * @param mtu the {@link Station#mtu} of the station
     * @param pageBytes the size of a page
     */
    public static int pages(StackConfig config, int mtu, int pageBytes) {
        long after = bytesAfterRings(config, mtu);
        return rings(config, mtu).pages(pageBytes)
                + Math.toIntExact((after + pageBytes - 1) / pageBytes);
    }

    /**
     * Opens a stack. Its pages are allocated where they show void.
     *
     * @param env the environment
     * @param station the station, with both rights and an address of its own
     * @param window a writable window of the calling thread
     * @param firstPage the first of the {@link #pages} pages that are the stack's
     * @param config the limits
     * @param nanoClock the time in nanoseconds; {@code System::nanoTime} outside of tests
     * @return the stack
     * @throws IllegalArgumentException if the station's address is {@link Ipv4Address#ANY}
     * @throws exo.api.ExoException as {@link Window#allocPages} and {@link exo.api.net.Net#bind}
     */
    public static NetStack open(Env env, Station station, Window window, int firstPage,
            StackConfig config, LongSupplier nanoClock) {
        if (station.ipv4().isAny()) {
            throw new IllegalArgumentException("the station has no IPv4 address");
        }
        int pageBytes = env.memory().pageBytes();
        int pages = pages(config, station.mtu(), pageBytes);
        Objects.checkFromIndexSize(firstPage, pages, window.pageCount());
        int run = 0;
        for (int page = firstPage; page <= firstPage + pages; page++) {
            if (page < firstPage + pages && window.frame(page) < 0) {
                run++;
            } else if (run > 0) {
                window.allocPages(page - run, run);
                run = 0;
            }
        }
        RingSpec rings = rings(config, station.mtu());
        PacketBinding binding = env.net()
                .bind(station, Filters.arpAndIpv4To(station.ipv4()), window, firstPage, rings);
        SecureRandom random = new SecureRandom();
        long after = (long) (firstPage + rings.pages(pageBytes)) * pageBytes;
        NetStack stack = new NetStack(new Parts(binding, window.segment(), after, config,
                nanoClock, new SipHash(random.nextLong(), random.nextLong())));
        stack.arp.announce();
        stack.link.flush();
        return stack;
    }

    /**
     * Takes the frames that have arrived. Call it from {@link
     * exo.api.upcall.UpcallHandler#onPackets}. hot: AllocationTest.
     */
    public void receive() {
        table.now(clock.getAsLong());
        int count = closed ? 0 : binding.rxAvailable();
        while (count > 0) {
            int batch = Math.min(count, FRAMES_PER_RELEASE);
            int taken = 0;
            try {
                while (taken < batch && !closed) {
                    int index = taken++;
                    receive(binding.rxOffset(index), binding.rxLength(index));
                }
            } finally {
                binding.rxRelease(taken);
            }
            count = closed ? 0 : count - batch;
        }
        table.dispatch();
    }

    private void receive(long frame, int frameBytes) {
        Tcb t = input.receive(frame, frameBytes, table.now());
        try {
            if (table.hasEvents()) {
                table.dispatch();
            }
        } finally {
            if (t != null) {
                tcp.settle(t);
            }
        }
    }

    /**
     * {@return when {@link #expireTimers} and {@link #flush} must be called at the latest, on the
     * injected clock; {@link exo.api.upcall.Upcalls#NEVER} if there is nothing to wait for}
     *
     * <p>It may be earlier than necessary. It is in the past if an entry of a user has to be called
     * still, for instance since he aborted a connection outside of one.
     */
    public long nextDeadlineNanos() {
        if (table.hasEvents() || (link.isDown() && table.inUse() > 0)) {
            return table.now();
        }
        long deadline = Math.min(table.timers().nextDeadlineNanos(), arp.nextDeadlineNanos());
        return link.isBlocked() ? Math.min(deadline, table.now() + RETRY_NANOS) : deadline;
    }

    /** Does what is due, and tells users what they were not told yet. */
    public void expireTimers() {
        table.now(clock.getAsLong());
        if (link.isDown()) {
            table.endAll(false);
        }
        arp.expire(table.now());
        timeouts.expire();
        table.dispatch();
    }

    /**
     * Sends what can be sent; to be called once at the end of each turn. What finds no room, or
     * whose receiver's Ethernet address is not known yet, stays queued. hot: AllocationTest.
     */
    public void flush() {
        table.now(clock.getAsLong());
        link.unblock();
        int most = table.inUse() + table.timeWaitCount() + 1;
        Tcb firstBlocked = null;
        for (int i = 0; i < most && table.hasOutput(); i++) {
            Tcb t = table.takeOutput();
            if (t == firstBlocked) {
                table.scheduleOutput(t);
                break;
            }
            if (!output.output(t)) {
                table.scheduleOutput(t);
                firstBlocked = firstBlocked == null ? t : firstBlocked;
                if (link.isBlocked()) {
                    break;
                }
            }
        }
        link.flush();
    }

    /**
     * Accepts connections to a port.
     *
     * @param port the port, 1 to 65,535
     * @param handler who is told about them
     * @throws ResourceException with {@link ErrorCode#ALREADY_EXISTS} if the port is listened to;
     *         no effect
     * @throws IllegalArgumentException if there is no such port
     */
    public void listen(int port, TcpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        if (tcp.listener(checkPort(port)) != null) {
            throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER, "TCP port " + port,
                    "the stack listens to it already", "listen to another port");
        }
        tcp.listener(port, handler);
    }

    /**
     * Accepts no more connections to a port; those that are there stay. Idempotent.
     *
     * @param port the port, 1 to 65,535
     */
    public void stopListening(int port) {
        tcp.listener(checkPort(port), null);
    }

    /**
     * Opens a connection to a peer. It is established when {@link TcpHandler#onConnected} says so;
     * what is queued before that is sent then.
     *
     * @param address the peer
     * @param port its port, 1 to 65,535
     * @param handler who is told about the connection
     * @return the connection
     * @throws ResourceException with {@link ErrorCode#BUSY} if as many connections as may be are in
     *         use, or all ports to that peer are; with {@link ErrorCode#NOT_FOUND} if there is no
     *         way to the address; no effect
     */
    public TcpConnection connect(Ipv4Address address, int port, TcpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        checkPort(port);
        table.now(clock.getAsLong());
        int nextHop = arp.nextHop(address.bits());
        if (nextHop == 0 || closed) {
            throw new ResourceException(ErrorCode.NOT_FOUND, Blame.CALLER, address.toString(),
                    "no way leads to it", "name a router in the configuration of the stack");
        }
        if (!table.hasRoom()) {
            throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "connections",
                    table.inUse() + " are in use", "close one, or allow more");
        }
        // RFC 6056, section 3.3.3: a secret offset for each peer, and a counter.
        int start = (int) hash.of(Segment.key(address.bits(), port, 0)) + portCounter++;
        for (int i = 0; i < DYNAMIC_PORTS; i++) {
            int own = FIRST_DYNAMIC_PORT + (start + i & (DYNAMIC_PORTS - 1));
            long key = Segment.key(address.bits(), port, own);
            if (table.find(key) == null) {
                return tcp.connect(nextHop, key, handler);
            }
        }
        throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, address + ":" + port,
                "all ports to it are in use", "wait for connections in TIME-WAIT to end");
    }

    /**
     * Opens a UDP port.
     *
     * @param port the port, 1 to 65,535
     * @param handler who gets what arrives there
     * @throws ResourceException with {@link ErrorCode#ALREADY_EXISTS} if it is open; no effect
     */
    public void openUdp(int port, UdpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        if (datagrams.port(checkPort(port)) != null) {
            throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER, "UDP port " + port,
                    "it is open already", "open another port");
        }
        datagrams.port(port, handler);
    }

    /**
     * Closes a UDP port. Idempotent.
     *
     * @param port the port, 1 to 65,535
     */
    public void closeUdp(int port) {
        datagrams.port(checkPort(port), null);
    }

    /**
     * Sends a datagram; it leaves with the next {@link #flush}, and may be lost.
     *
     * @param localPort the port it comes from, 1 to 65,535
     * @param receiver the receiver
     * @param receiverPort the receiver's port, 1 to 65,535
     * @param bytes what it holds
     * @return 0, or the refusal of {@link ErrorCode#TOO_BIG} if it does not fit into one packet,
     *         {@link ErrorCode#NOT_FOUND} if there is no way to the receiver, {@link
     *         ErrorCode#BUSY} if there is no room now, {@link ErrorCode#REVOKED}
     */
    public int trySendDatagram(int localPort, Ipv4Address receiver, int receiverPort,
            MemorySegment bytes) {
        table.now(clock.getAsLong());
        long flow = Segment.key(receiver.bits(), checkPort(receiverPort), checkPort(localPort));
        long most = Math.min(bytes.byteSize(), 1 << 16);
        return closed
                ? ErrorCode.REVOKED.refusal()
                : datagrams.trySend(flow, bytes, 0, (int) most);
    }

    private static int checkPort(int port) {
        if (port < 1 || port > 0xffff) {
            throw new IllegalArgumentException("a port is 1 to 65535, but was " + port);
        }
        return port;
    }

    /** {@return how many connections are not over, those that wait in TIME-WAIT not counted} */
    public int connectionCount() {
        return table.inUse();
    }

    /** {@return how many connections wait in TIME-WAIT} */
    public int timeWaitCount() {
        return table.timeWaitCount();
    }

    /** {@return how many connections a peer has asked for and not confirmed} */
    public int halfOpenCount() {
        return table.halfOpenCount();
    }

    /**
     * {@return whether the binding has ended, as when its station was revoked: nothing can be sent
     * any more, and all connections end as aborted}
     */
    public boolean isDown() {
        return closed || link.isDown();
    }

    /** {@return what the stack has done so far} */
    public StackCounters counters() {
        Counts c = counts;
        return new StackCounters(c.framesReceived, c.framesSent, c.framesRefused, c.malformed,
                c.badChecksums, c.fragmentsRefused, c.notForUs, c.arpRequests, c.arpFailures,
                c.echoReplies, c.unreachables, c.datagramsReceived, c.datagramsSent,
                c.segmentsReceived, c.segmentsSent, c.opened, c.refused, c.resetsSent,
                c.resetsReceived, c.retransmitted, c.fastRecoveries, c.timeouts, c.probes,
                c.challenges, c.outsideWindow, c.oldTimestamps, c.outOfOrder, c.withoutBuffer,
                c.recycled);
    }

    /** {@return the parts that tests look into} */
    TcpTable table() {
        return table;
    }

    /**
     * Resets all connections, tells their users, and closes the binding. The pages stay the
     * caller's. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        table.now(clock.getAsLong());
        table.endAll(true);
        link.flush();
        closed = true;
        binding.close();
        table.dispatch();
    }
}
