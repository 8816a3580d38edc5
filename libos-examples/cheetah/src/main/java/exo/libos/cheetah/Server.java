// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.Env;
import exo.api.ResourceKind;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.net.PacketBinding;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.libos.cheetah.http.HeadWriter;
import exo.libos.cheetah.http.Request;
import exo.libos.cheetah.http.RequestParser;
import exo.libos.fs.FileCache;
import exo.libos.fs.Volume;
import exo.libos.net.CloseReason;
import exo.libos.net.NetStack;
import exo.libos.net.TcpConnection;
import exo.libos.net.TcpHandler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * The event loop of the web server, and what its sessions share.
 *
 * <p><b>A turn.</b> Wait for upcalls or the next deadline; packets and completions call sessions
 * from inside. Then: expired sessions, sessions that had used up their turn, sessions that wait for
 * the disk if something has changed for them. At the end, once for all of them, reads are handed to
 * the disk and segments to the network.
 *
 * <p><b>Stopping.</b> No new connections; idle ones are closed; responses go on until the grace
 * period is over, and then what is left is reset.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread, except for the counters.
 */
final class Server implements UpcallHandler, TcpHandler {
    /** A read that cannot even begin makes no completion; who waits for it asks again by then. */
    private static final long STALL_NANOS = 50_000_000;

    private final Upcalls upcalls;
    private final CheetahConfig config;
    private final Counters counters;
    private final NetStack stack;
    private final FileCache cache;
    private final MemorySegment memory;
    private final MemorySegment scratch;
    private final RequestParser parser;
    private final Request request = new Request();
    private final Request nobody = new Request();
    private final HeadWriter writer;
    private final Responder responder;

    private final SessionList sessions = new SessionList(0);
    private final SessionList ready = new SessionList(0);
    private final SessionList stalled = new SessionList(STALL_NANOS);
    private final SessionList waitingForHead;
    private final SessionList idle;
    private final SessionList sending;
    private final SessionList lingering;
    private final ArrayDeque<Session> spare = new ArrayDeque<>();
    private int openCount;
    private long nowNanos = System.nanoTime();
    private boolean retryStalled;
    private boolean stopRequested;
    private boolean stopping;
    private long graceEndNanos = Upcalls.NEVER;

    /**
     * What a server works with; whoever opened it closes it.
     *
     * @param env the environment
     * @param window the memory of stack and volume
     * @param stack the network
     * @param volume the files
     */
    record Parts(Env env, Window window, NetStack stack, Volume volume) {}

    Server(Parts parts, CheetahConfig config, Counters counters) {
        this.upcalls = parts.env().upcalls();
        this.config = config;
        this.counters = counters;
        this.stack = parts.stack();
        this.cache = parts.volume().cache();
        this.memory = parts.window().segment();
        this.scratch = MemorySegment.ofArray(new byte[config.limits().maxHeadBytes()]);
        this.parser = new RequestParser(config.limits().maxHeadBytes(),
                config.limits().maxBodyBytes());
        this.writer = new HeadWriter(config.serverName());
        this.responder = new Responder(this, new Site(parts.volume().root(), config.listing()));
        this.waitingForHead = new SessionList(config.timeouts().head().toNanos());
        this.idle = new SessionList(config.timeouts().idle().toNanos());
        this.sending = new SessionList(config.timeouts().progress().toNanos());
        this.lingering = new SessionList(config.timeouts().linger().toNanos());
    }

    // ---- the loop
    // --------------------------------------------------------------------------------------

    /** Listens, serves, and returns after a stop request when everything is closed. */
    void run(Cheetah cheetah) {
        upcalls.handler(this);
        stack.listen(config.port(), this);
        config.onReady().accept(cheetah);
        while (!stopping || !sessions.isEmpty()) {
            upcalls.await(deadlineNanos());
            turn();
        }
        // The last segments of the last connections.
        stack.flush();
    }

    private long deadlineNanos() {
        if (!ready.isEmpty() || (retryStalled && !stalled.isEmpty())) {
            return nowNanos;
        }
        long deadline = Math.min(stack.nextDeadlineNanos(), graceEndNanos);
        deadline = Math.min(deadline, stalled.deadlineNanos());
        deadline = Math.min(deadline, waitingForHead.deadlineNanos());
        deadline = Math.min(deadline, idle.deadlineNanos());
        deadline = Math.min(deadline, sending.deadlineNanos());
        return Math.min(deadline, lingering.deadlineNanos());
    }

    /** hot: no allocation for files that were asked for before. */
    private void turn() {
        nowNanos = System.nanoTime();
        stack.expireTimers();
        if (stopRequested && !stopping) {
            stop();
        }
        expire(waitingForHead);
        expire(idle);
        expire(sending);
        expire(lingering);
        advanceAll(ready);
        if (retryStalled || stalled.deadlineNanos() <= nowNanos) {
            retryStalled = false;
            advanceAll(stalled);
        }
        if (nowNanos >= graceEndNanos) {
            abortAll();
        }
        cache.submit();
        stack.flush();
    }

    private void expire(SessionList list) {
        while (list.deadlineNanos() <= nowNanos) {
            list.first().expire();
        }
    }

    /** Lets those continue that are in the list now; they may come back to it for the next turn. */
    private static void advanceAll(SessionList list) {
        Session last = list.last();
        while (!list.isEmpty()) {
            Session session = list.first();
            session.advance();
            if (session == last) {
                return;
            }
        }
    }

    private void stop() {
        stopping = true;
        graceEndNanos = nowNanos + config.timeouts().grace().toNanos();
        stack.stopListening(config.port());
        for (Session s = sessions.first(); s != null; s = SessionList.after(s.member())) {
            s.stop();
        }
    }

    /** Resets what is left after the grace period; the stack says of each that it is over. */
    private void abortAll() {
        for (Session s = sessions.first(); s != null; s = SessionList.after(s.member())) {
            s.abort();
        }
    }

    // ---- upcalls
    // ---------------------------------------------------------------------------------------

    @Override
    public void onPackets(PacketBinding binding) {
        nowNanos = System.nanoTime();
        stack.receive();
    }

    @Override
    public void onCompletions(ExtentQueue queue) {
        if (cache.complete() > 0) {
            retryStalled = true;
        }
    }

    @Override
    public void onRevokeRequest(RevokeRequest asked) {
        if (asked.kind() == ResourceKind.FRAMES) {
            cache.giveBack((int) Math.min(asked.count(), Integer.MAX_VALUE));
        }
    }

    @Override
    public void onStopRequest() {
        stopRequested = true;
    }

    // ---- connections
    // -----------------------------------------------------------------------------------

    @Override
    public void onConnected(TcpConnection connection) {
        Session session = spare.isEmpty() ? new Session(this) : spare.pop();
        counters.add(Counters.ACCEPTED, 1);
        counters.add(Counters.OPEN, 1);
        session.open(connection);
        if (++openCount > config.limits().maxConnections()) {
            session.turnAway();
        } else if (connection.available() > 0) {
            session.advance();
        }
    }

    @Override
    public void onReceive(TcpConnection connection) {
        advance(connection);
    }

    @Override
    public void onWritable(TcpConnection connection) {
        advance(connection);
    }

    private void advance(TcpConnection connection) {
        if (connection.attachment() instanceof Session session && !session.isQueued()) {
            session.advance();
        }
    }

    @Override
    public void onSent(TcpConnection connection, long tag) {
        if (connection.attachment() instanceof Session session) {
            session.sent((int) tag);
        }
    }

    @Override
    public void onClosed(TcpConnection connection, CloseReason reason) {
        if (connection.attachment() instanceof Session session) {
            session.closed();
            spare.push(session);
            openCount--;
            counters.add(Counters.OPEN, -1);
        }
    }

    // ---- what sessions share
    // ---------------------------------------------------------------------------

    void add(SessionList list, SessionList.Link link) {
        list.add(link, nowNanos);
    }

    /** Something has changed for those who wait for the disk. */
    void retryStalled() {
        retryStalled = true;
    }

    SessionList sessions() {
        return sessions;
    }

    SessionList ready() {
        return ready;
    }

    SessionList stalled() {
        return stalled;
    }

    SessionList waitingForHead() {
        return waitingForHead;
    }

    SessionList idle() {
        return idle;
    }

    SessionList sending() {
        return sending;
    }

    SessionList lingering() {
        return lingering;
    }

    boolean isStopping() {
        return stopping;
    }

    Counters counters() {
        return counters;
    }

    FileCache cache() {
        return cache;
    }

    MemorySegment memory() {
        return memory;
    }

    /** {@return memory for one head that does not lie in one piece} */
    MemorySegment scratch() {
        return scratch;
    }

    RequestParser parser() {
        return parser;
    }

    Request request() {
        return request;
    }

    /** {@return a request that says nothing, for answers to what is none} */
    Request nobody() {
        return nobody;
    }

    HeadWriter writer() {
        return writer;
    }

    Responder responder() {
        return responder;
    }

    int maxRuns() {
        return config.limits().maxRuns();
    }

    int maxPipelined() {
        return config.limits().maxPipelined();
    }

    int maxHeadBytes() {
        return config.limits().maxHeadBytes();
    }

    int maxBodyBytes() {
        return config.limits().maxBodyBytes();
    }

    /** {@return seconds since 1970 now} */
    long epochSecond() {
        return System.currentTimeMillis() / 1000;
    }
}
