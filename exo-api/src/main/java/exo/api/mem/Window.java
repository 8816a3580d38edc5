// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import java.lang.foreign.MemorySegment;

/**
 * An address range of one environment, into which page frames are mapped at chosen places.
 *
 * <p><b>Shape.</b> Pages are numbered from 0. Each shows void, or a frame. {@link #segment()}
 * covers all of them, with its bounds checked by the JVM; access through it costs what access to
 * memory costs.
 *
 * <p><b>Names of pages.</b> A page that the environment holds is named by a {@code long} that joins
 * its number and a generation: {@code tryTakePage} gives it out, {@code tryReturnPage} makes it
 * stale. A stale name is refused wherever the kernel sees it. {@link Pages} takes such names apart.
 *
 * <p><b>Taken by force.</b> When the kernel takes a frame back, its page shows void from that
 * moment: what is read there is zero or what the environment itself wrote since, and never another
 * environment's. {@link #isLive} tells.
 *
 * <p><b>Ownership and lifetime.</b> The window belongs to the thread that bound it: only that
 * thread may call its methods, while the segment may be read and written by any thread. {@link
 * #close()}, and the end of the environment, release all pages and close the segment.
 *
 * <p><b>Cost.</b> {@code tryTakePage} and {@code tryReturnPage}: nanoseconds, no host call, no
 * allocation. Everything else: one host call for each run of consecutive frames, under the kernel's
 * frame lock.
 *
 * <p><b>Source.</b> A batch of mappings here is what a TLB write is in Aegis.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 29-30: application-defined page tables"
 */
public interface Window extends AutoCloseable {
    /** {@return the memory of the window; read-only if the window was bound for reading} */
    MemorySegment segment();

    /** {@return how many pages the window has} */
    int pageCount();

    /**
     * Allocates frames and maps them to consecutive pages. All pages are in use afterwards and read
     * as zeros.
     *
     * <p>The kernel prefers consecutive frames, so that transfers may span pages and one host call
     * maps them all.
     *
     * @param firstPage first page; all {@code pageCount} pages show void
     * @param pageCount how many, at least 1
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many frames; with {@link exo.api.ErrorCode#BUSY} if a page is already
     *         mapped; no effect
     * @throws IndexOutOfBoundsException if the window has no such pages
     * @throws IllegalStateException if the window was bound for reading, or is closed
     */
    void allocPages(int firstPage, int pageCount);

    /**
     * Allocates particular frames and maps them to consecutive pages.
     *
     * @param firstPage first page; all {@code pageCount} pages show void
     * @param pageCount how many, at least 1
     * @param firstFrame the number of the first frame; the frames are consecutive
     * @throws exo.api.ResourceException as {@link #allocPages}, and with {@link
     *         exo.api.ErrorCode#BUSY} if a frame is in use; with {@link
     *         exo.api.ErrorCode#OUT_OF_RANGE} if the pool has no such frame; no effect
     */
    void allocPagesAt(int firstPage, int pageCount, int firstFrame);

    /**
     * Maps frames that another environment shared.
     *
     * @param firstPage first page; all {@code frameCount} pages show void
     * @param frames the capability; it needs {@link exo.api.Rights#READ}, and {@link
     *        exo.api.Rights#WRITE} too if the window is writable
     * @param firstIndex first frame of the capability to map
     * @param frameCount how many, at least 1
     * @throws exo.api.CapabilityException if the capability is not valid or lacks a right; no
     *         effect
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if a page is already
     *         mapped; no effect
     */
    void map(int firstPage, Frames frames, int firstIndex, int frameCount);

    /**
     * Unmaps pages; they show void afterwards. Frames that the environment allocated go back to the
     * pool, whoever else had them mapped. Pages that show void already are passed over.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if a transfer on one of
     *         the pages is under way, or a packet ring lies on it; no effect
     */
    void releasePages(int firstPage, int pageCount);

    /**
     * Takes an idle page of this window into use.
     *
     * <p>Idle pages are those that were returned by {@link #tryReturnPage}. Their content is
     * whatever this environment left there.
     *
     * @return the name of the page, or {@link Pages#NONE} if no page is idle
     */
    long tryTakePage();

    /**
     * Returns a page to the kernel: it stays mapped but idle, no longer counts as held, and is the
     * first to go when frames are needed elsewhere. Its name is stale afterwards.
     *
     * @param page the name of the page
     * @return 0, or the refusal of {@link exo.api.ErrorCode#STALE} if the name is not current or
     *         the page shows frames of another environment, or of {@link exo.api.ErrorCode#BUSY} if
     *         a transfer on the page is under way or a ring lies on it; no effect then
     */
    int tryReturnPage(long page);

    /**
     * {@return the current name of a page in use, or {@link Pages#NONE} if it shows void, is idle,
     * or was taken}
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    long page(int pageIndex);

    /**
     * {@return whether the name is current: the page is in use and was not taken}
     *
     * @param page the name of the page
     */
    boolean isLive(long page);

    /**
     * {@return the number of the frame that a page shows, or -1 if it shows void}
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    int frame(int pageIndex);

    /**
     * {@return the host's own number of the frame that a page shows, or -1 where it shows void or
     * the host does not tell; useful for cache colouring}
     *
     * <p>Cost: one host call.
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    long hostFrame(int pageIndex);

    /**
     * Releases all pages and closes the segment. Queues and packet bindings that lie on the window
     * must be closed before. Idempotent.
     *
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if a queue or binding
     *         still lies on the window; no effect
     */
    @Override
    void close();
}
