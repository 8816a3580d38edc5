// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Rights;

/**
 * A software TLB: from the addresses of a libOS's own address space to pages of one window.
 *
 * <p><b>Shape.</b> A virtual address is any {@code long}; its upper bits are the virtual page
 * number, 52 of them where pages have 4 KiB, its lower bits the offset in the page. The TLB is
 * direct-mapped: the lowest bits of the virtual page number choose the one entry where it can be,
 * and inserting replaces what is there.
 *
 * <p><b>Never stale.</b> An entry names a page with its generation. A hit checks that the name is
 * current, that the page was not taken, and that its {@linkplain Window#protect protection} and the
 * entry's rights allow the access. So nobody has to flush when pages go: what was returned,
 * released or taken misses by itself.
 *
 * <p><b>Self-paging.</b> A miss calls the libOS's {@link MissHandler} on the calling thread, with
 * no kernel lock held; it finds or makes the page, {@linkplain #insert inserts} it, and the lookup
 * goes on. This is what a fault is elsewhere, except that the libOS asks: a load or store past the
 * TLB is not noticed.
 *
 * <p><b>Ownership.</b> The TLB belongs to the thread of its window and lasts as long: when the
 * window is closed, every lookup misses, and a miss throws {@link IllegalStateException}. Other
 * threads are refused with {@link WrongThreadException}.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 30: the software TLB"
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999"
 */
public interface SoftTlb {
    /** The access of whoever reads: the bits of {@link Rights#READ}. */
    int READ = 1;
    /** The access of whoever writes: the bits of {@link Rights#WRITE}. */
    int WRITE = 2;
    /** The most entries a TLB may have. */
    int MAX_ENTRIES = 1 << 20;
    /** How often one lookup calls the handler at most. */
    int MAX_MISSES = 4;
    /** How many lookups may be inside each other: handlers that look up themselves. */
    int MAX_DEPTH = 16;

    /**
     * Finds where a virtual address lies.
     *
     * <p>Cost: a few nanoseconds if it hits, without allocation or host call.
     *
     * @param virtualAddress the address
     * @param access {@link #READ}, {@link #WRITE}, or both
     * @return the offset in {@link Window#segment()}, in bytes
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#NOT_FOUND} if the handler
     *         returned {@value #MAX_MISSES} times and there still is no such page; with {@link
     *         exo.api.ErrorCode#PROTECTED} if there is one, and it still forbids the access; with
     *         {@link exo.api.ErrorCode#TOO_BIG} if {@value #MAX_DEPTH} lookups are inside each
     *         other
     * @throws IllegalArgumentException if the access is none of these
     * @throws WrongThreadException if the calling thread does not own the window
     * @throws RuntimeException whatever the handler throws
     */
    long lookup(long virtualAddress, int access);

    /**
     * Makes an entry, in place of what was there.
     *
     * @param virtualAddress any address in the virtual page
     * @param page the name of a page of the window, current
     * @param rights {@link Rights#READ} or {@link Rights#READ_WRITE}
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if the name is not
     *         current; no effect
     * @throws exo.api.RepossessedException if the page was taken by force; no effect
     * @throws IllegalArgumentException if the rights are others, or are more than the window's
     */
    void insert(long virtualAddress, long page, Rights rights);

    /**
     * Removes the entry of a virtual page.
     *
     * @param virtualAddress any address in it
     * @return whether there was one
     */
    boolean remove(long virtualAddress);

    /** Removes all entries. */
    void flush();

    /** {@return how many entries it has, a power of two} */
    int entries();

    /** {@return how often an entry that the access needed was not there, or was stale} */
    long misses();

    /** {@return how often an entry was there, and it or its page forbade the access} */
    long violations();

    /** {@return how often an entry took the place of that of another virtual page} */
    long replacements();
}
