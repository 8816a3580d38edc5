// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

/**
 * A filter bound to a station, with a receive ring and a transmit ring in pages of the environment.
 *
 * <p><b>Receive: borrow and release.</b> The frames that have arrived are numbered from 0, oldest
 * first. They stay where they are until {@link #rxRelease}, and can be read, and even overwritten,
 * in place.
 *
 * <p><b>Transmit: reserve and commit.</b> {@link #tryReserve} gives a slot, the libOS builds a
 * frame in it, {@link #tryCommit(int, int)} sends it. The second form appends bytes from anywhere
 * in the window, so that what lies in a page is sent from that page. The kernel takes the bytes at
 * the commit and checks what it took; the libOS may change them afterwards. {@link #txFlush} tells
 * the device that a batch is complete. Where the device cuts ({@link Station#maxUncutBytes}),
 * {@link #tryCommitUncut} sends many frames' worth of TCP data at the price of one.
 *
 * <p><b>Loss.</b> As on every Ethernet, frames may be dropped: at a full receive ring, or by the
 * device. {@link #counters} tells how many.
 *
 * <p><b>Ownership and lifetime.</b> It belongs to the thread that bound it. It closes with {@link
 * #close()}, with the revocation of its station, and with the environment; after that nothing
 * arrives, and commits are refused with {@link exo.api.ErrorCode#REVOKED}.
 *
 * <p><b>Cost.</b> No allocation. Receiving: no host call. Committing: one copy of the frame into
 * the device; {@code txFlush}: at most one host call.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 30-31: packet filters, and the lack of a sender check"
 */
public interface PacketBinding extends AutoCloseable {
    /** The least size of the pieces into which {@link #tryCommitUncut} has segments cut. */
    int LEAST_SEGMENT_BYTES = 512;

    /** {@return the station} */
    Station station();

    /** {@return how many received frames can be borrowed now} */
    int rxAvailable();

    /**
     * {@return where in the window a received frame begins, with its Ethernet header}
     *
     * @param index which frame, from 0 to {@code rxAvailable() - 1}
     */
    long rxOffset(int index);

    /**
     * {@return the length of a received frame in bytes, without checksum}
     *
     * @param index which frame, from 0 to {@code rxAvailable() - 1}
     */
    int rxLength(int index);

    /**
     * Gives the oldest received frames back.
     *
     * @param count how many, at most {@link #rxAvailable()}
     * @throws IndexOutOfBoundsException if fewer can be given back; no effect
     */
    void rxRelease(int count);

    /**
     * Reserves a slot for a frame to be sent.
     *
     * @return the slot, or the refusal of {@link exo.api.ErrorCode#BUSY} if all slots are in use;
     *         it is worth trying again after {@link #txFlush}
     */
    int tryReserve();

    /**
     * {@return where in the window a transmit slot begins}
     *
     * @param slot a slot that {@link #tryReserve} gave
     */
    long txOffset(int slot);

    /**
     * Sends the frame in a slot, and gives the slot back.
     *
     * @param slot a slot that {@link #tryReserve} gave
     * @param lengthBytes the length of the frame, its header included, without checksum; at least
     *         14
     * @return 0, or the refusal of {@link exo.api.ErrorCode#FORGED_SOURCE} if the source address is
     *         not the station's, {@link exo.api.ErrorCode#TOO_BIG} if the frame is longer than the
     *         device takes, {@link exo.api.ErrorCode#OUT_OF_RANGE} if it is shorter than a header
     *         or the slot is not reserved, {@link exo.api.ErrorCode#BUSY} if the device has no
     *         room, {@link exo.api.ErrorCode#INSUFFICIENT} if the station may not send, {@link
     *         exo.api.ErrorCode#REVOKED}; nothing is sent then, and the slot stays reserved after
     *         {@code BUSY} only
     */
    int tryCommit(int slot, int lengthBytes);

    /**
     * Sends a frame whose head lies in a slot and whose rest lies elsewhere in the window, and
     * gives the slot back.
     *
     * @param slot a slot that {@link #tryReserve} gave
     * @param headBytes how many bytes of the frame lie in the slot; all headers must be among them
     * @param payloadOffset where in the window the rest begins
     * @param payloadBytes how many bytes the rest has, 0 or more
     * @return as {@link #tryCommit(int, int)}; {@link exo.api.ErrorCode#OUT_OF_RANGE} also if the
     *         rest does not lie in the window
     */
    int tryCommit(int slot, int headBytes, long payloadOffset, int payloadBytes);

    /**
     * Sends a TCP segment over IPv4 that may be longer than a frame, and gives the slot back. It
     * arrives as frames of at most {@code segmentBytes} bytes of data each, with consecutive
     * sequence numbers, as if each had been committed alone. Whoever it goes to on this host may
     * get it in one piece.
     *
     * <p>The kernel fills in the TCP checksums, and the addresses are checked as ever. FIN and PSH
     * come with the last of the frames. It counts as one frame sent.
     *
     * <p><b>Cost.</b> At most one host call, and no copy of the bytes outside of the slot but the
     * host's.
     *
     * @param slot a slot that {@link #tryReserve} gave
     * @param headBytes how many bytes of the segment lie in the slot, from the Ethernet header on;
     *        all headers must be among them
     * @param payloadOffset where in the window the rest begins
     * @param payloadBytes how many bytes the rest has, 0 or more
     * @param segmentBytes the most data of a frame, at least {@link #LEAST_SEGMENT_BYTES}; with the
     *        headers of IPv4 and TCP, no more than {@link Station#mtu}
     * @return as {@link #tryCommit(int, int, long, int)}; {@link exo.api.ErrorCode#TOO_BIG} if the
     *         packet is longer than {@link Station#maxUncutBytes}, {@link
     *         exo.api.ErrorCode#OUT_OF_RANGE} also if it is no whole IPv4 packet with a TCP segment
     *         whose stated lengths are right, if its receiver is a group, or if {@code
     *         segmentBytes} is not in its range
     */
    int tryCommitUncut(int slot, int headBytes, long payloadOffset, int payloadBytes,
            int segmentBytes);

    /**
     * Tells the device that it shall send what was committed.
     *
     * @return how many frames were handed to the host by this call
     */
    int txFlush();

    /** {@return the counters of this binding} */
    PacketCounters counters();

    /** Closes the binding. Its pages stay with the environment. Idempotent. */
    @Override
    void close();
}
