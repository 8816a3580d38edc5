// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ErrorCode;
import exo.api.mem.Pages;
import exo.impl.info.FrameCensus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What each page of a window shows, and which names of pages are current.
 *
 * <p><b>States.</b> <pre>
 *            map                      releasePages
 *   VOID ----------> OWN or SHARED ----------------> VOID
 *     ^              or VIEW
 *     |                    | taken by force
 *     |   releasePages     v
 *     +----------------- TAKEN  (shows void, too)
 *
 *   OWN --snapshot--> VIEW --the snapshot ends--> THAWED
 *    ^                 | settle                     | settle
 *    +-----------------+----------------------------+
 * </pre> A VIEW shows a frozen frame that is not its own, privately, and has a frame set aside. A
 * THAWED page shows a frame of its own privately. Both are unsettled: what was written to them lies
 * outside their frame. They are taken and released as OWN pages are.
 *
 * <p><b>Generations.</b> Odd while the page is in use, even otherwise; a name is current while its
 * generation is the page's own. When the last generation is reached the page is retired: it is
 * never in use again, so that no name ever becomes current a second time.
 *
 * <p><b>Who writes what.</b> {@code generation}, {@code pins} and the list of idle pages: the
 * owner thread alone. {@code state} and {@code frame}: whoever holds the window's lock. The owner
 * reads {@code state} without the lock: a repossession that it does not see yet leaves it a page
 * that shows void, which is what a repossession is. {@code pins} and {@code state} meet in a Dekker
 * pattern: the owner raises the pin, fences, reads the state; the repossessor writes the state,
 * fences, reads the pin. What the libOS notes of a page is in {@link PageMarks}.
 */
final class PageTable {
    static final byte VOID = 0;
    static final byte OWN = 1;
    static final byte SHARED = 2;
    static final byte TAKEN = 3;
    static final byte VIEW = 4;
    static final byte THAWED = 5;

    static final int NO_FRAME = -1;

    private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(byte[].class);
    private static final VarHandle PINS = MethodHandles.arrayElementVarHandle(short[].class);
    private static final int REFUSED_STALE = ErrorCode.STALE.refusal();
    private static final int REFUSED_BUSY = ErrorCode.BUSY.refusal();
    private static final int REFUSED_SCATTERED = ErrorCode.NOT_CONTIGUOUS.refusal();
    private static final int REFUSED_UNSETTLED = ErrorCode.UNSETTLED.refusal();
    private static final int REFUSED_PROTECTED = ErrorCode.PROTECTED.refusal();

    private final byte[] state; // written under the window's lock, read opaque by the owner
    private final int[] frame; // written under the window's lock
    private final long[] generation; // owner thread only
    private final short[] pins; // written by the owner thread, read by repossessors
    private final PageMarks marks;
    private final long lastGeneration;
    // The idle pages, each of which leads to the next: written by the owner thread, read for
    // accounts. They hold the name that the page gets when it is taken, which does not change while
    // it is idle: so taking one need not wait for its generation to be loaded.
    private final long[] nextIdle;
    private long firstIdle = Pages.NONE;

    PageTable(int pageCount, long lastGeneration) {
        this.state = new byte[pageCount];
        this.frame = new int[pageCount];
        this.generation = new long[pageCount];
        this.pins = new short[pageCount];
        this.nextIdle = new long[pageCount];
        this.marks = new PageMarks(pageCount);
        this.lastGeneration = lastGeneration;
        Arrays.fill(frame, NO_FRAME);
    }

    int pageCount() {
        return state.length;
    }

    PageMarks marks() {
        return marks;
    }

    byte state(int page) {
        return (byte) STATE.getOpaque(state, page);
    }

    int frame(int page) {
        return frame[page];
    }

    /**
     * {@return how many pages are idle, without those that were taken by force and that the owner
     * has not yet come across} Any thread; outdated when it arrives at any but the owner.
     */
    int idleCount() {
        int count = 0;
        long name = firstIdle;
        // The list may change under another thread, which must not follow it in a circle.
        for (int looks = 0; name != Pages.NONE && looks < state.length; looks++) {
            count += state(Pages.index(name)) == OWN ? 1 : 0;
            name = nextIdle[Pages.index(name)];
        }
        return count;
    }

    /** Counts what the pages show now; any thread. */
    void count(FrameCensus census) {
        for (int page = 0; page < state.length; page++) {
            byte shown = state(page);
            if (isShown(shown)) {
                census.count(frame[page], shown == OWN && isIdle(page));
            }
        }
    }

    int pins(int page) {
        return (short) PINS.getVolatile(pins, page);
    }

    /** {@return whether the page shows a frame in this state} */
    static boolean isShown(byte state) {
        return state != VOID && state != TAKEN;
    }

    /** {@return whether the page shows a frame privately in this state} */
    static boolean isUnsettled(byte state) {
        return state == VIEW || state == THAWED;
    }

    /** {@return whether a frame is charged for the page in this state} */
    static boolean isCharged(byte state) {
        return state == OWN || state == VIEW || state == THAWED;
    }

    /** {@return whether a repossession has announced itself, and the frame is still there} */
    boolean isBeingTaken(int page) {
        return state(page) == TAKEN && frame[page] != NO_FRAME;
    }

    /** {@return whether the page is idle; outdated when it arrives at any thread but the owner} */
    boolean isIdle(int page) {
        return (generation[page] & 1) == 0;
    }

    boolean isRetired(int page) {
        return generation[page] >= lastGeneration;
    }

    /** {@return the generation of a page that shows somebody else's frame} Holds the lock. */
    long generation(int page) {
        return generation[page];
    }

    /** Shows a frame. Holds the window's lock; the owner thread. */
    void map(int page, int shown, byte how) {
        if ((generation[page] & 1) != 0) {
            generation[page]++; // it was taken while in use: its old name must stay stale
        }
        marks.clear(page);
        frame[page] = shown;
        STATE.setRelease(state, page, how); // the owner alone pins, so no fence is needed
        generation[page]++;
    }

    /**
     * Shows the same content in another way: the name stays current. Holds the window's lock; the
     * owner thread, except from VIEW to THAWED.
     */
    void change(int page, int shown, byte how) {
        frame[page] = shown;
        STATE.setVolatile(state, page, how);
    }

    /** Shows void, by the owner's will. Holds the window's lock; the owner thread. */
    void unmap(int page) {
        if ((generation[page] & 1) != 0) {
            generation[page]++;
        }
        frame[page] = NO_FRAME;
        STATE.setRelease(state, page, VOID); // as in map
    }

    /** Announces a repossession; the pins must be read afterwards. Holds the window's lock. */
    void take(int page) {
        STATE.setVolatile(state, page, TAKEN);
        VarHandle.fullFence(); // pairs with the fence in tryPin
    }

    /** Forgets the frame of a page that was taken. Holds the window's lock. */
    void forgetFrame(int page) {
        frame[page] = NO_FRAME;
    }

    /**
     * Drops pages that no longer show the environment's own frames from the idle ones. Owner
     * thread.
     */
    void pruneIdle() {
        long kept = Pages.NONE;
        long next;
        for (long name = firstIdle; name != Pages.NONE; name = next) {
            next = nextIdle[Pages.index(name)];
            if (state(Pages.index(name)) == OWN) {
                kept = name;
            } else if (kept == Pages.NONE) {
                firstIdle = next;
            } else {
                nextIdle[Pages.index(kept)] = next;
            }
        }
    }

    /** Takes up to {@code count} pages off the idle ones, to be released. Owner thread. */
    int[] popIdle(int count) {
        pruneIdle();
        int[] pages = new int[Math.min(count, idleCount())];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = Pages.index(firstIdle);
            firstIdle = nextIdle[pages[i]];
        }
        return pages;
    }

    /** Puts pages back that were taken off and not released, from an index on. Owner thread. */
    void pushIdle(int[] pages, int start) {
        for (int i = pages.length - 1; i >= start; i--) {
            nextIdle[pages[i]] = firstIdle;
            firstIdle = Pages.name(pages[i], generation[pages[i]] + 1);
        }
    }

    /** hot: guarded by the page benchmark. */
    long tryTake() {
        for (long name = firstIdle; name != Pages.NONE; name = firstIdle) {
            int page = (int) (name >>> Pages.GENERATION_BITS);
            firstIdle = nextIdle[page];
            if ((byte) STATE.getOpaque(state, page) == OWN) {
                generation[page] = Pages.generation(name);
                return name;
            }
        }
        return Pages.NONE;
    }

    /** hot: guarded by the page benchmark. */
    int tryReturn(long name) {
        int page = (int) (name >>> Pages.GENERATION_BITS);
        if (!isCurrent(name)) {
            return REFUSED_STALE;
        }
        if ((byte) STATE.getOpaque(state, page) != OWN) {
            return isUnsettled(state(page)) ? REFUSED_UNSETTLED : REFUSED_STALE;
        }
        if (pins[page] != 0) {
            return REFUSED_BUSY;
        }
        long next = Pages.generation(name) + 1; // from the name, which is at hand already
        generation[page] = next;
        if (next < lastGeneration) {
            nextIdle[page] = firstIdle;
            firstIdle = name + 2; // as it is called when it is taken again
        }
        return 0;
    }

    /** {@return whether a name is the current one of a page in use, taken or not} */
    boolean isCurrent(long name) {
        // Of a negative name it is more than any window has.
        int page = (int) (name >>> Pages.GENERATION_BITS);
        return page < generation.length
                && generation[page] == Pages.generation(name)
                && (name & 1) != 0;
    }

    /** {@return the current name of a page in use, or none} */
    long name(int page) {
        return isShown(state(page)) && (generation[page] & 1) != 0
                ? Pages.name(page, generation[page])
                : Pages.NONE;
    }

    /**
     * {@return where the page of a name lies if the access is allowed, or a refusal} hot: guarded
     * by the page benchmark.
     */
    int tryReach(long name, int access) {
        int page = (int) (name >>> Pages.GENERATION_BITS);
        if (!isCurrent(name) || (byte) STATE.getOpaque(state, page) == TAKEN) {
            return REFUSED_STALE;
        }
        return marks.forbids(page, access) ? REFUSED_PROTECTED : page;
    }

    /**
     * The same for a name that was current once, which a TLB asks at each hit. hot: guarded by the
     * page benchmark.
     */
    int tryReachAgain(long name, int access) {
        int page = (int) (name >>> Pages.GENERATION_BITS);
        if (generation[page] != Pages.generation(name)
                || (byte) STATE.getOpaque(state, page) == TAKEN) {
            return REFUSED_STALE;
        }
        return marks.forbids(page, access) ? REFUSED_PROTECTED : page;
    }

    /** hot: guarded by the queue benchmark. */
    int tryPin(long name, int count, int access) {
        if (!isCurrent(name)) {
            return REFUSED_STALE;
        }
        int first = (int) (name >>> Pages.GENERATION_BITS);
        if (count > state.length - first) {
            return ErrorCode.OUT_OF_RANGE.refusal();
        }
        int firstFrame = frame[first];
        for (int i = 0; i < count; i++) {
            if ((generation[first + i] & 1) == 0) {
                return REFUSED_STALE;
            }
            if (frame[first + i] != firstFrame + i) {
                return scattered(first + i);
            }
            if (pins[first + i] == Short.MAX_VALUE) {
                return REFUSED_BUSY;
            }
            if (marks.forbids(first + i, access)) {
                return REFUSED_PROTECTED;
            }
        }
        for (int i = 0; i < count; i++) {
            // After what the queue has announced.
            PINS.setRelease(pins, first + i, (short) (pins[first + i] + 1));
        }
        VarHandle.fullFence(); // pairs with the fence in take
        for (int i = 0; i < count; i++) {
            byte shown = (byte) STATE.getOpaque(state, first + i);
            if (shown >= TAKEN) {
                lower(first, count);
                return shown == TAKEN ? REFUSED_STALE : REFUSED_UNSETTLED;
            }
        }
        marks.pinned(first, count, access);
        return firstFrame;
    }

    private int scattered(int page) {
        byte shown = state(page);
        if (isUnsettled(shown)) {
            return REFUSED_UNSETTLED;
        }
        return shown == TAKEN ? REFUSED_STALE : REFUSED_SCATTERED;
    }

    /** hot: guarded by the queue benchmark. */
    void unpin(int first, int count) {
        lower(first, count);
        for (int i = 0; i < count; i++) {
            marks.unpinned(first + i, pins[first + i] == 0);
        }
    }

    private void lower(int first, int count) {
        for (int i = 0; i < count; i++) {
            PINS.setRelease(pins, first + i, (short) (pins[first + i] - 1));
        }
    }
}
