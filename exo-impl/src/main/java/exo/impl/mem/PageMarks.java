// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Rights;

/**
 * What a libOS notes of its pages, and what the kernel notes for it: protection, use, writes by the
 * kernel, soft bits, and which pages go last.
 *
 * <p><b>Who writes what.</b> The owner thread alone, except {@code last}, which whoever holds the
 * window's lock writes.
 */
final class PageMarks {
    /** The access of whoever reads a page. */
    static final int READ = Rights.READ.bits();
    /** The access of whoever writes a page. */
    static final int WRITE = Rights.WRITE.bits();

    private static final int FORBIDDEN = READ | WRITE;
    /** A transfer used the page, or a software TLB shows it. */
    private static final int REFERENCED = 4;
    /** A transfer that is complete, or a remapping, wrote the page. */
    private static final int WRITTEN = 8;
    /** A transfer that writes the page is under way. */
    private static final int WRITING = 16;
    /** The host does not follow the page's writes. */
    private static final int UNFOLLOWED = 32;

    private final byte[] flags; // owner thread only, as the next two
    private int[] soft = new int[0]; // made when it is first needed
    private int protectedCount;
    private final boolean[] last; // guarded by the window's lock

    PageMarks(int pageCount) {
        this.flags = new byte[pageCount];
        this.last = new boolean[pageCount];
    }

    /** Forgets everything of a page that is mapped anew, except whether it goes last. */
    void clear(int page) {
        protectedCount -= (flags[page] & FORBIDDEN) == 0 ? 0 : 1;
        flags[page] = 0;
        if (soft.length > 0) {
            soft[page] = 0;
        }
    }

    // ---- protection ----------------------------------------------------------------------------

    boolean forbids(int page, int access) {
        return (flags[page] & access) != 0;
    }

    /** {@return whether a page forbids anything at all} */
    boolean forbidsAny() {
        return protectedCount > 0;
    }

    Rights protection(int page) {
        if (forbids(page, READ)) {
            return Rights.NONE;
        }
        return forbids(page, WRITE) ? Rights.READ : Rights.READ_WRITE;
    }

    void protect(int page, Rights allowed) {
        int forbidden = FORBIDDEN & ~allowed.bits();
        protectedCount -= (flags[page] & FORBIDDEN) == 0 ? 0 : 1;
        protectedCount += forbidden == 0 ? 0 : 1;
        flags[page] = (byte) ((flags[page] & ~FORBIDDEN) | forbidden);
    }

    // ---- use -----------------------------------------------------------------------------------

    /** hot: guarded by the queue benchmark. */
    void pinned(int first, int count, int access) {
        int noted = REFERENCED | ((access & WRITE) != 0 ? WRITING : 0);
        for (int i = 0; i < count; i++) {
            flags[first + i] |= (byte) noted;
        }
    }

    /** hot: guarded by the queue benchmark. */
    void unpinned(int page, boolean wasLast) {
        int noted = flags[page];
        if ((noted & WRITING) != 0) {
            flags[page] = (byte) ((wasLast ? noted & ~WRITING : noted) | WRITTEN);
        }
    }

    void referenced(int page) {
        flags[page] |= REFERENCED;
    }

    /** {@return whether the page was used, and forgets it} */
    boolean takeReferenced(int page) {
        boolean was = (flags[page] & REFERENCED) != 0;
        flags[page] &= ~REFERENCED;
        return was;
    }

    void written(int page) {
        flags[page] |= WRITTEN;
    }

    /** {@return whether the page may have been written unseen by the host, and forgets it} */
    boolean takeWritten(int page) {
        boolean was = (flags[page] & (WRITTEN | UNFOLLOWED)) != 0;
        flags[page] &= ~WRITTEN;
        return was;
    }

    /** Notes whether the host follows the page's writes: if not, it always counts as written. */
    void followed(int page, boolean yes) {
        flags[page] = (byte) (yes ? flags[page] & ~UNFOLLOWED : flags[page] | UNFOLLOWED);
    }

    int soft(int page) {
        return soft.length == 0 ? 0 : soft[page];
    }

    void soft(int page, int bits) {
        if (soft.length == 0) {
            soft = new int[flags.length];
        }
        soft[page] = bits;
    }

    // ---- force ---------------------------------------------------------------------------------

    /** {@return whether the page goes last} Holds the window's lock. */
    boolean isLast(int page) {
        return last[page];
    }

    /** Sets whether the page goes last; whether that is a change. Holds the window's lock. */
    boolean last(int page, boolean goesLast) {
        boolean changed = last[page] != goesLast;
        last[page] = goesLast;
        return changed;
    }
}
