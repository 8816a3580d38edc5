// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

/**
 * Blocks that the kernel writes the content of pages to when it takes them by force.
 *
 * <p><b>Shape.</b> Places, numbered from 0, each for one page. Place {@code n} lies on the blocks
 * of the extent from {@link #block block(n)} on.
 *
 * <pre>
 *   FREE --a page is taken--> WRITING ----> WRITTEN --free--> FREE
 *                                  \------> FAILED  --free--> FREE
 * </pre>
 *
 * <p><b>What is kept.</b> A page that is taken at a deadline, was in use, and is charged to the
 * environment, if a place and a buffer are free at that moment; pages are taken in the order that
 * {@link exo.api.mem.Window#guarantee} describes. The entry of the repossession vector names the
 * place. The content is copied to a buffer before the page shows void, so that whoever wanted the
 * frame need not wait for the device; {@link exo.api.upcall.UpcallHandler#onSpilled} tells when it
 * is on its blocks, from where the libOS reads it by an {@link ExtentQueue}. Pages that find no
 * place or no buffer are lost.
 *
 * <p><b>Charge.</b> A buffer is a frame of the environment that it cannot use otherwise. Force
 * takes buffers when only marked pages are left besides; those that are free go at once, the others
 * when the device is done.
 *
 * <p><b>Ownership and lifetime.</b> It ends with {@link #close()}, with its environment, or when
 * the capability for the extent dies; what is not written by then is lost. Whoever else can write
 * to the blocks can change what is kept.
 *
 * <p><b>Thread-safety.</b> Threads of the environment. <b>Cost.</b> Of a page that is spilled: one
 * copy; the write is done by a thread of the kernel, one for each device, in the order of the
 * pages.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 25: the repossession vector can be pre-loaded with disk
 *      blocks to which pages are written"
 */
public interface SpillArea extends AutoCloseable {
    /** The most places of one area. */
    int MAX_PLACES = 1 << 20;
    /** The most buffers of one area. */
    int MAX_BUFFERS = 1024;

    /** What a place holds. */
    enum State {
        /** Nothing that is wanted. */
        FREE,
        /** The content of a page that is on its way. */
        WRITING,
        /** The content of a page. */
        WRITTEN,
        /** The content of a page could not be written, and is lost. */
        FAILED
    }

    /** {@return the capability for the extent} */
    Extent extent();

    /** {@return how many places there are} */
    int placeCount();

    /** {@return how many of them are free at this moment} */
    int freeCount();

    /** {@return how many buffers are left} */
    int bufferCount();

    /**
     * {@return what a place holds at this moment}
     *
     * @param place the place
     * @throws IndexOutOfBoundsException if there is no such place
     */
    State state(int place);

    /**
     * {@return the first block of a place, counted in the extent}
     *
     * @param place the place
     * @throws IndexOutOfBoundsException if there is no such place
     */
    long block(int place);

    /**
     * Makes a place free for another page: what it holds is not wanted any more.
     *
     * @param place the place
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} while it is being
     *         written; no effect
     * @throws IndexOutOfBoundsException if there is no such place
     */
    void free(int place);

    /** Ends the area after what is under way is written, and gives the buffers back. Idempotent. */
    @Override
    void close();
}
