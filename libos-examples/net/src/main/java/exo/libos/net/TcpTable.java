// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.link.BufferPool;
import exo.libos.net.link.Counts;
import exo.libos.net.wire.SipHash;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * All connections: by name, by what is to be done for them, and those that are free.
 *
 * <p>A connection is in use from the moment it is made until the user was told that it is over.
 * After that it may stay for a while in TIME-WAIT, where it costs neither buffers nor a place among
 * the connections. Three lists, linked through the connections themselves, say what is to be done:
 * output, events for the user, and connections that wait (half-open, oldest first; and in
 * TIME-WAIT, oldest first). A connection that was taken up again may still be in the first two,
 * which therefore look at what it is now.
 */
final class TcpTable {
    /** How long a half-open connection is spared when there are too many. */
    static final long HALF_OPEN_GRACE_NANOS = 1_000_000_000L;
    private static final int NANOS_PER_SEQUENCE = 4_000;
    /** What every network of IPv4 is expected to carry. */
    private static final int LEAST_MTU = 576;
    private static final int HEADERS_AND_TIMESTAMP = 52;
    private static final int OVER_AND_SENT = Tcb.OVER | Tcb.SENT;

    private final StackConfig config;
    private final Counts counts;
    private final MemorySegment memory;
    private final SipHash hash;
    private final BufferPool receiveBuffers;
    private final BufferPool sendBuffers;
    private final Timers timers;
    private final int rxShift;

    private final Tcb[] buckets;
    private final ArrayDeque<Tcb> free = new ArrayDeque<>();
    private final ArrayDeque<SendQueue> freeQueues = new ArrayDeque<>();
    private final Waiting halfOpen = new Waiting();
    private final Waiting timeWait = new Waiting();
    private int inUse;

    private Tcb outFirst;
    private Tcb outLast;
    private Tcb eventFirst;
    private Tcb eventLast;
    private Tcb starvedFirst;
    private Tcb starvedLast;
    private TcpOutput output;
    private long now;

    /** Connections in the order they came, linked through themselves. */
    static final class Waiting {
        private Tcb first;
        private Tcb last;
        private int count;

        int count() {
            return count;
        }

        Tcb first() {
            return first;
        }

        void add(Tcb t) {
            t.inWaiting = true;
            t.previousWaiting = last;
            t.nextWaiting = null;
            if (last == null) {
                first = t;
            } else {
                last.nextWaiting = t;
            }
            last = t;
            count++;
        }

        void remove(Tcb t) {
            if (t.previousWaiting == null) {
                first = t.nextWaiting;
            } else {
                t.previousWaiting.nextWaiting = t.nextWaiting;
            }
            if (t.nextWaiting == null) {
                last = t.previousWaiting;
            } else {
                t.nextWaiting.previousWaiting = t.previousWaiting;
            }
            t.inWaiting = false;
            t.previousWaiting = null;
            t.nextWaiting = null;
            count--;
        }
    }

    TcpTable(StackConfig config, MemorySegment memory, Counts counts, SipHash hash,
            BufferPool[] pools) {
        this.config = config;
        this.memory = memory;
        this.counts = counts;
        this.hash = hash;
        this.receiveBuffers = pools[0];
        this.sendBuffers = pools[1];
        int shift = 0;
        while (receiveBuffers.bufferBytes() >> shift > 0xffff) {
            shift++;
        }
        this.rxShift = shift;
        int most = config.maxConnections() + config.maxTimeWait();
        this.buckets = new Tcb[Math.max(16, Integer.highestOneBit(most) * 2)];
        this.timers = new Timers(Math.min(most, 1024));
    }

    void output(TcpOutput sender) {
        output = sender;
    }

    // ---- what the parts share

    StackConfig config() {
        return config;
    }

    MemorySegment memory() {
        return memory;
    }

    Counts counts() {
        return counts;
    }

    Timers timers() {
        return timers;
    }

    /** {@return the time as the current call of the stack found it} */
    long now() {
        return now;
    }

    void now(long nanos) {
        now = nanos;
    }

    int rxBytes() {
        return receiveBuffers.bufferBytes();
    }

    int rxShift() {
        return rxShift;
    }

    int inUse() {
        return inUse;
    }

    int halfOpenCount() {
        return halfOpen.count();
    }

    int timeWaitCount() {
        return timeWait.count();
    }

    int receiveBuffersFree() {
        return receiveBuffers.freeCount();
    }

    int sendBuffersFree() {
        return sendBuffers.freeCount();
    }

    // ---- by name

    private int bucket(long key) {
        return (int) hash.of(key) & (buckets.length - 1);
    }

    /** {@return the connection of that name, or null} hot: AllocationTest. */
    Tcb find(long key) {
        Tcb t = buckets[bucket(key)];
        while (t != null && t.key != key) {
            t = t.nextInBucket;
        }
        return t;
    }

    /** {@return whether another connection may be in use} */
    boolean hasRoom() {
        return inUse < config.maxConnections();
    }

    /** {@return a connection in use with a name of its own; {@link #hasRoom} was asked} */
    Tcb take(long key, TcpHandler handler) {
        Tcb t = free.pollLast();
        if (t == null) {
            t = new Tcb(this);
        }
        t.reset();
        t.key = key;
        t.address = (int) (key >>> 32);
        t.handler = handler;
        t.inUse = true;
        t.createdAt = now;
        t.heardAt = now;
        t.sentAt = now;
        t.tsOffset = (int) (hash.of(~key) >>> 32);
        // RFC 6528: a clock, and for each name of a connection a secret offset.
        int first = (int) (now / NANOS_PER_SEQUENCE) + (int) hash.of(~key);
        t.iss = (1L << 32) | (first & 0xffff_ffffL);
        t.sndUna = t.iss;
        t.sndNxt = t.iss;
        t.sndMax = t.iss;
        t.sndEnd = t.iss + 1;
        int bucket = bucket(key);
        t.nextInBucket = buckets[bucket];
        buckets[bucket] = t;
        inUse++;
        return t;
    }

    private void unlink(Tcb t) {
        int bucket = bucket(t.key);
        Tcb before = null;
        for (Tcb at = buckets[bucket]; at != t; at = at.nextInBucket) {
            before = at;
        }
        if (before == null) {
            buckets[bucket] = t.nextInBucket;
        } else {
            before.nextInBucket = t.nextInBucket;
        }
        t.nextInBucket = null;
    }

    // ---- lives

    /** A stranger has asked for the connection. */
    void enterHalfOpen(Tcb t) {
        halfOpen.add(t);
    }

    /** The stranger has confirmed. */
    void leaveHalfOpen(Tcb t) {
        if (t.inWaiting && t.state == TcpState.SYN_RECEIVED) {
            halfOpen.remove(t);
        }
    }

    /** {@return whether another half-open connection may be made; an old one may give way} */
    boolean hasHalfOpenRoom() {
        if (halfOpen.count() < config.maxHalfOpen()) {
            return true;
        }
        Tcb oldest = halfOpen.first();
        if (now - oldest.createdAt < HALF_OPEN_GRACE_NANOS) {
            return false;
        }
        counts.refused++;
        end(oldest, CloseReason.TIMEOUT);
        return true;
    }

    /** Both sides are done; the connection waits for stray segments. */
    void enterTimeWait(Tcb t) {
        t.state = TcpState.TIME_WAIT;
        t.rtoAt = Tcb.NEVER;
        t.ackAt = Tcb.NEVER;
        t.keepAt = Tcb.NEVER;
        t.endAt = now + config.times().timeWaitNanos();
        timers.update(t);
        over(t, CloseReason.FINISHED);
    }

    /**
     * Ends a connection at once, whatever its state; it has no name any more. The user, if he knows
     * it, is told with the next events.
     */
    void end(Tcb t, CloseReason reason) {
        if (t.state == TcpState.CLOSED) {
            return;
        }
        leaveHalfOpen(t);
        boolean unknown = t.passive && t.state == TcpState.SYN_RECEIVED;
        if (t.state == TcpState.TIME_WAIT && t.inWaiting) {
            timeWait.remove(t);
        }
        t.state = TcpState.CLOSED;
        unlink(t);
        timers.remove(t);
        t.rtoAt = Tcb.NEVER;
        t.ackAt = Tcb.NEVER;
        t.keepAt = Tcb.NEVER;
        t.endAt = Tcb.NEVER;
        if (unknown) {
            release(t);
            recycle(t);
        } else if (t.inUse) {
            over(t, reason);
        } else {
            recycle(t);
        }
    }

    private void over(Tcb t, CloseReason reason) {
        if (t.closeReason == null) {
            t.closeReason = reason;
        }
        if (t.queue != null) {
            t.queue.drop();
        }
        raise(t, OVER_AND_SENT);
    }

    /** The user gives a connection up. */
    void abort(Tcb t) {
        if (t.state != TcpState.CLOSED) {
            if (t.state.isOpen() || t.state == TcpState.SYN_RECEIVED) {
                output.sendReset(t);
            }
            if (t.closeReason == null) {
                t.closeReason = CloseReason.ABORTED;
            }
            end(t, CloseReason.ABORTED);
        }
        t.rcvRead = t.rcvNxt - (t.finReceived ? 1 : 0); // nobody will consume it
        t.directAt = -1;
        raise(t, OVER_AND_SENT);
    }

    /** Takes everything from a connection that its user has: he was told that it is over. */
    private void release(Tcb t) {
        t.inUse = false;
        inUse--;
        t.handler = null;
        t.attach(null);
        t.rcvRead = t.rcvNxt;
        t.finReceived = false;
        t.directAt = -1;
        t.held.clear();
        if (t.rxBuffer != BufferPool.NONE) {
            receiveBuffers.give(t.rxBuffer);
            t.rxBuffer = BufferPool.NONE;
        }
        if (t.queue != null) {
            t.queue.drop();
            giveQueue(t);
        }
    }

    private void recycle(Tcb t) {
        free.addLast(t);
    }

    private void waitAfterUse(Tcb t) {
        timeWait.add(t);
        if (timeWait.count() > config.maxTimeWait()) {
            counts.recycled++;
            end(timeWait.first(), CloseReason.FINISHED);
        }
    }

    // ---- buffers

    SendQueue queueOf(Tcb t) {
        if (t.queue == null) {
            SendQueue queue = freeQueues.pollLast();
            t.queue = queue == null ? new SendQueue(memory, sendBuffers, config.pieces()) : queue;
        }
        return t.queue;
    }

    private void giveQueue(Tcb t) {
        while (t.queue.hasNews()) {
            t.queue.takeNews();
        }
        freeQueues.addLast(t.queue);
        t.queue = null;
        feed();
    }

    /** Remembers that a connection waits for a send buffer, if that is what it waits for. */
    void starve(Tcb t) {
        if (t.inStarved || t.queue.hasBuffer()) {
            return;
        }
        t.inStarved = true;
        if (starvedLast == null) {
            starvedFirst = t;
        } else {
            starvedLast.nextStarved = t;
        }
        starvedLast = t;
    }

    /** Lets those who wait for a send buffer try again, as many as there are buffers. */
    void feed() {
        int most = sendBuffers.freeCount();
        while (most > 0 && starvedFirst != null) {
            Tcb t = starvedFirst;
            starvedFirst = t.nextStarved;
            if (starvedFirst == null) {
                starvedLast = null;
            }
            t.nextStarved = null;
            t.inStarved = false;
            if (t.inUse && t.wantsWritable) {
                raise(t, Tcb.WRITABLE);
                most--;
            }
        }
    }

    /** {@return whether the connection has a receive buffer now} */
    boolean ensureReceiveBuffer(Tcb t) {
        if (t.rxBuffer == BufferPool.NONE) {
            t.rxBuffer = receiveBuffers.take();
        }
        return t.rxBuffer != BufferPool.NONE;
    }

    /** Gives the receive buffer of a connection back if nothing is in it. */
    void trimReceiveBuffer(Tcb t) {
        boolean empty = t.available() == 0 && t.held.count() == 0;
        if (empty && t.rxBuffer != BufferPool.NONE) {
            receiveBuffers.give(t.rxBuffer);
            t.rxBuffer = BufferPool.NONE;
        }
    }

    /**
     * A router says that a segment was too big. Believed only if the segment could be one in
     * flight (RFC 5927, section 7), and never below what every network carries.
     */
    void shrinkSegments(long key, int sequence, int mtu) {
        Tcb t = find(key);
        if (t == null || !t.state.isOpen()) {
            return;
        }
        long number = Tcb.widen(t.sndUna, sequence);
        int most = Math.max(mtu, LEAST_MTU) - HEADERS_AND_TIMESTAMP;
        if (number >= t.sndUna && number < t.sndMax && most < t.segmentBytes) {
            t.segmentBytes = most;
            t.sndNxt = t.sndUna;
            t.inRecovery = false;
            scheduleOutput(t);
        }
    }

    // ---- output

    void scheduleOutput(Tcb t) {
        if (t.inOut) {
            return;
        }
        t.inOut = true;
        t.nextOut = null;
        if (outLast == null) {
            outFirst = t;
        } else {
            outLast.nextOut = t;
        }
        outLast = t;
    }

    /** {@return the next connection with something to send, no longer in the list, or null} */
    Tcb takeOutput() {
        Tcb t = outFirst;
        if (t != null) {
            outFirst = t.nextOut;
            if (outFirst == null) {
                outLast = null;
            }
            t.nextOut = null;
            t.inOut = false;
        }
        return t;
    }

    boolean hasOutput() {
        return outFirst != null;
    }

    // ---- events

    /** Notes that a user has to be told something. */
    void raise(Tcb t, int event) {
        t.events |= event;
        if (t.inEvents) {
            return;
        }
        t.inEvents = true;
        t.nextEvent = null;
        if (eventLast == null) {
            eventFirst = t;
        } else {
            eventLast.nextEvent = t;
        }
        eventLast = t;
    }

    boolean hasEvents() {
        return eventFirst != null;
    }

    /** Tells the users what has happened, and what happens meanwhile. */
    void dispatch() {
        while (eventFirst != null) {
            Tcb t = eventFirst;
            eventFirst = t.nextEvent;
            if (eventFirst == null) {
                eventLast = null;
            }
            t.nextEvent = null;
            t.inEvents = false;
            tell(t);
        }
    }

    private void tell(Tcb t) {
        boolean told = false;
        try {
            tellAll(t);
            told = true;
        } finally {
            if (!told && t.inUse) {
                raise(t, Tcb.SENT); // an entry has thrown: the others are called next time
            }
        }
    }

    private void tellAll(Tcb t) {
        if (takeEvent(t, Tcb.CONNECTED)) {
            t.handler.onConnected(t);
        }
        if (takeEvent(t, Tcb.SENT)) {
            tellSent(t);
        }
        if (takeEvent(t, Tcb.RECEIVED) && isListening(t)) {
            t.handler.onReceive(t);
        }
        if (takeEvent(t, Tcb.WRITABLE) && t.wantsWritable && t.isWritable()) {
            t.wantsWritable = false;
            t.wantsPiece = false;
            t.handler.onWritable(t);
        }
        boolean read = t.closeReason != CloseReason.FINISHED || t.available() == 0;
        if (t.inUse && t.closeReason != null && read) {
            tellOver(t);
        }
    }

    private static boolean takeEvent(Tcb t, int event) {
        boolean has = t.inUse && (t.events & event) != 0;
        t.events &= ~event;
        return has;
    }

    /** What arrived before a reset is lost, as the connection is; what came before a FIN is not. */
    private static boolean isListening(Tcb t) {
        return t.closeReason == null || t.closeReason == CloseReason.FINISHED;
    }

    private void tellSent(Tcb t) {
        while (t.queue != null && t.queue.hasNews()) {
            t.handler.onSent(t, t.queue.takeNews());
        }
        if (t.queue != null && t.queue.isEmpty()) {
            giveQueue(t);
        }
    }

    private void tellOver(Tcb t) {
        tellSent(t);
        CloseReason reason = t.closeReason;
        TcpHandler handler = t.handler;
        try {
            handler.onClosed(t, reason);
        } finally {
            release(t);
            if (t.state == TcpState.CLOSED) {
                recycle(t);
            } else {
                waitAfterUse(t);
            }
        }
    }

    /** Ends all connections, since nothing can be sent or the stack is closed. */
    void endAll(boolean reset) {
        for (int i = 0; i < buckets.length; i++) {
            while (buckets[i] != null) {
                Tcb t = buckets[i];
                if (reset && t.state.isOpen()) {
                    output.sendReset(t);
                }
                end(t, CloseReason.ABORTED);
            }
        }
    }
}
