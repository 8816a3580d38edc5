// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/**
 * What a stack tells the user of a TCP connection. Called on the stack's thread, inside {@link
 * NetStack#receive} and {@link NetStack#expireTimers} only; the entries may call any method of the
 * connection and of the stack except these two.
 */
public interface TcpHandler {
    /**
     * The connection is established.
     *
     * @param connection the connection
     */
    default void onConnected(TcpConnection connection) {}

    /**
     * Bytes have arrived in order, or the peer has sent its last one ({@link
     * TcpConnection#isInputShut}).
     *
     * @param connection the connection
     */
    default void onReceive(TcpConnection connection) {}

    /**
     * A piece handed in by {@link TcpConnection#trySendPages} was acknowledged whole, or the
     * connection is over: its memory is the user's again. Told exactly once for each piece that was
     * taken, in the order they were handed in, and before {@link #onClosed}.
     *
     * @param connection the connection
     * @param tag the tag of the piece
     */
    default void onSent(TcpConnection connection, long tag) {}

    /**
     * There is room to send again after a refusal.
     *
     * @param connection the connection
     */
    default void onWritable(TcpConnection connection) {}

    /**
     * The connection is over; nothing is called for it any more, and its object may be used for
     * another connection later.
     *
     * @param connection the connection
     * @param reason why
     */
    default void onClosed(TcpConnection connection, CloseReason reason) {}
}
