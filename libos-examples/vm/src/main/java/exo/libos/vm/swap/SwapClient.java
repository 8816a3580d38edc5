// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Blame;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.libos.vm.gib.Gib;
import exo.libos.vm.gib.Mode;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/**
 * What a libOS needs to hand pages to the swap server when it must give up frames and has no
 * paging of its own.
 *
 * <p><b>Use.</b> {@link #connect} early, while there are frames: it takes one for the mailbox. In
 * an emergency, for example in {@code onRevokeRequest}, {@link #swapOut} gives pages away, and
 * returns when their frames are back with the kernel; {@link #swapIn} brings them back into any
 * pages, also of another window.
 *
 * {@snippet lang="java" :
 * SwapTicket ticket = client.swapOut(window, 8, 4, request.deadlineNanos());
 * // later
 * client.swapIn(ticket, window, 8, System.nanoTime() + SECOND);
 * }
 *
 * <p><b>What the server can do.</b> It sees the content of the pages, and may lose it. It cannot
 * change it unnoticed: the client keeps a checksum of each page, and compares it after it has taken
 * the server's access away. CRC32C finds faults and careless lies; a server that forges content of
 * equal checksum is not found out. The server cannot hold up the client past the deadline, except
 * for what the kernel takes to cut off a transfer of its, at most 100 ms.
 *
 * <p><b>Waiting</b> is in short naps that grow, not in {@code Upcalls.await}: a caller that is
 * inside an upcall would get the next one inside it. The server waits in its upcalls, and is woken
 * by each request.
 *
 * <p><b>Errors.</b> Both calls throw {@link ResourceException}: {@link ErrorCode#EXHAUSTED} if the
 * server is full; {@link ErrorCode#BUSY} if it has not answered by the deadline; {@link
 * ErrorCode#ENV_ENDED} if it has ended; {@link ErrorCode#IO_ERROR} or another code if its device
 * failed; {@link ErrorCode#CORRUPT} if what it brought back is something else. The pages are then
 * as they were before, and a ticket stays good.
 *
 * <p><b>Cost.</b> A request takes two kernel objects of this environment while it lasts, and a few
 * small Java objects. <b>Thread-safety.</b> The thread that connected, which owns the windows.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 25: when even guaranteed pages must go, an emergency
 *         tells the libOS to submit itself to a swap server"
 */
public final class SwapClient implements AutoCloseable {
    /** The most pages of one request. */
    public static final int MAX_PAGES = 256;

    private static final long FIRST_NAP_NANOS = 20_000;
    private static final long LAST_NAP_NANOS = 1_000_000;

    private final Env env;
    private final EnvControl server;
    private final Gib gib;
    private final Mailbox mailbox;
    private final SecureRandom random = new SecureRandom();
    private final CRC32C crc = new CRC32C();
    private final Deque<Long> forgotten = new ArrayDeque<>(); // what the mailbox had no room for
    private long requests;
    private boolean isBusy;

    private SwapClient(Env env, EnvControl server, Gib gib) {
        this.env = env;
        this.server = server;
        this.gib = gib;
        this.mailbox = new Mailbox(gib.segment());
    }

    /**
     * Makes the server known to this environment, and the other way round.
     *
     * @param env the environment
     * @param server the server; a capability with {@link Rights#GRANT}
     * @param deadlineNanos until when it must have answered, on the clock of {@link
     *         System#nanoTime}
     * @return the client
     * @throws ResourceException with {@link ErrorCode#EXHAUSTED} if the server has too many
     *         clients; with {@link ErrorCode#BUSY} or {@link ErrorCode#ENV_ENDED} as above; with
     *         {@link ErrorCode#QUOTA} if there is no frame for the mailbox; no effect
     */
    public static SwapClient connect(Env env, EnvControl server, long deadlineNanos) {
        String label = Mailbox.MAIL_PREFIX + Long.toHexString(new SecureRandom().nextLong());
        int log2 = Integer.numberOfTrailingZeros(env.memory().pageBytes());
        Gib gib = Gib.create(env, log2, label);
        try {
            SwapClient client = new SwapClient(env, server, gib);
            client.grant(gib.frames(), Mode.WRITE.rights(), label);
            client.awaitGreeting(deadlineNanos);
            return client;
        } catch (RuntimeException e) {
            gib.close();
            throw e;
        }
    }

    private void awaitGreeting(long deadlineNanos) {
        await(() -> mailbox.greeting() != 0, deadlineNanos);
        long greeting = mailbox.greeting();
        if (greeting != Mailbox.WELCOME) {
            throw refused(-greeting, "become its client");
        }
    }

    // ---- out and in ----------------------------------------------------------------------------

    /**
     * Gives pages to the server and releases them, so that their frames are back with the kernel.
     * The pages must not be written meanwhile, by any thread.
     *
     * @param window the window; the calling thread's
     * @param firstPage first page
     * @param pageCount how many, 1 to {@link #MAX_PAGES}; all show frames of this environment
     * @param deadlineNanos until when it must be done, on the clock of {@link System#nanoTime}
     * @return what brings them back
     * @throws ResourceException as above; as {@code Memory.share} and {@code Window.releasePages}
     *         if a page is not live, or a transfer on it is under way; no effect
     * @throws IllegalStateException if the client is in a call already: it was called inside an
     *         upcall inside it; or is closed
     */
    public SwapTicket swapOut(Window window, int firstPage, int pageCount, long deadlineNanos) {
        checkCount(pageCount);
        begin();
        try {
            int[] checksums = new int[pageCount];
            for (int i = 0; i < pageCount; i++) {
                checksums[i] = checksum(window, firstPage + i);
            }
            long ticket = request(new Place(window, firstPage, pageCount), Mailbox.OUT, 0,
                    deadlineNanos);
            SwapTicket made = new SwapTicket(this, ticket, checksums);
            try {
                window.releasePages(firstPage, pageCount);
            } catch (RuntimeException e) {
                drop(made);
                throw e;
            }
            return made;
        } finally {
            isBusy = false;
        }
    }

    /**
     * Brings pages back, into frames that it allocates. The ticket is spent then.
     *
     * @param ticket what they were given away for
     * @param window the window; the calling thread's, and writable
     * @param firstPage first page; as many as the ticket has show void
     * @param deadlineNanos until when it must be done, on the clock of {@link System#nanoTime}
     * @throws ResourceException as above; as {@code Window.allocPages} if there are no frames or
     *         the pages are in use; the pages show void as before, and the ticket stays good
     * @throws IllegalArgumentException if the ticket is another client's, or spent
     * @throws IllegalStateException as {@link #swapOut}
     */
    public void swapIn(SwapTicket ticket, Window window, int firstPage, long deadlineNanos) {
        checkTicket(ticket);
        begin();
        try {
            window.allocPages(firstPage, ticket.pageCount());
            try {
                request(new Place(window, firstPage, ticket.pageCount()), Mailbox.IN,
                        ticket.number(), deadlineNanos);
                checkContent(ticket, window, firstPage); // the server has no access any more
            } catch (RuntimeException e) {
                window.releasePages(firstPage, ticket.pageCount());
                throw e;
            }
            drop(ticket);
        } finally {
            isBusy = false;
        }
    }

    /**
     * Gives up what a ticket stands for. The server learns it at the next request of any client.
     *
     * @param ticket the ticket
     * @throws IllegalArgumentException if it is another client's, or spent
     */
    public void forget(SwapTicket ticket) {
        checkTicket(ticket);
        drop(ticket);
    }

    private void drop(SwapTicket ticket) {
        ticket.spend();
        forgotten.add(ticket.number());
        tellForgotten();
    }

    private void tellForgotten() {
        while (!forgotten.isEmpty() && mailbox.tryForget(forgotten.peek())) {
            forgotten.remove();
        }
    }

    // ---- a request -----------------------------------------------------------------------------

    /** Pages of a window. */
    private record Place(Window window, int firstPage, int pageCount) {}

    private long request(Place place, long operation, long ticket, long deadlineNanos) {
        tellForgotten();
        long number = ++requests;
        long nonce = random.nextLong();
        Rights rights = operation == Mailbox.IN ? Rights.READ_WRITE : Rights.READ;
        Frames share = env.memory()
                .share(place.window(), place.firstPage(), place.pageCount(), rights,
                        Mailbox.pagesLabel(nonce));
        try {
            mailbox.ask(number, new Mailbox.Request(operation, nonce, ticket, place.pageCount(),
                    deadlineNanos));
            grant(share, rights, Mailbox.pagesLabel(nonce)); // wakes the server
            await(() -> mailbox.answered() == number, deadlineNanos);
        } finally {
            if (share.isLive()) {
                env.keys().drop(share);
            }
        }
        Mailbox.Answer answer = mailbox.answer();
        mailbox.taken(number);
        if (answer.code() != 0) {
            throw refused(answer.code(), operation == Mailbox.IN
                    ? "bring pages back"
                    : "take "
                            + place.pageCount() + " pages");
        }
        return answer.ticket();
    }

    private void grant(Frames frames, Rights rights, String label) {
        try {
            env.keys().grant(frames, server, rights, label);
        } catch (ExoException e) {
            checkServer();
            throw e;
        }
    }

    private void checkServer() {
        if (server.isEnded() || !server.isLive()) {
            throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER,
                    "swap server " + server.envName(),
                    "it has ended, or the capability over it was taken back",
                    "use another: what it held is gone");
        }
    }

    private void await(BooleanSupplier isThere, long deadlineNanos) {
        boolean wasInterrupted = false;
        long nap = FIRST_NAP_NANOS;
        try {
            while (!isThere.getAsBoolean()) {
                checkServer();
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    throw new ResourceException(ErrorCode.BUSY, Blame.PEER,
                            "swap server " + server.envName(),
                            "it has not answered by the deadline", "try again with more time");
                }
                LockSupport.parkNanos(this, Math.min(nap, left));
                nap = Math.min(2 * nap, LAST_NAP_NANOS);
                wasInterrupted |= Thread.interrupted(); // it would make the naps end at once
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ResourceException refused(long code, String what) {
        ErrorCode known;
        try {
            known = ErrorCode.of(Math.toIntExact(code));
        } catch (IllegalArgumentException | ArithmeticException e) {
            known = ErrorCode.CORRUPT; // the server made it up
        }
        return new ResourceException(known, Blame.PEER, "swap server " + server.envName(),
                "it refused to " + what + ", and said " + code,
                "try again, or give up other pages");
    }

    // ---- checks --------------------------------------------------------------------------------

    private int checksum(Window window, int page) {
        long pageBytes = env.memory().pageBytes();
        crc.reset();
        crc.update(window.segment().asSlice(page * pageBytes, pageBytes).asByteBuffer());
        return (int) crc.getValue();
    }

    private void checkContent(SwapTicket ticket, Window window, int firstPage) {
        for (int i = 0; i < ticket.pageCount(); i++) {
            if (checksum(window, firstPage + i) != ticket.checksum(i)) {
                throw new ResourceException(ErrorCode.CORRUPT, Blame.PEER,
                        "swap server " + server.envName(),
                        "page " + i + " of " + ticket.pageCount()
                                + " came back with another content than it was given",
                        "try again, or take the content for lost");
            }
        }
    }

    private static void checkCount(int pageCount) {
        if (pageCount < 1 || pageCount > MAX_PAGES) {
            throw new IllegalArgumentException(
                    "pageCount must be 1 to " + MAX_PAGES + ", but was " + pageCount);
        }
    }

    private void checkTicket(SwapTicket ticket) {
        if (ticket.client() != this || ticket.isSpent()) {
            throw new IllegalArgumentException(
                    ticket.isSpent() ? "the ticket is spent" : "the ticket is another client's");
        }
    }

    private void begin() {
        if (isBusy || !gib.isLive()) {
            throw new IllegalStateException(isBusy
                    ? "the client is in a call already"
                    : "the client is closed, or its mailbox was taken");
        }
        isBusy = true;
    }

    /** Leaves the server, which forgets all tickets. Idempotent. */
    @Override
    public void close() {
        gib.close();
    }
}
