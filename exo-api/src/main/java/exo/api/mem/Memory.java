// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Rights;

/**
 * Page frames, as one environment sees them.
 *
 * <p><b>Thread-safety.</b> Threads of the environment; a window belongs to the thread that bound
 * it.
 */
public interface Memory {
    /**
     * {@return the size of a page and of a frame in bytes: the host's page size, a power of two}
     */
    int pageBytes();

    /** {@return how many frames the pool has; frames are numbered from 0} */
    int frameCount();

    /**
     * {@return how many frames of the pool no environment uses at this moment, idle mapped frames
     * included}
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
     * @param pageCount pages of the range, 1 to {@link Pages#MAX_WINDOW_PAGES}
     * @param rights {@link Rights#READ} for a window through which nothing can be written, or
     *        {@link Rights#READ_WRITE}
     * @return the window
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if no kernel object is
     *         left; no effect
     * @throws exo.api.HostFaultException if the host has no address range that long; no effect
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
     * Makes a capability for frames that lie in one of this environment's windows, so that they can
     * be granted to another environment.
     *
     * <p>The frames stay allocated, and charged to this environment, until it releases their pages;
     * at that moment they vanish from the windows of everybody they were granted to.
     *
     * @param window the window
     * @param firstPage first page in it
     * @param pageCount how many pages, at least 1; all live
     * @param rights what the capability allows at most
     * @param label its label in this environment's key-ring
     * @return the capability
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#STALE} if a page is not
     *         mapped to a frame of this environment; with {@link exo.api.ErrorCode#QUOTA} if no
     *         kernel object is left; with {@link exo.api.ErrorCode#ALREADY_EXISTS} if the label is
     *         taken; no effect
     */
    Frames share(Window window, int firstPage, int pageCount, Rights rights, String label);
}
