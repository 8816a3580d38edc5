// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * A packet socket on an interface of the host: whole Ethernet frames, in and out.
 *
 * <p><b>Receiving</b> is by a ring of slots shared with the host, in its second version, which
 * hands each frame over when it arrives; the third one waits until a block is full, or for a
 * millisecond. A slot holds a frame of the interface. Frames that hosts have not cut yet are
 * longer; the host keeps these on a queue beside the ring, marks their slots, and they are fetched
 * by a call each. <pre>
 *   host: status 0 --(fills the slot, then sets status with release)--> status USER
 *   here: status USER (acquire) --(frame read, then set with release)--> status 0
 * </pre> Frames that the host itself sends by the interface are not seen, nor those of a VLAN.
 *
 * <p><b>Sending</b> is from a staging area of slots by {@code sendmmsg}, which copies: when it
 * returns, the slots can be used again. A ring for sending would call a slot free while a receiver
 * on this host still refers to its bytes. It goes by a descriptor of its own, which receives
 * nothing: before each frame lies a header that can ask the host to cut a long TCP segment, and one
 * descriptor would put such headers before the frames received too.
 *
 * <p><b>Thread-safety.</b> One thread receives, one at a time sends. {@link #close} when neither
 * does any more; the rest any thread.
 *
 * @see "packet(7); Documentation/networking/packet_mmap.rst"
 */
public final class PacketSocket implements AutoCloseable {
    /** How many frames the staging area for sending holds. */
    public static final int TX_SLOTS = 256;

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_DETACH_FILTER = 27;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_COPY_THRESH = 7;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_MR_PROMISC = 1;
    private static final int TPACKET_V2 = 1;
    private static final int TP_STATUS_USER = 1;
    private static final int TP_STATUS_COPY = 2;
    private static final int TP_STATUS_CSUMNOTREADY = 8;
    private static final int TP_STATUS_VLAN_VALID = 0x10;
    private static final int VLAN_ID_MASK = 0xfff;
    private static final int MSG_DONTWAIT = 0x40;
    private static final byte NEEDS_CHECKSUM = 1;
    private static final byte CUT_TCP_IPV4 = 1;
    private static final int CHECKSUM_IN_TCP = 16;

    private static final int ETHERNET_HEADER_BYTES = 14;
    /** What the host puts before a frame in its slot: its header, an address, alignment. */
    private static final int SLOT_HEADER_BYTES = 96;
    private static final int LEAST_SLOT_BYTES = 2048;
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int RING_BYTES = 1 << 23;
    private static final int LONG_FRAME_BYTES = 1 << 17;
    private static final int BUFFER_BYTES = 1 << 22;
    private static final int PAGE_BYTES = 1 << 16; // of the largest kind
    /** Where the frame begins in a staging slot; the header for the host lies before it. */
    private static final int FRAME_IN_SLOT = 16;
    private static final int HEADER_IN_SLOT = FRAME_IN_SLOT - Struct.SendHeader.BYTES;
    private static final int VECTORS_BYTES = 2 * Struct.Vector.BYTES; // a frame may have a rest
    private static final String NO_MEMORY = "free memory on the host, or use fewer devices";

    private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle();
    private static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT
            .withOrder(ByteOrder.BIG_ENDIAN);

    private final int fd;
    private final int sendFd;
    private final NetInterface on;
    private final int slotBytes;
    private final int rxSlots;
    private final Mapping ringMapping;
    private final Mapping ownMapping;
    private final MemorySegment ring;
    private final MemorySegment own; // staging slots, then messages, vectors, and one long frame
    private final long messages;
    private final long vectors;
    private final long longFrame;
    private int nextSlot; // receiving thread only, as the four below
    private MemorySegment frameMemory;
    private long frameOffset;
    private boolean checksumMissing;
    private final LongAdder skipped = new LongAdder();
    private long dropped; // guarded by this
    private boolean closed; // guarded by this

    private PacketSocket(int fd, int sendFd, NetInterface on, int slotBytes,
            Mapping ringMapping) {
        this.fd = fd;
        this.sendFd = sendFd;
        this.on = on;
        this.slotBytes = slotBytes;
        this.rxSlots = RING_BYTES / slotBytes;
        this.ringMapping = ringMapping;
        this.ring = ringMapping.segment();
        this.frameMemory = ring;
        this.messages = (long) TX_SLOTS * slotBytes;
        this.vectors = messages + (long) TX_SLOTS * Struct.Message.BYTES;
        this.longFrame = vectors + (long) TX_SLOTS * VECTORS_BYTES;
        long bytes = longFrame + LONG_FRAME_BYTES;
        this.ownMapping = Mapping.reserve((bytes + PAGE_BYTES - 1) & -PAGE_BYTES);
        this.own = ownMapping.segment();
        for (int i = 0; i < TX_SLOTS; i++) {
            long message = messages + (long) i * Struct.Message.BYTES;
            long vector = vectors + (long) i * VECTORS_BYTES;
            own.set(ValueLayout.JAVA_LONG, message + Struct.Message.VECTORS,
                    ownMapping.address() + vector);
            own.set(ValueLayout.JAVA_LONG, message + Struct.Message.VECTOR_COUNT, 1);
            own.set(ValueLayout.JAVA_LONG, vector + Struct.Vector.BASE,
                    ownMapping.address() + txOffset(i) - Struct.SendHeader.BYTES);
        }
    }

    /**
     * Opens a socket on an interface, which is promiscuous as long as the socket is open. It
     * receives nothing until {@link #admit}.
     *
     * @param on the interface
     * @return the socket
     * @throws HostException if the host refuses it
     */
    public static PacketSocket open(NetInterface on) {
        int fd = openDescriptor();
        int sendFd = -1;
        PacketSocket made;
        try {
            sendFd = openDescriptor();
            made = withRing(fd, sendFd, on);
        } catch (HostException e) {
            Descriptor.close(fd);
            if (sendFd >= 0) {
                Descriptor.close(sendFd);
            }
            throw e;
        }
        try {
            setNumber(sendFd, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
            setBuffer(sendFd, SO_SNDBUFFORCE, SO_SNDBUF);
            setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
            made.admit(new long[0]);
            made.bind();
            return made;
        } catch (HostException e) {
            made.close();
            throw e;
        }
    }

    private static int openDescriptor() {
        // No protocol yet: nothing arrives before all is set.
        return (int) Descriptor.check(
                Syscall.call(SyscallNumber.SOCKET, AF_PACKET, SOCK_RAW | Descriptor.O_CLOEXEC, 0),
                "socket(AF_PACKET, SOCK_RAW)",
                "run as root, or give the service ambient CAP_NET_RAW");
    }

    private static PacketSocket withRing(int fd, int sendFd, NetInterface on) {
        int slotBytes = slotBytes(on.mtu());
        setUpRing(fd, slotBytes);
        Mapping ring = Mapping.ofShared(fd, RING_BYTES, 0);
        try {
            return new PacketSocket(fd, sendFd, on, slotBytes, ring);
        } catch (HostException e) {
            ring.close();
            throw e;
        }
    }

    private static int slotBytes(int mtu) {
        int least = Math.max(LEAST_SLOT_BYTES,
                mtu + ETHERNET_HEADER_BYTES + SLOT_HEADER_BYTES);
        return Integer.highestOneBit(least - 1) << 1;
    }

    private static void setUpRing(int fd, int slotBytes) {
        setNumber(fd, PACKET_VERSION, TPACKET_V2, "PACKET_VERSION, TPACKET_V2");
        setNumber(fd, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
        setNumber(fd, PACKET_COPY_THRESH, 1, "PACKET_COPY_THRESH");
        try (Arena arena = Arena.ofConfined()) {
            askForRing(fd, slotBytes, arena);
        }
    }

    private static void askForRing(int fd, int slotBytes, Arena arena) {
        MemorySegment request = arena.allocate(Struct.PacketRing.BYTES, 8);
        request.set(ValueLayout.JAVA_INT, Struct.PacketRing.BLOCK_BYTES, BLOCK_BYTES);
        request.set(ValueLayout.JAVA_INT, Struct.PacketRing.BLOCK_COUNT, RING_BYTES / BLOCK_BYTES);
        request.set(ValueLayout.JAVA_INT, Struct.PacketRing.FRAME_BYTES, slotBytes);
        request.set(ValueLayout.JAVA_INT, Struct.PacketRing.FRAME_COUNT, RING_BYTES / slotBytes);
        Descriptor.check(setOption(fd, SOL_PACKET, PACKET_RX_RING, request),
                "setsockopt(PACKET_RX_RING, " + RING_BYTES + " bytes)", NO_MEMORY);
    }

    private void bind() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment membership = arena.allocate(Struct.Membership.BYTES, 8);
            membership.set(ValueLayout.JAVA_INT, Struct.Membership.INTERFACE, on.index());
            membership.set(ValueLayout.JAVA_SHORT, Struct.Membership.TYPE,
                    (short) PACKET_MR_PROMISC);
            Descriptor.check(setOption(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership),
                    "setsockopt(PACKET_MR_PROMISC, " + on.name() + ")", interfaces());
            bind(sendFd, 0, arena);
            bind(fd, ETH_P_ALL, arena);
        }
    }

    private void bind(int descriptor, int protocol, Arena arena) {
        MemorySegment address = arena.allocate(Struct.LinkAddress.BYTES, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(NETWORK_SHORT, Struct.LinkAddress.PROTOCOL, (short) protocol);
        address.set(ValueLayout.JAVA_INT, Struct.LinkAddress.INTERFACE, on.index());
        Descriptor.check(Syscall.call(SyscallNumber.BIND, descriptor, address.address(),
                address.byteSize()), "bind(" + on.name() + ")", interfaces());
    }

    private static String interfaces() {
        return "name an Ethernet interface of this host, which has " + NetInterface.all();
    }

    private static void setNumber(int fd, int option, int value, String what) {
        try (Arena arena = Arena.ofConfined()) {
            Descriptor.check(setOption(fd, SOL_PACKET, option,
                    arena.allocateFrom(ValueLayout.JAVA_INT, value)), "setsockopt(" + what + ")",
                    "use Linux 5.11 or later");
        }
    }

    private static int setOption(int fd, int level, int option, MemorySegment value) {
        return (int) Syscall.call(SyscallNumber.SETSOCKOPT, fd, level, option, value.address(),
                value.byteSize(), 0);
    }

    /** Asks for a large buffer: beyond the limit of the host, or else up to it. */
    private static void setBuffer(int fd, int force, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, BUFFER_BYTES);
            if (setOption(fd, SOL_SOCKET, force, value) < 0) {
                setOption(fd, SOL_SOCKET, option, value); // the default does too, only slower
            }
        }
    }

    /** {@return the interface, as it was when the socket was opened} */
    public NetInterface on() {
        return on;
    }

    /** {@return how many frames the receive ring holds} */
    public int rxSlots() {
        return rxSlots;
    }

    /** {@return its descriptor, for a poller: readable if a frame is there} */
    public int fd() {
        return fd;
    }

    /**
     * Has the host pass the frames to some addresses and those to groups, and nothing else; in one
     * step. If the host has no room for such a filter, it passes all.
     *
     * @param macs the addresses, of 48 bits each, first octet highest; with none, nothing is passed
     * @return whether the host filters
     */
    public synchronized boolean admit(long[] macs) {
        if (closed) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            if (macs.length <= MacFilter.MAX_ADDRESSES && setOption(fd, SOL_SOCKET,
                    SO_ATTACH_FILTER, MacFilter.program(arena, macs)) >= 0) {
                return true;
            }
            setOption(fd, SOL_SOCKET, SO_DETACH_FILTER, arena.allocate(Integer.BYTES, 4));
            return false;
        }
    }

    // ---- receive

    /**
     * Takes the oldest frame that has arrived. It stays until {@link #release}, which comes before
     * the next is taken. hot: guarded by the packet benchmarks.
     *
     * @return its length in bytes, or 0 if there is none
     */
    public int tryReceive() {
        for (int looked = 0; looked < rxSlots; looked++) {
            long slot = (long) nextSlot * slotBytes;
            int status = (int) STATUS.getAcquire(ring, slot + Struct.PacketHeader.STATUS);
            if ((status & TP_STATUS_USER) == 0) {
                return 0;
            }
            int length = take(slot, status);
            if (length > 0) {
                return length;
            }
            skipped.increment();
            release();
        }
        return 0;
    }

    private int take(long slot, int status) {
        int length = ring.get(ValueLayout.JAVA_INT, slot + Struct.PacketHeader.LENGTH);
        if ((status & TP_STATUS_COPY) != 0) {
            length = fetchLong();
            if (length < 0) {
                // An error that the host had noted came first; the frame must not stay behind, or
                // the next slot marked would get it.
                length = fetchLong();
            }
            frameMemory = own;
            frameOffset = longFrame;
        } else if (ring.get(ValueLayout.JAVA_INT, slot + Struct.PacketHeader.STORED) < length) {
            return 0; // the queue for long frames was full
        } else {
            frameMemory = ring;
            frameOffset = slot
                    + (ring.get(ValueLayout.JAVA_SHORT, slot + Struct.PacketHeader.MAC) & 0xffff);
        }
        boolean tagged = (status & TP_STATUS_VLAN_VALID) != 0 && (VLAN_ID_MASK
                & ring.get(ValueLayout.JAVA_SHORT, slot + Struct.PacketHeader.VLAN)) != 0;
        checksumMissing = (status & TP_STATUS_CSUMNOTREADY) != 0;
        return tagged ? 0 : length;
    }

    private int fetchLong() {
        return (int) Syscall.call(SyscallNumber.RECVFROM, fd, ownMapping.address() + longFrame,
                LONG_FRAME_BYTES, MSG_DONTWAIT, 0, 0);
    }

    /** {@return memory in which the frame taken last lies; it may be changed} */
    public MemorySegment rxMemory() {
        return frameMemory;
    }

    /** {@return where in {@link #rxMemory} it begins} */
    public long rxOffset() {
        return frameOffset;
    }

    /** {@return whether its sender on this host left the transport checksum to be filled in} */
    public boolean checksumMissing() {
        return checksumMissing;
    }

    /** Gives the frame taken last back. hot: guarded by the packet benchmarks. */
    public void release() {
        STATUS.setRelease(ring, (long) nextSlot * slotBytes + Struct.PacketHeader.STATUS, 0);
        nextSlot = nextSlot + 1 == rxSlots ? 0 : nextSlot + 1;
    }

    // ---- send

    /** {@return the staging area} */
    public MemorySegment txMemory() {
        return own;
    }

    /**
     * {@return where in {@link #txMemory} a slot begins}
     *
     * @param slot which, 0 to {@code TX_SLOTS - 1}
     */
    public long txOffset(int slot) {
        return (long) slot * slotBytes + FRAME_IN_SLOT;
    }

    /**
     * States the length of the frame in a slot. hot: no allocation.
     *
     * @param slot which
     * @param lengthBytes its length
     */
    public void txLength(int slot, int lengthBytes) {
        long header = (long) slot * slotBytes + HEADER_IN_SLOT;
        own.set(ValueLayout.JAVA_SHORT, header, (short) 0);
        own.set(ValueLayout.JAVA_LONG, header + Struct.SendHeader.HEAD_BYTES, 0);
        own.set(ValueLayout.JAVA_LONG, vector(slot) + Struct.Vector.LENGTH,
                lengthBytes + (long) Struct.SendHeader.BYTES);
        own.set(ValueLayout.JAVA_LONG, message(slot) + Struct.Message.VECTOR_COUNT, 1);
    }

    private long message(int slot) {
        return messages + (long) slot * Struct.Message.BYTES;
    }

    private long vector(int slot) {
        return vectors + (long) slot * VECTORS_BYTES;
    }

    /**
     * Appends bytes that lie elsewhere to the frame in a slot; after {@link #txLength}, which takes
     * that back. They are read when the frame is sent; where there is no memory then, the host
     * refuses the frame with {@link Errno#EFAULT}. hot: no allocation.
     *
     * @param slot which
     * @param memory where they lie: memory outside of the heap
     * @param at where in it
     * @param byteCount how many
     */
    public void txRest(int slot, MemorySegment memory, long at, int byteCount) {
        long second = vector(slot) + Struct.Vector.BYTES;
        Objects.checkFromIndexSize(at, byteCount, memory.byteSize());
        own.set(ValueLayout.JAVA_LONG, second + Struct.Vector.BASE, memory.address() + at);
        own.set(ValueLayout.JAVA_LONG, second + Struct.Vector.LENGTH, byteCount);
        own.set(ValueLayout.JAVA_LONG, message(slot) + Struct.Message.VECTOR_COUNT, 2);
    }

    /**
     * Has the host fill in the TCP checksum of the frame in a slot, and cut it if it is longer;
     * after {@link #txLength}, which takes that back. The checksum field holds the sum of the
     * pseudo header. hot: no allocation.
     *
     * @param slot which
     * @param tcpAt where in the frame the TCP header begins
     * @param headerBytes how long all headers are
     * @param cutBytes the most data of a frame; 0 if it shall not be cut
     */
    public void txSegment(int slot, int tcpAt, int headerBytes, int cutBytes) {
        long header = (long) slot * slotBytes + HEADER_IN_SLOT;
        own.set(ValueLayout.JAVA_BYTE, header + Struct.SendHeader.FLAGS, NEEDS_CHECKSUM);
        own.set(ValueLayout.JAVA_BYTE, header + Struct.SendHeader.CUT_TYPE,
                cutBytes > 0 ? CUT_TCP_IPV4 : 0);
        own.set(ValueLayout.JAVA_SHORT, header + Struct.SendHeader.HEAD_BYTES,
                (short) headerBytes);
        own.set(ValueLayout.JAVA_SHORT, header + Struct.SendHeader.CUT_BYTES, (short) cutBytes);
        own.set(ValueLayout.JAVA_SHORT, header + Struct.SendHeader.SUM_START, (short) tcpAt);
        own.set(ValueLayout.JAVA_SHORT, header + Struct.SendHeader.SUM_OFFSET,
                (short) CHECKSUM_IN_TCP);
    }

    /**
     * Sends the frames in some slots, without waiting. hot: one host call.
     *
     * @param firstSlot the first of them
     * @param count how many, at least 1
     * @return how many were sent, from the first on; or the negated error number of the first
     */
    public int trySend(int firstSlot, int count) {
        return (int) Syscall.call(SyscallNumber.SENDMMSG, sendFd,
                ownMapping.address() + message(firstSlot), count, MSG_DONTWAIT);
    }

    // ---- faults and the end

    /**
     * {@return the error that the host has noted since the last call, and notes no longer; 0 if
     * none} As long as one is noted, a poller does not wait: {@link Errno#ENETDOWN} when the
     * interface goes down or away.
     */
    public int takeError() {
        return getOption(SOL_SOCKET, SO_ERROR, Integer.BYTES, 0);
    }

    /** {@return how many frames found the ring full} */
    public synchronized long dropped() {
        if (!closed) {
            // The host counts from 0 after each answer.
            dropped += Integer.toUnsignedLong(getOption(SOL_PACKET, PACKET_STATISTICS,
                    Struct.PacketStatistics.BYTES, Struct.PacketStatistics.DROPPED));
        }
        return dropped;
    }

    /** {@return how many frames were skipped: of a VLAN, or too long for all queues} */
    public long skipped() {
        return skipped.sum();
    }

    private int getOption(int level, int option, int bytes, int offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(bytes, 8);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, bytes);
            Descriptor.check(Syscall.call(SyscallNumber.GETSOCKOPT, fd, level, option,
                    value.address(), length.address(), 0), "getsockopt(" + option + ")",
                    "use Linux 5.11 or later");
            return value.get(ValueLayout.JAVA_INT, offset);
        }
    }

    /** Ends it; the interface is as promiscuous as before. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            dropped();
            closed = true;
            ringMapping.close();
            ownMapping.close();
            Descriptor.close(fd);
            Descriptor.close(sendFd);
        }
    }
}
