// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.net.Ipv4Address;
import java.lang.foreign.MemorySegment;

/**
 * A TCP connection.
 *
 * <p><b>Receiving.</b> Bytes that arrived in order lie in memory of the stack's window: {@link
 * #inputOffset} and {@link #inputLength} tell where the oldest of them are, without a copy; {@link
 * #consume} gives them back and opens the window to the peer. The place is good until the entry of
 * {@link TcpHandler} returns in which it was asked for, or until {@code consume}; bytes that are
 * left are somewhere else the next time.
 *
 * <p><b>Sending.</b> {@link #trySend} copies bytes into the connection's own buffer. {@link
 * #trySendPages} sends bytes from where they lie in the stack's window, also when they have to be
 * sent again: they must stay there unchanged until {@link TcpHandler#onSent}. Nothing leaves before
 * {@link NetStack#flush}, so that what was handed in piece by piece leaves in full segments.
 *
 * <p><b>Thread-safety.</b> The stack's thread only. <b>Cost.</b> No allocation.
 */
public interface TcpConnection {
    /** {@return how many bytes have arrived in order and were not consumed} */
    int available();

    /** {@return where in the window the oldest of them lies} */
    long inputOffset();

    /** {@return how many bytes lie there in one piece; 0 only if none is available} */
    int inputLength();

    /**
     * Copies the oldest bytes without consuming them.
     *
     * @param target where to
     * @param targetOffset where in it
     * @param maxBytes how many at most
     * @return how many were copied
     */
    int peek(MemorySegment target, long targetOffset, int maxBytes);

    /**
     * Gives the oldest bytes back to the stack.
     *
     * @param byteCount how many, at most {@link #available}
     * @throws IndexOutOfBoundsException if fewer are available; no effect
     */
    void consume(int byteCount);

    /** {@return whether the peer has sent its last byte, and it has arrived} */
    boolean isInputShut();

    /**
     * Queues a copy of bytes to be sent.
     *
     * @param source where they lie
     * @param sourceOffset where in it
     * @param byteCount how many
     * @return how many were taken; fewer than asked for, down to 0, if the buffer is full, and then
     *         {@link TcpHandler#onWritable} follows; 0, and nothing follows, after {@link
     *         #shutOutput} or the end of the connection
     */
    int trySend(MemorySegment source, long sourceOffset, int byteCount);

    /**
     * Queues bytes of the stack's window to be sent from where they lie.
     *
     * @param windowOffset where in the window
     * @param byteCount how many, at least 1
     * @param tag what {@link TcpHandler#onSent} shall say
     * @return 0, or the refusal of {@link exo.api.ErrorCode#BUSY} if too many pieces are queued,
     *         and then {@link TcpHandler#onWritable} follows; the same refusal, and nothing
     *         follows, after {@link #shutOutput} or the end of the connection
     * @throws IndexOutOfBoundsException if the window has no such bytes; no effect
     */
    int trySendPages(long windowOffset, int byteCount, long tag);

    /** {@return how many bytes are queued or sent and not acknowledged} */
    long unacknowledged();

    /** Sends FIN after everything that is queued. Idempotent; nothing can be queued afterwards. */
    void shutOutput();

    /** {@return whether {@link #shutOutput} was called} */
    boolean isOutputShut();

    /**
     * Resets the connection: what is queued is dropped, the peer gets RST. {@link
     * TcpHandler#onClosed} follows, not inside this call.
     */
    void abort();

    /** {@return whether the connection is established or still sends or receives} */
    boolean isOpen();

    /** {@return the peer's address} */
    Ipv4Address remoteAddress();

    /** {@return the peer's port} */
    int remotePort();

    /** {@return this side's port} */
    int localPort();

    /**
     * {@return the object the user attached, or null}
     */
    Object attachment();

    /**
     * Attaches an object of the user; it is forgotten when the connection is over.
     *
     * @param object the object
     */
    void attach(Object object);
}
