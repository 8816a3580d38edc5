// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.ExoException;
import exo.libos.net.CloseReason;
import exo.libos.net.TcpConnection;
import exo.libos.net.TcpHandler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One connection of the gateway: a socket of the host on one side, a connection on the wire on the
 * other.
 *
 * <p>States, by what is left of each side: <pre>
 *   both open --one side ends--> half open, passed on --other ends--> over
 *        |                           |
 *        +------ reset or error -----+--> the other side is reset, over
 * </pre> The wire's side may be over while the host has not yet taken its last bytes; they wait in
 * {@code tail}.
 *
 * <p>Confined to the gateway's thread.
 */
final class GatewayLink implements TcpHandler {
    private final Gateway gateway;
    private final SocketChannel channel;
    private SelectionKey key;
    private TcpConnection connection; // null before it is made and after it is over
    private ByteBuffer unsent; // from the host, not yet taken by the wire; null if nothing
    private ByteBuffer tail; // from the wire, which is over, not yet taken by the host; or null
    private boolean inputEnded; // the host has sent its last byte
    private boolean outputEnded; // the host was given the last byte

    GatewayLink(Gateway gateway, SocketChannel channel) {
        this.gateway = gateway;
        this.channel = channel;
    }

    /** Opens the wire's side. Nothing is read from the host before that stands. */
    void connect(Selector selector) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = channel.register(selector, 0, this);
        try {
            connection = gateway.connect(this);
        } catch (ExoException e) {
            // The wire has no room; the client sees a reset, as from any server that is full.
            reset();
        }
    }

    /** Reads and writes what the host is ready for. */
    void ready() {
        try {
            if (key.isValid() && key.isReadable()) {
                pull();
            }
            if (key.isValid() && key.isWritable()) {
                push();
            }
        } catch (IOException e) {
            // The client has gone, which is its right: its server is told, nobody else.
            abort();
        }
    }

    // ---- from the host to the wire
    // ---------------------------------------------------------------

    private void pull() throws IOException {
        if (connection == null || unsent != null) {
            want(SelectionKey.OP_READ, false);
            return;
        }
        ByteBuffer buffer = gateway.scratch();
        int count = channel.read(buffer);
        if (count < 0) {
            inputEnded = true;
            want(SelectionKey.OP_READ, false);
            connection.shutOutput();
            return;
        }
        buffer.flip();
        int taken = connection.trySend(MemorySegment.ofBuffer(buffer), 0, count);
        if (taken < count) {
            buffer.position(taken);
            unsent = ByteBuffer.allocate(count - taken).put(buffer).flip();
            want(SelectionKey.OP_READ, false);
        }
    }

    @Override
    public void onWritable(TcpConnection from) {
        if (unsent == null) {
            return;
        }
        int taken = connection.trySend(MemorySegment.ofBuffer(unsent), 0, unsent.remaining());
        unsent.position(unsent.position() + taken);
        if (!unsent.hasRemaining()) {
            unsent = null;
            want(SelectionKey.OP_READ, !inputEnded);
        }
    }

    // ---- from the wire to the host
    // ---------------------------------------------------------------

    @Override
    public void onConnected(TcpConnection from) {
        want(SelectionKey.OP_READ, true);
    }

    @Override
    public void onReceive(TcpConnection from) {
        try {
            push();
        } catch (IOException e) {
            // As in ready: the client has gone.
            abort();
        }
    }

    private void push() throws IOException {
        if (tail != null) {
            pushTail();
            return;
        }
        while (connection != null && connection.inputLength() > 0) {
            ByteBuffer buffer = gateway.scratch();
            int count = connection.peek(gateway.scratchMemory(), 0, buffer.capacity());
            int written = channel.write(buffer.limit(count));
            connection.consume(written);
            if (written < count) {
                want(SelectionKey.OP_WRITE, true);
                return;
            }
        }
        want(SelectionKey.OP_WRITE, false);
        if (connection != null && connection.isInputShut()) {
            endOutput();
        }
    }

    private void pushTail() throws IOException {
        channel.write(tail);
        if (tail.hasRemaining()) {
            want(SelectionKey.OP_WRITE, true);
            return;
        }
        tail = null;
        channel.close();
    }

    private void endOutput() throws IOException {
        if (!outputEnded) {
            outputEnded = true;
            channel.shutdownOutput();
        }
    }

    // ---- the end
    // ---------------------------------------------------------------------------------

    @Override
    public void onClosed(TcpConnection from, CloseReason reason) {
        int left = reason == CloseReason.FINISHED ? connection.available() : 0;
        if (left > 0) {
            tail = ByteBuffer.allocate(left);
            connection.peek(MemorySegment.ofBuffer(tail), 0, left);
        }
        connection = null;
        gateway.closed();
        try {
            if (reason != CloseReason.FINISHED) {
                reset();
            } else if (tail != null) {
                want(SelectionKey.OP_READ, false);
                pushTail();
            } else {
                channel.close();
            }
        } catch (IOException e) {
            // Both sides are over: there is nobody left to be told.
            tail = null;
            key.cancel();
        }
    }

    /** Resets both sides. */
    void abort() {
        if (connection != null) {
            connection.abort(); // leads to onClosed
        }
        if (channel.isOpen()) {
            reset();
        }
    }

    private void reset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // close sends a reset
            channel.close();
        } catch (IOException e) {
            // The host has closed the socket already; all that is left is the selector's key.
            key.cancel();
        }
    }

    private void want(int operation, boolean wanted) {
        if (key.isValid()) {
            int now = key.interestOps();
            key.interestOps(wanted ? now | operation : now & ~operation);
        }
    }
}
