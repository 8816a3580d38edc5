// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.BodySkipper;
import exo.libos.cheetah.http.Request;
import exo.libos.cheetah.http.RequestParser;
import exo.libos.cheetah.http.Status;
import exo.libos.net.TcpConnection;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * One connection of the web server.
 *
 * <p><b>States.</b> {@code READING} passes over the body of the request before, then waits for the
 * head of a request. {@code RESPONDING} sends the response, and does not look at what arrives, so a
 * client that does not take responses cannot send requests for ever. From there it goes back to
 * READING, or to {@code LINGERING}: this side is shut, and what arrives is thrown away so that the
 * client gets to read the response instead of a reset. {@code OVER} waits for the stack to say that
 * the connection is closed.
 *
 * <p><b>Timeouts.</b> A session is in one list of those at a time: waiting for a head, being idle,
 * sending, lingering.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread. Sessions are used again.
 */
final class Session {
    private enum State {
        READING,
        RESPONDING,
        LINGERING,
        OVER
    }

    /** Who takes less while a timeout for progress runs has made none. */
    private static final int LEAST_STEP_BYTES = 4096;

    private final Server server;
    private final Outgoing out;
    private final BodySkipper body = new BodySkipper();
    private final SessionList.Link timer = new SessionList.Link(this);
    private final SessionList.Link turn = new SessionList.Link(this);
    private final SessionList.Link member = new SessionList.Link(this);

    private TcpConnection connection;
    private State state = State.OVER;
    private boolean isLast;
    private boolean hasServed;
    private int scannedBytes;
    private long takenBytes;

    Session(Server server) {
        this.server = server;
        this.out = new Outgoing(server);
    }

    // ---- what the stack says
    // ---------------------------------------------------------------------------

    /** Begins with a new connection. */
    void open(TcpConnection accepted) {
        connection = accepted;
        accepted.attach(this);
        out.open(accepted);
        body.reset();
        state = State.READING;
        isLast = false;
        hasServed = false;
        scannedBytes = 0;
        takenBytes = 0;
        server.add(server.sessions(), member);
        server.add(server.waitingForHead(), timer);
    }

    /** Tells the client that there is no room for it. */
    void turnAway() {
        refuse(Status.UNAVAILABLE);
        advance();
    }

    /** A piece was acknowledged, or the connection is over. */
    void sent(int run) {
        boolean isIntact = out.release(run);
        if (!connection.isOpen()) {
            return;
        }
        if (!isIntact) {
            abort();
        } else if (state == State.RESPONDING && !isQueued()) {
            advance();
        }
    }

    /** The connection is over. */
    void closed() {
        state = State.OVER;
        timer.leave();
        turn.leave();
        member.leave();
        out.stop();
        connection.attach(null);
    }

    // ---- the course of a connection
    // -------------------------------------------------------------------

    /** Does what can be done now. hot: no allocation for files that were asked for before. */
    void advance() {
        turn.leave();
        int budget = server.maxPipelined();
        while (state == State.READING || state == State.RESPONDING) {
            if (state == State.RESPONDING) {
                if (!pump()) {
                    return;
                }
            } else if (budget == 0 && connection.available() > 0) {
                server.add(server.ready(), turn);
                return;
            } else {
                if (skipBody()) {
                    readHead();
                }
                if (state == State.READING) {
                    return;
                }
                budget--;
            }
        }
        if (state == State.LINGERING) {
            connection.consume(connection.available());
        }
    }

    /** {@return whether the response is queued whole} */
    private boolean pump() {
        return switch (out.pump()) {
            case DONE -> {
                responded();
                yield true;
            }
            case FULL -> false;
            case STALLED -> {
                server.add(server.stalled(), turn);
                yield false;
            }
            case BROKEN -> {
                abort();
                yield false;
            }
        };
    }

    private void responded() {
        hasServed = true;
        if (isLast || out.hasFailed() || server.isStopping()) {
            linger();
        } else {
            state = State.READING;
            scannedBytes = 0;
            server.add(server.idle(), timer);
        }
    }

    /** {@return whether nothing is left of the body of the request before} */
    private boolean skipBody() {
        while (!body.isDone()) {
            int length = connection.inputLength();
            if (length == 0) {
                if (connection.isInputShut()) {
                    linger();
                } else if (!timer.isIn(server.waitingForHead())) {
                    server.add(server.waitingForHead(), timer);
                }
                return false;
            }
            connection.consume(body.skip(server.memory(), connection.inputOffset(), length));
            if (body.isBroken()) {
                refuse(Status.BAD_REQUEST);
                return false;
            }
        }
        return true;
    }

    /** Reads a head if there is one, and begins to answer it, good or bad. */
    private void readHead() {
        skipEmptyLines();
        int length = connection.available();
        if (length == 0) {
            if (connection.isInputShut()) {
                linger();
            }
            return;
        }
        MemorySegment bytes = server.memory();
        long offset = connection.inputOffset();
        if (connection.inputLength() < Math.min(length, server.maxHeadBytes())) {
            bytes = server.scratch();
            offset = 0;
            length = connection.peek(bytes, 0, server.maxHeadBytes());
        }
        byte first = bytes.get(JAVA_BYTE, offset);
        if (first == '\r' && length == 1) {
            waitForRest(); // perhaps the first half of an empty line
        } else if (!RequestParser.canBegin(first)) {
            refuse(Status.BAD_REQUEST);
        } else {
            readHead(bytes, offset, length);
        }
    }

    private void readHead(MemorySegment bytes, long offset, int length) {
        int headBytes = server.parser().findEnd(bytes, offset, length, scannedBytes);
        if (headBytes == RequestParser.INCOMPLETE) {
            scannedBytes = length;
            waitForRest();
        } else if (headBytes == RequestParser.TOO_LONG) {
            refuse(server.parser().tooLong(bytes, offset));
        } else {
            scannedBytes = 0;
            answer(server.parser().parse(bytes, offset, headBytes, server.request()));
            connection.consume(headBytes);
        }
    }

    private void answer(Status verdict) {
        Request request = server.request();
        state = State.RESPONDING;
        server.add(server.sending(), timer);
        takenBytes = out.takenBytes();
        isLast = !server.responder().respond(verdict, request, out);
        if (!isLast) {
            body.begin(request, server.maxBodyBytes());
        }
    }

    /** Empty lines before a request come from old clients that end a body with one. */
    private void skipEmptyLines() {
        while (scannedBytes == 0 && connection.inputLength() > 0) {
            byte first = server.memory().get(JAVA_BYTE, connection.inputOffset());
            if (first != '\r' || connection.available() < 2) {
                return;
            }
            connection.peek(server.scratch(), 0, 2);
            if (server.scratch().get(JAVA_BYTE, 1) != '\n') {
                return;
            }
            connection.consume(2);
            if (!timer.isIn(server.waitingForHead())) {
                server.add(server.waitingForHead(), timer);
            }
        }
    }

    private void waitForRest() {
        if (connection.isInputShut()) {
            refuse(Status.BAD_REQUEST);
        } else if (!timer.isIn(server.waitingForHead())) {
            server.add(server.waitingForHead(), timer);
        }
    }

    /** Answers what is wrong with the connection as a whole; it is the last answer. */
    private void refuse(Status status) {
        body.reset();
        state = State.RESPONDING;
        isLast = true;
        server.add(server.sending(), timer);
        takenBytes = out.takenBytes();
        server.responder().refuse(status, out);
    }

    private void linger() {
        state = State.LINGERING;
        connection.shutOutput();
        connection.consume(connection.available());
        server.add(server.lingering(), timer);
    }

    /** Resets the connection. */
    void abort() {
        if (state != State.OVER) {
            state = State.OVER;
            timer.leave();
            turn.leave();
            out.stop();
            server.counters().add(Counters.ABORTED, 1);
            connection.abort();
        }
    }

    /** The server stops: closes the connection unless a response is under way. */
    void stop() {
        if (state == State.READING) {
            linger();
        }
    }

    // ---- time
    // ------------------------------------------------------------------------------------------

    /** The time is up for what the session waits for. */
    void expire() {
        if (timer.isIn(server.sending())) {
            expireSending();
        } else if (connection.unacknowledged() > 0) {
            // It still takes what it was sent before; only if it does not is its time up.
            takenBytes = out.takenBytes();
            server.add(server.sending(), timer);
        } else if (state == State.LINGERING) {
            abort();
        } else if (connection.available() > 0 || !body.isDone()) {
            refuse(Status.REQUEST_TIMEOUT);
            advance();
        } else {
            linger();
        }
    }

    private void expireSending() {
        long taken = out.takenBytes();
        boolean isTaken = connection.unacknowledged() == 0;
        long step = taken - takenBytes;
        if (turn.isIn(server.stalled())) {
            server.add(server.sending(), timer);
            advance();
        } else if (isTaken && state == State.READING) {
            boolean isIdle = hasServed && connection.available() == 0 && body.isDone();
            server.add(isIdle ? server.idle() : server.waitingForHead(), timer);
        } else if (isTaken && state == State.LINGERING) {
            abort();
        } else if (step >= LEAST_STEP_BYTES || (isTaken && step > 0)) {
            takenBytes = taken;
            server.add(server.sending(), timer);
        } else {
            abort();
        }
    }

    /** {@return whether it waits for its next turn, or for the disk} */
    boolean isQueued() {
        return turn.isIn(server.ready()) || turn.isIn(server.stalled());
    }

    SessionList.Link member() {
        return member;
    }
}
