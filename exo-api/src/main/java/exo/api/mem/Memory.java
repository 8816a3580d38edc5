// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Rights;

/**
 * Page frames, as one environment sees them.
 *
 * <p><b>Thread-safety.</b> Threads of the environment; a window belongs to the thread that bound
 * it, and no other may pass it in here. Sizes and numbers of frames may be asked by any thread.
 *
 * <p><b>Errors.</b> Beside those named: {@link WrongThreadException} if the calling thread is not
 * one of the environment, or does not own the window; {@link exo.api.ResourceException} with {@link
 * exo.api.ErrorCode#ENV_ENDED} if the environment is ending; {@link IllegalArgumentException} if a
 * window is another environment's; {@link IllegalStateException} if it is closed. No effect then.
 *
 * <p><b>Frames that are not there.</b> Within the guaranteed quota a call waits until frames come
 * back that were lent to others, for as long as {@link exo.api.HostConfig.Lending} gives them;
 * beyond it, a call is refused with {@link exo.api.ErrorCode#EXHAUSTED} if the pool has none to
 * spare. That goes for {@link #snapshot}, {@link Window#allocPages}, and {@link Window#mapCopy}.
 */
public interface Memory {
    /**
     * {@return the size of a page and of a frame in bytes: the host's page size, a power of two}
     */
    int pageBytes();

    /** {@return how many frames the pool has; frames are numbered from 0} */
    int frameCount();

    /**
     * {@return how many frames of the pool no environment uses at this moment, this environment's
     * own idle pages included} Some of them may be set aside, so it is no promise.
     */
    int freeFrameCount();

    /**
     * {@return whether the frame is free at this moment; the answer may be outdated when it
     * arrives}
     *
     * @param frame the number of the frame
     * @throws IndexOutOfBoundsException if the pool has no such frame
     */
    boolean isFreeFrame(int frame);

    /**
     * Reserves an address range for this environment.
     *
     * <p>Every page of it shows void at first: a private page that holds zeros until it is written
     * and whose content is nobody else's and may vanish. The window belongs to the calling thread.
     *
     * <p>It is charged as a kernel object for each {@value Pages#PAGES_PER_OBJECT} pages begun.
     *
     * @param pageCount pages of the range, 1 to {@link Pages#MAX_WINDOW_PAGES}
     * @param rights {@link Rights#READ} for a window through which nothing can be written, or
     *        {@link Rights#READ_WRITE}
     * @return the window
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if that many kernel
     *         objects are not left; no effect
     * @throws exo.api.HostFaultException if the host has no address range that long; no effect
     * @throws IllegalArgumentException if the number of pages or the rights are others
     */
    Window bindWindow(int pageCount, Rights rights);

    /**
     * {@return {@code bindWindow(pageCount, Rights.READ_WRITE)}}
     *
     * @param pageCount pages of the range
     */
    default Window bindWindow(int pageCount) {
        return bindWindow(pageCount, Rights.READ_WRITE);
    }

    /**
     * Reserves an address range for frames of 2 MiB.
     *
     * <p>It is a window like any other, with these differences: {@link Window#segment()} has 2 MiB
     * for each page; its frames are charged as huge frames; queues and packet bindings refuse its
     * pages with {@link exo.api.ErrorCode#UNAVAILABLE}, and so do {@link #share}, {@link
     * #snapshot}, {@link Window#map}, {@link Window#mapCopy}, {@link Window#guarantee}, {@link
     * Window#trackWrites}, and {@link Window#collectWritten}.
     *
     * @param pageCount pages of the range, 1 to {@link MemoryConfig#MAX_HUGE_FRAMES}
     * @param rights as in {@link #bindWindow(int, Rights)}
     * @return the window
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#UNAVAILABLE} if the kernel
     *         has no huge frames; with {@link exo.api.ErrorCode#QUOTA} if no kernel object is left;
     *         no effect
     * @throws exo.api.HostFaultException if the host has no address range that long; no effect
     * @throws IllegalArgumentException if the number of pages or the rights are others
     */
    Window bindHugeWindow(int pageCount, Rights rights);

    /** {@return the size of a huge page in bytes: 2 MiB} */
    int hugePageBytes();

    /** {@return how many huge frames the kernel has, 0 if none} */
    int hugeFrameCount();

    /** {@return what the colours of a {@link FrameRequest} are taken from} */
    ColourSource frameColours();

    /** What the colours of frames are taken from. */
    enum ColourSource {
        /**
         * The host's frame numbers: the colours of the caches. The pool is locked and the kernel
         * may read the numbers. The host may still move a frame, though it seldom does.
         */
        HOST,
        /** The pool's own numbers: frames of one colour need not meet in a cache. */
        POOL
    }

    /**
     * Makes a capability for frames that lie in one of this environment's windows, so that they can
     * be granted to another environment.
     *
     * <p>The frames stay allocated, and charged to this environment, until it releases their pages;
     * at that moment they vanish from the windows of everybody they were granted to.
     *
     * @param window the window
     * @param firstPage first page in it
     * @param pageCount how many pages, at least 1; all live
     * @param rights what its holders may do with the frames; {@link Rights#GRANT} and {@link
     *        Rights#REVOKE} are added
     * @param label its label in this environment's key-ring
     * @return the capability
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if a page is not
     *         mapped to a frame of this environment; with {@link exo.api.ErrorCode#UNSETTLED} if it
     *         is a copy-on-write view; with {@link exo.api.ErrorCode#UNAVAILABLE} if its frame is
     *         huge; with {@link exo.api.ErrorCode#QUOTA} if no kernel object is left; with {@link
     *         exo.api.ErrorCode#ALREADY_EXISTS} if the label is taken; no effect
     * @throws exo.api.RepossessedException if a page was taken by force; no effect
     * @throws IndexOutOfBoundsException if the window has no such pages
     */
    Frames share(Window window, int firstPage, int pageCount, Rights rights, String label);

    /**
     * Freezes frames of this environment, so that they can be copied at the cost of mapping them.
     *
     * <p>The pages of the window keep their names and their content, and become copy-on-write
     * views: what is written to them from now on is their own, and the frames keep what they hold
     * at this moment. Every holder of the capability may map such views by {@link Window#mapCopy},
     * or the frames themselves for reading by {@link Window#map}. Threads that write to the pages
     * during this call may find their writes on either side.
     *
     * <p><b>Charge.</b> {@code pageCount} frames more, set aside for the views of this window, so
     * that {@link Window#settle} always finds them. The frozen frames stay charged to this
     * environment until the capability is dropped or taken by force.
     *
     * <p><b>The end.</b> When this capability is dropped, views of others show void, as shared
     * frames do when they are taken; so do views of it that this environment mapped by {@code
     * mapCopy}. The pages it was made from, as far as they are still unsettled, get the frozen
     * frames back, and the frames set aside for them are given up: {@linkplain Window#isUnsettled
     * settled} at once if the window's own thread drops the capability and nothing else writes to
     * the pages meanwhile, otherwise at the next {@link Window#settle}. No write is lost.
     *
     * @param window the window; the calling thread's, and writable
     * @param firstPage first page in it
     * @param pageCount how many pages, at least 1; all live, none of them shared or in a transfer
     * @param label the label of the capability in this environment's key-ring
     * @return the capability; it carries READ, GRANT and REVOKE
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if a page does not
     *         show a frame of this environment; with {@link exo.api.ErrorCode#UNSETTLED} if it is a
     *         view itself; with {@link exo.api.ErrorCode#BUSY} if a transfer on it is under way, a
     *         packet ring lies on it, or a live capability shares it; with {@link
     *         exo.api.ErrorCode#QUOTA} if the environment may not hold that many frames more, or no
     *         kernel object is left; with {@link exo.api.ErrorCode#EXHAUSTED} if extra frames are
     *         needed and the pool has none to spare; with {@link exo.api.ErrorCode#UNAVAILABLE} if
     *         its frame is huge; with {@link exo.api.ErrorCode#ALREADY_EXISTS} if the label is
     *         taken; no effect
     * @throws exo.api.RepossessedException if a page was taken by force; no effect
     * @throws IllegalStateException if the window was bound for reading
     * @throws IndexOutOfBoundsException if the window has no such pages
     * @throws exo.api.HostFaultException if the host refuses to map; the content of the pages is as
     *         it was, though some may be unsettled
     */
    Frames snapshot(Window window, int firstPage, int pageCount, String label);
}
