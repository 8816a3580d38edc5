// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.link;

import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Which Ethernet address an IPv4 neighbour has.
 *
 * <p>An entry is free, asked for, or known:
 *
 * <pre>
 *            tryResolve                  reply, or request from there
 *   free ----------------> asked for ---------------------------------> known
 *    ^                        |  ^                                        |
 *    |    nobody answered     |  |            too old                     |
 *    +------------------------+  +----------------------------------------+
 * </pre>
 *
 * <p>A known entry that is used after {@link #FRESH_NANOS} is asked for again while it is still
 * used, so that traffic does not stop. An entry is made by an own question, or by a question that
 * another station asks this one (RFC 826); answers to nobody's question make none. Since hostile
 * stations can invent addresses, the table has a fixed size, and in a full row one gives way.
 *
 * <p>One packet waits for each address that is asked for; a later one takes its place (RFC 1122,
 * section 2.3.2.2).
 *
 * <p><b>Thread-safety.</b> The stack's thread. <b>Cost.</b> No allocation.
 */
public final class ArpCache {
    /** What {@link #tryResolve} returns for an address that is not known yet. */
    public static final long UNKNOWN = -1;
    /** How many addresses are remembered. */
    public static final int ENTRIES = 512;
    /** How many packets wait for addresses. */
    public static final int WAITING = 8;
    /** How long an entry is used without a new question. */
    public static final long FRESH_NANOS = 60_000_000_000L;
    /** How long an entry is used after that, if nobody answers. */
    public static final long STALE_NANOS = 15_000_000_000L;
    /** How long to wait for an answer. */
    public static final long RETRY_NANOS = 1_000_000_000L;
    /** How often to ask. */
    public static final int TRIES = 3;

    private static final int WAYS = 8;
    private static final int FREE = 0;
    private static final int ASKED = 1;
    private static final int KNOWN = 2;
    private static final long NEVER = Long.MAX_VALUE;
    private static final long BROADCAST = 0xffff_ffff_ffffL;
    private static final int FRAME_BYTES = Headers.ETHERNET_BYTES + Headers.ARP_BYTES;
    /** The shortest Ethernet frame without its checksum; the rest is zeros. */
    private static final int PADDED_BYTES = 60;

    private final FrameLink link;
    private final MemorySegment memory;
    private final Counts counts;
    private final int mask; // of the network prefix
    private final int router;
    private final long waitingBase;
    private final int waitingBytes;
    private final byte[] state = new byte[ENTRIES];
    private final byte[] tries = new byte[ENTRIES];
    private final int[] address = new int[ENTRIES];
    private final long[] mac = new long[ENTRIES];
    private final long[] since = new long[ENTRIES]; // of a known entry: when it was confirmed
    private final long[] askedAt = new long[ENTRIES];
    private final int[] waitingFor = new int[WAITING]; // entry, or -1
    private final int[] waitingLength = new int[WAITING]; // of the packet without Ethernet header
    private int nextVictim;
    private int asked; // how many entries are asked for
    private long nextRetryNanos = NEVER;

    /**
     * Makes an empty cache.
     *
     * @param link what it sends through
     * @param prefixLength the length of the network prefix, 1 to 32
     * @param router the router's address, or 0 if there is none
     * @param waitingBase where in the window {@value #WAITING} packets of the link's greatest
     *        length may wait
     */
    public ArpCache(FrameLink link, int prefixLength, int router, long waitingBase) {
        this.link = link;
        this.memory = link.memory();
        this.counts = link.counts();
        this.mask = -1 << (32 - prefixLength);
        this.router = router;
        this.waitingBase = waitingBase;
        this.waitingBytes = link.mtu();
        Arrays.fill(waitingFor, -1);
    }

    /**
     * {@return whether an address is in this station's own network}
     *
     * @param other the address
     */
    public boolean isNear(int other) {
        return ((other ^ link.address()) & mask) == 0;
    }

    /**
     * {@return whether an address can be somebody's own: not zero, loopback, multicast, reserved,
     * nor a broadcast of this network}
     *
     * @param other the address
     */
    public boolean isUnicast(int other) {
        int first = other >>> 24;
        if (first == 0 || first == 127 || first >= 224) {
            return false;
        }
        int host = other & ~mask;
        boolean tiny = mask == -1 || mask == -2; // RFC 3021: such networks have no broadcast
        return !isNear(other) || tiny || (host != 0 && host != ~mask);
    }

    /**
     * {@return the neighbour that packets to an address go to, or 0 if there is no way to it}
     *
     * @param destination the address
     */
    public int nextHop(int destination) {
        if (!isUnicast(destination) || destination == link.address()) {
            return 0;
        }
        return isNear(destination) ? destination : router;
    }

    /**
     * Sends the IPv4 packet in a slot, or lets a copy of it wait for its neighbour's address. It
     * may be lost, as on every network. The slot is given back.
     *
     * @param slot the slot; the packet lies after the room for the Ethernet header
     * @param neighbour what {@link #nextHop} returned
     * @param packetBytes the length of the packet
     * @param nowNanos the time
     * @return whether it is gone or waits
     */
    public boolean trySend(int slot, int neighbour, int packetBytes, long nowNanos) {
        long at = link.offset(slot);
        long destination = tryResolve(neighbour, nowNanos);
        if (destination == UNKNOWN) {
            boolean waits = tryWait(neighbour, at + Headers.ETHERNET_BYTES, packetBytes);
            link.release(slot);
            return waits;
        }
        link.putEthernet(at, destination, Headers.TYPE_IPV4);
        return link.tryCommit(slot, Headers.ETHERNET_BYTES + packetBytes, 0, 0);
    }

    /**
     * {@return the Ethernet address of a neighbour, or {@link #UNKNOWN}, and then it is asked for}
     *
     * @param neighbour the address
     * @param nowNanos the time
     */
    public long tryResolve(int neighbour, long nowNanos) {
        int entry = find(neighbour);
        if (entry < 0) {
            entry = claim(neighbour);
        } else if (state[entry] == KNOWN) {
            long age = nowNanos - since[entry];
            if (age < FRESH_NANOS) {
                return mac[entry];
            }
            if (age < FRESH_NANOS + STALE_NANOS) {
                if (nowNanos - askedAt[entry] >= RETRY_NANOS) {
                    askedAt[entry] = nowNanos;
                    ask(neighbour, mac[entry]);
                }
                return mac[entry];
            }
        } else {
            return UNKNOWN;
        }
        begin(entry, nowNanos);
        return UNKNOWN;
    }

    private void begin(int entry, long nowNanos) {
        state[entry] = ASKED;
        tries[entry] = 1;
        askedAt[entry] = nowNanos;
        asked++;
        nextRetryNanos = Math.min(nextRetryNanos, nowNanos + RETRY_NANOS);
        ask(address[entry], BROADCAST);
    }

    private boolean tryWait(int neighbour, long packetOffset, int packetBytes) {
        int entry = find(neighbour);
        int place = -1;
        for (int i = 0; i < WAITING; i++) {
            if (waitingFor[i] == entry) {
                place = i;
                break;
            }
            place = waitingFor[i] < 0 ? i : place;
        }
        if (entry < 0 || place < 0 || packetBytes > waitingBytes) {
            return false;
        }
        MemorySegment.copy(memory, packetOffset, memory, waitingPlace(place), packetBytes);
        waitingFor[place] = entry;
        waitingLength[place] = packetBytes;
        return true;
    }

    private long waitingPlace(int index) {
        return waitingBase + (long) index * waitingBytes;
    }

    /**
     * Takes an ARP packet that arrived.
     *
     * @param at where it begins, after the Ethernet header
     * @param lengthBytes how many bytes the frame has from there
     * @param nowNanos the time
     */
    public void receive(long at, int lengthBytes, long nowNanos) {
        if (lengthBytes < Headers.ARP_BYTES || Bytes.i32(memory, at) != Headers.ARP_KINDS
                || Bytes.u16(memory, at + 4) != Headers.ARP_LENGTHS) {
            counts.malformed++;
            return;
        }
        int operation = Bytes.u16(memory, at + 6);
        long senderMac = Bytes.mac(memory, at + 8);
        int sender = Bytes.i32(memory, at + 14);
        boolean forUs = Bytes.i32(memory, at + 24) == link.address();
        boolean request = operation == Headers.ARP_REQUEST;
        boolean group = (senderMac >>> 40 & 1) != 0;
        if (group || senderMac == 0 || sender == link.address()
                || (!request && operation != Headers.ARP_REPLY)) {
            counts.notForUs++;
            return;
        }
        if (sender != 0 && isNear(sender) && isUnicast(sender)) {
            learn(sender, senderMac, forUs && request, nowNanos);
        }
        if (forUs && request) {
            send(Headers.ARP_REPLY, senderMac, senderMac, sender);
        }
    }

    private void learn(int sender, long senderMac, boolean create, long nowNanos) {
        int entry = find(sender);
        if (entry < 0) {
            if (!create) {
                return;
            }
            entry = claim(sender);
        }
        if (state[entry] == ASKED) {
            asked--;
        }
        state[entry] = KNOWN;
        mac[entry] = senderMac;
        since[entry] = nowNanos;
        sendWaiting(entry);
    }

    private void sendWaiting(int entry) {
        for (int i = 0; i < WAITING; i++) {
            if (waitingFor[i] != entry) {
                continue;
            }
            waitingFor[i] = -1;
            int slot = link.tryReserve();
            if (slot < 0) {
                return; // a datagram may be lost
            }
            long at = link.offset(slot);
            link.putEthernet(at, mac[entry], Headers.TYPE_IPV4);
            link.tryCommit(slot, Headers.ETHERNET_BYTES, waitingPlace(i), waitingLength[i]);
        }
    }

    /** {@return when {@link #expire} must be called at the latest; the greatest number if never} */
    public long nextDeadlineNanos() {
        return nextRetryNanos;
    }

    /**
     * Asks again, or gives up.
     *
     * @param nowNanos the time
     */
    public void expire(long nowNanos) {
        if (nowNanos < nextRetryNanos) {
            return;
        }
        nextRetryNanos = NEVER;
        for (int entry = 0; entry < ENTRIES && asked > 0; entry++) {
            if (state[entry] != ASKED) {
                continue;
            }
            if (nowNanos - askedAt[entry] >= RETRY_NANOS) {
                if (tries[entry] == TRIES) {
                    counts.arpFailures++;
                    release(entry);
                    continue;
                }
                tries[entry]++;
                askedAt[entry] = nowNanos;
                ask(address[entry], BROADCAST);
            }
            nextRetryNanos = Math.min(nextRetryNanos, askedAt[entry] + RETRY_NANOS);
        }
    }

    /** Tells the neighbours this station's address, so that they forget an older one. */
    public void announce() {
        send(Headers.ARP_REQUEST, BROADCAST, 0, link.address());
    }

    private int row(int neighbour) {
        return (((neighbour * 0x9e37_79b1) >>> 26) * WAYS) % ENTRIES;
    }

    private int find(int neighbour) {
        int row = row(neighbour);
        for (int i = row; i < row + WAYS; i++) {
            if (address[i] == neighbour && state[i] != FREE) {
                return i;
            }
        }
        return -1;
    }

    private int claim(int neighbour) {
        int row = row(neighbour);
        int entry = -1;
        for (int i = row; i < row + WAYS; i++) {
            if (state[i] == FREE) {
                entry = i;
                break;
            }
        }
        if (entry < 0) {
            entry = row + (nextVictim++ & (WAYS - 1));
            release(entry);
        }
        address[entry] = neighbour;
        return entry;
    }

    private void release(int entry) {
        if (state[entry] == ASKED) {
            asked--;
        }
        state[entry] = FREE;
        for (int i = 0; i < WAITING; i++) {
            waitingFor[i] = waitingFor[i] == entry ? -1 : waitingFor[i];
        }
    }

    private void ask(int neighbour, long destination) {
        counts.arpRequests++;
        send(Headers.ARP_REQUEST, destination, 0, neighbour);
    }

    private void send(int operation, long destination, long targetMac, int target) {
        int slot = link.tryReserve();
        if (slot < 0) {
            return; // questions are repeated
        }
        long at = link.offset(slot);
        link.putEthernet(at, destination, Headers.TYPE_ARP);
        long arp = at + Headers.ETHERNET_BYTES;
        Bytes.put32(memory, arp, Headers.ARP_KINDS);
        Bytes.put16(memory, arp + 4, Headers.ARP_LENGTHS);
        Bytes.put16(memory, arp + 6, operation);
        Bytes.putMac(memory, arp + 8, link.mac());
        Bytes.put32(memory, arp + 14, link.address());
        Bytes.putMac(memory, arp + 18, targetMac);
        Bytes.put32(memory, arp + 24, target);
        memory.asSlice(at + FRAME_BYTES, PADDED_BYTES - FRAME_BYTES).fill((byte) 0);
        link.tryCommit(slot, PADDED_BYTES, 0, 0);
    }
}
