// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The page through which one client and the swap server talk.
 *
 * <pre>
 *   byte   written by  what
 *      0   client      number of the request; written last (release)
 *      8   client      operation
 *     16   client      nonce in the label of the capability that is granted with it
 *     24   client      ticket, to swap in
 *     32   client      pages
 *     40   client      deadline, on the clock of System.nanoTime
 *     48   client      number of the last request whose answer was taken
 *    128   server      number of the request that is answered; written last (release)
 *    136   server      code: 0, or the number of an ErrorCode
 *    144   server      ticket, when swapped out
 *    152   server      greeting: 0 not yet, 1 welcome, or the number of an ErrorCode, negated
 *    256   client      how many tickets it has forgotten (release)
 *    320   server      how many of these it has seen (release)
 *    512   client      a ring of the tickets it has forgotten
 * </pre>
 *
 * <p>Each side reads the other's fields once, after an acquiring read of the number, and believes
 * nothing: the other may write whatever it likes at any time.
 */
final class Mailbox {
    static final long OUT = 1;
    static final long IN = 2;
    static final long WELCOME = 1;
    static final int RING = 448;
    static final String MAIL_PREFIX = "swap-mail-";
    static final String PAGES_PREFIX = "swap-pages-";

    private static final VarHandle LONGS = ValueLayout.JAVA_LONG.varHandle();
    private static final long REQUEST = 0;
    private static final long OPERATION = 8;
    private static final long NONCE = 16;
    private static final long TICKET = 24;
    private static final long PAGES = 32;
    private static final long DEADLINE = 40;
    private static final long TAKEN = 48;
    private static final long ANSWER = 128;
    private static final long CODE = 136;
    private static final long NEW_TICKET = 144;
    private static final long GREETING = 152;
    private static final long FORGOTTEN = 256;
    private static final long SEEN = 320;
    private static final long TICKETS = 512;

    private final MemorySegment memory;

    Mailbox(MemorySegment memory) {
        this.memory = memory;
    }

    /**
     * What a client wants.
     *
     * @param operation what
     * @param nonce which capability comes with it
     * @param ticket which pages, to swap in
     * @param pages how many
     * @param deadlineNanos until when
     */
    record Request(long operation, long nonce, long ticket, long pages, long deadlineNanos) {}

    /**
     * What the server says.
     *
     * @param code 0, or the number of an error code
     * @param ticket the ticket, when pages were swapped out
     */
    record Answer(long code, long ticket) {}

    private long get(long offset) {
        return memory.get(ValueLayout.JAVA_LONG, offset);
    }

    private void set(long offset, long value) {
        memory.set(ValueLayout.JAVA_LONG, offset, value);
    }

    private long acquire(long offset) {
        return (long) LONGS.getAcquire(memory, offset); // pairs with release
    }

    private void release(long offset, long value) {
        LONGS.setRelease(memory, offset, value); // pairs with acquire
    }

    // ---- requests ------------------------------------------------------------------------------

    /** Client. */
    void ask(long number, Request request) {
        set(OPERATION, request.operation());
        set(NONCE, request.nonce());
        set(TICKET, request.ticket());
        set(PAGES, request.pages());
        set(DEADLINE, request.deadlineNanos());
        release(REQUEST, number);
    }

    /** Client: the answer to a request was taken. */
    void taken(long number) {
        release(TAKEN, number);
    }

    /** Server. {@return the number of the request} */
    long requested() {
        return acquire(REQUEST);
    }

    /** Server. {@return the request itself} */
    Request request() {
        return new Request(get(OPERATION), get(NONCE), get(TICKET), get(PAGES), get(DEADLINE));
    }

    /** Server. {@return the number of the last request whose answer was taken} */
    long lastTaken() {
        return acquire(TAKEN);
    }

    // ---- answers -------------------------------------------------------------------------------

    /** Server. */
    void answer(long number, Answer answer) {
        set(CODE, answer.code());
        set(NEW_TICKET, answer.ticket());
        release(ANSWER, number);
    }

    /** Client. {@return the number of the request that is answered} */
    long answered() {
        return acquire(ANSWER);
    }

    /** Client. */
    Answer answer() {
        return new Answer(get(CODE), get(NEW_TICKET));
    }

    /** Server. */
    void greet(long greeting) {
        release(GREETING, greeting);
    }

    /** Client. {@return 0 as long as there is none} */
    long greeting() {
        return acquire(GREETING);
    }

    // ---- forgotten tickets ---------------------------------------------------------------------

    /** Client. {@return whether there was room to say so} */
    boolean tryForget(long ticket) {
        long count = get(FORGOTTEN);
        if (count - acquire(SEEN) >= RING) {
            return false;
        }
        set(ringPlace(count), ticket);
        release(FORGOTTEN, count + 1);
        return true;
    }

    /** Server. {@return how many tickets were forgotten since; bounded by the ring} */
    int forgotten() {
        return Math.clamp(acquire(FORGOTTEN) - get(SEEN), 0, RING);
    }

    /** Server. {@return the next forgotten ticket} There is one. */
    long takeForgotten() {
        long seen = get(SEEN);
        long ticket = get(ringPlace(seen));
        release(SEEN, seen + 1);
        return ticket;
    }

    private static long ringPlace(long count) {
        return TICKETS + (long) Long.BYTES * Math.floorMod(count, RING);
    }

    // ---- labels --------------------------------------------------------------------------------

    static String pagesLabel(long nonce) {
        return PAGES_PREFIX + Long.toHexString(nonce);
    }
}
