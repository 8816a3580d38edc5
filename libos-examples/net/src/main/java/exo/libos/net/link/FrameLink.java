// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.link;

import exo.api.ErrorCode;
import exo.api.net.PacketBinding;
import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;

/**
 * The sending side of a packet binding: slots, Ethernet and IPv4 headers.
 *
 * <p>A frame is sent by {@link #tryReserve}, {@link #putEthernet}, building the rest, and {@link
 * #tryCommit}. When the device has no room, the slot is kept for the next frame, and the caller
 * builds its frame again later: nothing is queued here, so nothing is lost here.
 *
 * <p><b>Thread-safety.</b> The thread of the binding. <b>Cost.</b> No allocation.
 */
public final class FrameLink {
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    /** A frame is built at a time, and an ARP question inside it. */
    private static final int HELD_SLOTS = 4;
    private static final int TIME_TO_LIVE = 64;
    private static final int VERSION_AND_LENGTH = 0x4500;

    private final PacketBinding binding;
    private final MemorySegment memory;
    private final Counts counts;
    private final long mac;
    private final int address;
    private final int mtu;
    private final int maxUncut;
    private final int[] held = new int[HELD_SLOTS]; // reserved, and not used in the end
    private int heldCount;
    private boolean unflushed;
    private boolean blocked;
    private boolean down;

    /**
     * Sends through a binding.
     *
     * @param binding the binding
     * @param memory the window it lies on
     * @param counts where to count
     */
    public FrameLink(PacketBinding binding, MemorySegment memory, Counts counts) {
        this.binding = binding;
        this.memory = memory;
        this.counts = counts;
        this.mac = binding.station().mac().bits();
        this.address = binding.station().ipv4().bits();
        this.mtu = binding.station().mtu();
        this.maxUncut = binding.station().maxUncutBytes();
    }

    /** {@return the window} */
    public MemorySegment memory() {
        return memory;
    }

    /** {@return this side's Ethernet address} */
    public long mac() {
        return mac;
    }

    /** {@return this side's IPv4 address} */
    public int address() {
        return address;
    }

    /** {@return the largest IPv4 packet in bytes} */
    public int mtu() {
        return mtu;
    }

    /** {@return the largest IPv4 packet in bytes for {@link #tryCommitUncut}} */
    public int maxUncut() {
        return maxUncut;
    }

    /** {@return whether the binding has ended, so that nothing can be sent any more} */
    public boolean isDown() {
        return down;
    }

    /** {@return whether a frame found no room since the last {@link #unblock}} */
    public boolean isBlocked() {
        return blocked;
    }

    /** {@return where this link counts} */
    public Counts counts() {
        return counts;
    }

    /** {@return a slot for a frame, or a refusal} */
    public int tryReserve() {
        if (down) {
            return REVOKED;
        }
        if (heldCount > 0) {
            return held[--heldCount];
        }
        int slot = binding.tryReserve();
        if (slot == BUSY) {
            binding.txFlush();
            slot = binding.tryReserve();
            blocked |= slot == BUSY;
        }
        return slot;
    }

    /**
     * Gives a slot back without sending.
     *
     * @param slot a reserved slot
     */
    public void release(int slot) {
        held[heldCount++] = slot;
    }

    /**
     * {@return where in the window a slot begins}
     *
     * @param slot a reserved slot
     */
    public long offset(int slot) {
        return binding.txOffset(slot);
    }

    /**
     * Writes an Ethernet header.
     *
     * @param at where the frame begins
     * @param destination the Ethernet address of the receiver
     * @param type the Ethernet type
     */
    public void putEthernet(long at, long destination, int type) {
        Bytes.putMac(memory, at, destination);
        Bytes.putMac(memory, at + Headers.ETHERNET_SOURCE, mac);
        Bytes.put16(memory, at + Headers.ETHERNET_TYPE, type);
    }

    /**
     * Writes an IPv4 header without options. Its identification is zero, since the packet is never
     * split (RFC 6864, section 4.1).
     *
     * @param at where the packet begins
     * @param totalBytes its length
     * @param protocol the protocol in it
     * @param destination the address of the receiver
     */
    public void putIpv4(long at, int totalBytes, int protocol, int destination) {
        Bytes.put16(memory, at, VERSION_AND_LENGTH);
        Bytes.put16(memory, at + 2, totalBytes);
        Bytes.put32(memory, at + 4, Headers.DONT_FRAGMENT);
        Bytes.put16(memory, at + 8, TIME_TO_LIVE << 8 | protocol);
        Bytes.put32(memory, at + 12, address);
        Bytes.put32(memory, at + 16, destination);
        long sum = (long) VERSION_AND_LENGTH + totalBytes + Headers.DONT_FRAGMENT
                + (TIME_TO_LIVE << 8 | protocol);
        sum += (address & 0xffff_ffffL) + (destination & 0xffff_ffffL);
        Bytes.put16(memory, at + 10, Checksum.of(sum));
    }

    /**
     * Sends the frame in a slot.
     *
     * @param slot the slot
     * @param headBytes how many bytes of the frame lie in the slot
     * @param payloadOffset where in the window the rest lies
     * @param payloadBytes how many bytes the rest has
     * @return whether the frame is gone, also if the kernel refused it for ever; otherwise it has
     *         to be built again
     */
    public boolean tryCommit(int slot, int headBytes, long payloadOffset, int payloadBytes) {
        int refusal = binding.tryCommit(slot, headBytes, payloadOffset, payloadBytes);
        if (refusal == BUSY) {
            binding.txFlush();
            refusal = binding.tryCommit(slot, headBytes, payloadOffset, payloadBytes);
        }
        return isGone(slot, refusal);
    }

    /**
     * Sends the TCP segment in a slot, which the device cuts into frames.
     *
     * @param slot the slot
     * @param headBytes how many bytes of the segment lie in the slot
     * @param payloadOffset where in the window the rest lies
     * @param payloadBytes how many bytes the rest has
     * @param segmentBytes the most data of a frame
     * @return as {@link #tryCommit}
     */
    public boolean tryCommitUncut(int slot, int headBytes, long payloadOffset, int payloadBytes,
            int segmentBytes) {
        int refusal = binding.tryCommitUncut(slot, headBytes, payloadOffset, payloadBytes,
                segmentBytes);
        return isGone(slot, refusal);
    }

    private boolean isGone(int slot, int refusal) {
        if (refusal == BUSY) {
            held[heldCount++] = slot;
            blocked = true;
            return false;
        }
        if (refusal == 0) {
            counts.framesSent++;
            unflushed = true;
        } else {
            counts.framesRefused++;
            down |= refusal == REVOKED;
        }
        return true;
    }

    /** Forgets that a frame found no room, since another attempt begins. */
    public void unblock() {
        blocked = false;
    }

    /** Lets the device send what was committed. */
    public void flush() {
        if (unflushed) {
            unflushed = false;
            binding.txFlush();
        }
    }
}
