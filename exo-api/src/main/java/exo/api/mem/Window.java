// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Rights;
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
 * #close()}, and the end of the thread or of the environment, release all pages and close the
 * segment: access to it then throws {@link IllegalStateException}.
 *
 * <p><b>Errors.</b> Beside those named, of all methods but {@link #segment} and {@link #pageCount}:
 * {@link WrongThreadException} if another thread calls; and, but for {@link #tryTakePage}, {@link
 * #tryReturnPage} and {@link #close}, {@link IllegalStateException} if the window is closed, {@link
 * exo.api.ResourceException} with {@link exo.api.ErrorCode#ENV_ENDED} if the environment is ending,
 * {@link IndexOutOfBoundsException} for pages that the window does not have, {@link
 * IllegalArgumentException} for no page at all. No effect then.
 *
 * <p><b>Cost.</b> {@code tryTakePage} and {@code tryReturnPage}: nanoseconds, no host call, no
 * allocation. What maps or unmaps pages: one host call for each run of consecutive frames, under
 * the window's lock. What only asks or notes something of pages makes no host call, unless it says
 * so.
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
     * maps them all. The call may wait for guaranteed frames, as {@link Memory} says.
     *
     * @param firstPage first page; all {@code pageCount} pages show void
     * @param pageCount how many, at least 1
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many frames; with {@link exo.api.ErrorCode#EXHAUSTED} if extra frames
     *         are needed and the pool has none to spare; with {@link exo.api.ErrorCode#BUSY} if a
     *         page is already mapped, its last use is not over yet, or it was {@linkplain Pages
     *         retired}; no effect
     * @throws exo.api.HostFaultException if the host refuses to map, or the process has so many
     *         mappings that more might end it; no effect
     * @throws IndexOutOfBoundsException if the window has no such pages
     * @throws IllegalStateException if the window was bound for reading, or is closed
     */
    void allocPages(int firstPage, int pageCount);

    /**
     * Allocates frames of a kind and maps them to consecutive pages.
     *
     * @param firstPage first page; all {@code pageCount} pages show void
     * @param pageCount how many, at least 1
     * @param request which frames
     * @throws exo.api.ResourceException as {@link #allocPages}; with {@link
     *         exo.api.ErrorCode#NOT_CONTIGUOUS} if no such run is free; with {@link
     *         exo.api.ErrorCode#EXHAUSTED} if not enough frames of the colour are free; with {@link
     *         exo.api.ErrorCode#UNAVAILABLE} if the pool does not lie on the node; with {@link
     *         exo.api.ErrorCode#BUSY} or {@link exo.api.ErrorCode#OUT_OF_RANGE} for frames asked
     *         for by number; no effect
     * @throws exo.api.HostFaultException as {@link #allocPages(int, int)}; no effect
     */
    void allocPages(int firstPage, int pageCount, FrameRequest request);

    /**
     * Allocates particular frames and maps them to consecutive pages; short for {@link
     * FrameRequest#at}.
     *
     * @param firstPage first page; all {@code pageCount} pages show void
     * @param pageCount how many, at least 1
     * @param firstFrame the number of the first frame; the frames are consecutive
     * @throws exo.api.ResourceException as {@link #allocPages}, and with {@link
     *         exo.api.ErrorCode#BUSY} if a frame is in use; with {@link
     *         exo.api.ErrorCode#OUT_OF_RANGE} if the pool has no such frame; no effect
     * @throws exo.api.HostFaultException as {@link #allocPages(int, int)}; no effect
     */
    void allocPagesAt(int firstPage, int pageCount, int firstFrame);

    /**
     * Maps frames that another environment shared. They are charged to whoever shared them; when
     * that environment gives them up, or the capability is revoked, the pages show void.
     *
     * @param firstPage first page; all {@code frameCount} pages show void
     * @param frames the capability; it needs {@link exo.api.Rights#READ}, and {@link
     *        exo.api.Rights#WRITE} too if the window is writable
     * @param firstIndex first frame of the capability to map
     * @param frameCount how many, at least 1
     * @throws exo.api.CapabilityException if the capability is not valid or lacks a right; no
     *         effect
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} as {@link
     *         #allocPages(int, int)}; with {@link exo.api.ErrorCode#UNAVAILABLE} if the window has
     *         huge pages; no effect
     * @throws exo.api.HostFaultException as {@link #allocPages(int, int)}; no effect
     * @throws IndexOutOfBoundsException if the window has no such pages, or the capability no such
     *         frames
     */
    void map(int firstPage, Frames frames, int firstIndex, int frameCount);

    /**
     * Maps copy-on-write views of frozen frames. They show what the frames hold; what is written to
     * them is seen through them alone.
     *
     * <p><b>Charge.</b> {@code frameCount} frames, set aside at once, since nobody can refuse at
     * the moment of the write. A written page that is not settled yet lies in memory of the process
     * outside the pool.
     *
     * <p>Queues and packet bindings refuse such pages with {@link exo.api.ErrorCode#UNSETTLED},
     * since a transfer would go to the frozen frame; {@link #settle} mends that.
     *
     * @param firstPage first page; all {@code frameCount} pages show void
     * @param frames the capability, made by {@link Memory#snapshot}; it needs {@link
     *        exo.api.Rights#READ}
     * @param firstIndex first frame of the capability to map
     * @param frameCount how many, at least 1
     * @throws exo.api.CapabilityException if the capability is not valid or lacks the right; no
     *         effect
     * @throws exo.api.ResourceException as {@link #allocPages(int, int)}; with {@link
     *         exo.api.ErrorCode#UNAVAILABLE} if the window has huge pages; no effect
     * @throws exo.api.HostFaultException as {@link #allocPages(int, int)}; no effect
     * @throws IndexOutOfBoundsException if the window has no such pages, or the capability no such
     *         frames
     * @throws IllegalArgumentException if the frames are not frozen
     * @throws IllegalStateException if the window was bound for reading, or is closed
     */
    void mapCopy(int firstPage, Frames frames, int firstIndex, int frameCount);

    /**
     * Gives copy-on-write views frames of their own, with the content they show now. Pages that are
     * no such views are passed over. The frames were set aside when the views were mapped, so this
     * is never refused for want of them. Names stay current.
     *
     * <p>What other threads write to the pages during the call may be lost.
     *
     * <p>Cost: copying, and one host call for each run of consecutive frames, which the kernel
     * prefers; the window's lock is held for at most 64 pages at a time.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1
     * @throws exo.api.HostFaultException if the host refuses to map; pages before the refused run
     *         are settled, the others are as they were
     */
    void settle(int firstPage, int pageCount);

    /**
     * {@return whether a page is a copy-on-write view without a frame of its own}
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    boolean isUnsettled(int pageIndex);

    /**
     * Unmaps pages; they show void afterwards. Frames that the environment allocated go back to the
     * pool, whoever else had them mapped. Pages that show void already are passed over.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if a transfer on one of
     *         the pages is under way, or a packet ring lies on it; no effect
     * @throws exo.api.HostFaultException if the process has so many mappings that one more might
     *         end it; no effect, and all pages of the window together can still be released
     */
    void releasePages(int firstPage, int pageCount);

    /**
     * Takes an idle page of this window into use.
     *
     * <p>Idle pages are those that were returned by {@link #tryReturnPage}. Their content is
     * whatever this environment left there.
     *
     * @return the name of the page, or {@link Pages#NONE} if no page is idle, or the window is
     *         closed
     */
    long tryTakePage();

    /**
     * Returns a page to the kernel: it stays mapped but idle, no longer counts as held, and is the
     * first to go when frames are needed elsewhere. Its name is stale afterwards.
     *
     * @param page the name of the page
     * @return 0, or the refusal of {@link exo.api.ErrorCode#STALE} if the name is not current, the
     *         page shows frames of another environment, or the window is closed; of {@link
     *         exo.api.ErrorCode#UNSETTLED} if it is a copy-on-write view; of {@link
     *         exo.api.ErrorCode#BUSY} if a transfer on the page is under way or a ring lies on it;
     *         no effect then
     */
    int tryReturnPage(long page);

    /**
     * Sets what the libOS itself forbids on pages.
     *
     * <p>It holds on what the kernel does for the libOS: {@code NONE} pages are not read by a disk
     * write or a send, {@code READ} and {@code NONE} pages are not written by a disk read, a packet
     * ring wants {@code READ_WRITE}, and a {@link SoftTlb} calls its handler. They are refused with
     * {@link exo.api.ErrorCode#PROTECTED}. Access through {@link #segment()} is <em>not</em>
     * stopped: the host would have to answer it with a fault, which ends the JVM. A page that is
     * mapped begins with {@code READ_WRITE}.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1; all show frames
     * @param rights {@link exo.api.Rights#NONE}, {@link exo.api.Rights#READ} or {@link
     *        exo.api.Rights#READ_WRITE}
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if a page shows void;
     *         with {@link exo.api.ErrorCode#BUSY} if a transfer on one is under way or a packet
     *         ring lies on it; no effect
     * @throws exo.api.RepossessedException if a page was taken by force; no effect
     * @throws IllegalArgumentException if the rights are others
     */
    void protect(int firstPage, int pageCount, Rights rights);

    /**
     * {@return what {@link #protect} left on a page}
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    Rights protection(int pageIndex);

    /**
     * Marks pages as the last that are taken by force, or takes the mark away.
     *
     * <p>Force takes idle pages first, then unmarked ones, then those that a transfer or a ring
     * uses, then frozen frames, then the buffers of spill areas, and marked pages only if nothing
     * else is left; of equals, those of the window that was bound last, from the highest down. If
     * marked pages must go, they go before the buffers, which may keep their content. A libOS that
     * is given time is told so by {@link exo.api.upcall.RevokeRequest.Stage#EMERGENCY}. The mark
     * ends when the page shows void.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1; all show frames that are charged to this environment
     * @param guaranteed whether to mark
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if more pages would be
     *         marked, over all windows, than the quota guarantees frames; with {@link
     *         exo.api.ErrorCode#STALE} if a page shows no frame charged to this environment; with
     *         {@link exo.api.ErrorCode#UNAVAILABLE} if the window has huge pages, which force does
     *         not take; no effect
     * @throws exo.api.RepossessedException if a page was taken by force; no effect
     * @see "Engler, PhD thesis, MIT 1998, page 29: guaranteed mappings"
     */
    void guarantee(int firstPage, int pageCount, boolean guaranteed);

    /**
     * Begins or ends to follow which pages are written.
     *
     * <p>While it is on, the first write to each page after {@link #collectWritten} costs a fault
     * inside the host, about a microsecond, and each call that maps pages two host calls more.
     *
     * @param on whether writes are followed; when it is turned on, no page counts as written
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#UNAVAILABLE} if the host does
     *         not tell; {@code Exokernel.facilities} has the cause as {@code memory.dirty}
     * @throws exo.api.HostFaultException if the host refuses it; writes are not followed then
     */
    void trackWrites(boolean on);

    /**
     * Tells which pages were written since the last call, and forgets it.
     *
     * <p>Written are: pages to which the environment stored; pages that a transfer wrote, once it
     * is complete; pages in which packets were placed. Nothing is lost between calls: a write that
     * comes while this call runs is told by this call or by the next. Pages that show void are not
     * told. The host tells no such thing about reads; {@link #collectReferenced} knows what the
     * kernel knows.
     *
     * <p>Cost: one host call for 256 separate runs of written pages; no allocation.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1
     * @param bits where to write the answer: bit 0 of the first element is {@code firstPage}; the
     *        elements that the pages need are overwritten, bits past the last page with 0
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#UNAVAILABLE} if the host does
     *         not tell
     * @throws IllegalStateException if {@link #trackWrites} is off
     * @throws IllegalArgumentException if {@code bits} is too short
     */
    void collectWritten(int firstPage, int pageCount, long[] bits);

    /**
     * Tells which pages the kernel used for the libOS since the last call, and forgets it: pages of
     * transfers and rings, and pages that were inserted into a {@link SoftTlb}. Loads and stores
     * through {@link #segment()} are not seen: the host keeps no such bits for a process.
     *
     * @param firstPage first page
     * @param pageCount how many, at least 1
     * @param bits where to write the answer, as in {@link #collectWritten}
     * @throws IllegalArgumentException if {@code bits} is too short
     */
    void collectReferenced(int firstPage, int pageCount, long[] bits);

    /**
     * {@return 32 bits for the libOS's own use, kept while the page shows a frame; 0 when it was
     * mapped}
     *
     * @param pageIndex the number of the page
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    int softBits(int pageIndex);

    /**
     * Sets the bits for the libOS's own use.
     *
     * @param pageIndex the number of the page
     * @param bits the bits
     * @throws IndexOutOfBoundsException if the window has no such page
     */
    void softBits(int pageIndex, int bits);

    /**
     * Binds a software TLB over this window. A window may have several.
     *
     * @param entries how many entries, a power of two, 1 to {@link SoftTlb#MAX_ENTRIES}
     * @param handler what to do when it has no answer
     * @return the TLB, empty
     * @throws IllegalArgumentException if the number of entries is another
     */
    SoftTlb bindTlb(int entries, MissHandler handler);

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
