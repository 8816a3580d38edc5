// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/** The states of a connection (RFC 9293, section 3.3.2); LISTEN is a property of a port here. */
enum TcpState {
    CLOSED(false, false), SYN_SENT(false, true), SYN_RECEIVED(false, true), ESTABLISHED(true,
            true),
    FIN_WAIT_1(true, false), FIN_WAIT_2(true, false), CLOSE_WAIT(true,
            true),
    CLOSING(true, false), LAST_ACK(true, false), TIME_WAIT(false, false);

    private final boolean open;
    private final boolean queues;

    TcpState(boolean open, boolean queues) {
        this.open = open;
        this.queues = queues;
    }

    /** {@return whether the handshake is done and something remains to be sent or received} */
    boolean isOpen() {
        return open;
    }

    /** {@return whether the user may queue bytes} */
    boolean mayQueue() {
        return queues;
    }

    /** {@return whether the peer's bytes are still taken} */
    boolean mayReceive() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
