// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.mem.Window;
import exo.host.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A window as queues and packet bindings see it. The window's owner thread calls it.
 *
 * <p>While a page is pinned it is not returned, released or remapped. Only a repossession passes
 * over a pin, and it drains the {@link PinHolder}s of the window first.
 */
// Owners are compared by identity.
@SuppressWarnings("ReferenceEquality")
public interface PinnableWindow {
    /** The access of whoever reads pages: the bits of {@link exo.api.Rights#READ}. */
    int READ = 1;
    /** The access of whoever writes pages: the bits of {@link exo.api.Rights#WRITE}. */
    int WRITE = 2;

    /**
     * Decodes a window that a libOS named: it is the caller's own, open, and of the calling thread.
     *
     * @param allegation what the libOS passed in
     * @param caller who calls
     * @return the window
     * @throws IllegalArgumentException if it is not a window of the caller
     * @throws WrongThreadException if it belongs to another thread
     */
    static PinnableWindow of(Window allegation, Principal caller) {
        Objects.requireNonNull(allegation, "window");
        if (!(allegation instanceof PinnableWindow window) || window.principal() != caller) {
            throw new IllegalArgumentException(
                    "the window is not one of env " + caller.name() + ": "
                            + allegation.getClass().getName());
        }
        window.checkOwner();
        return window;
    }

    /**
     * {@return the environment the window belongs to; null if the object was made without a
     * constructor}
     */
    Principal principal();

    /**
     * Refuses the call if the window is closed or the calling thread is not its owner.
     */
    void checkOwner();

    /** {@return the memory of the window} */
    MemorySegment memory();

    /** {@return whether the window may be written} */
    boolean isWritable();

    /** {@return the size of a page in bytes} */
    int pageBytes();

    /**
     * {@return the mapping of the whole frame pool, in which frame {@code n} lies at {@code n}
     * pages}
     */
    Mapping pool();

    /**
     * Pins consecutive pages that show consecutive frames. hot: guarded by the queue benchmark.
     *
     * @param page the name of the first page
     * @param pageCount how many
     * @param access what is done with them: {@link #READ}, {@link #WRITE}, or both
     * @return the number of the first frame; or a refusal, and nothing is pinned
     */
    int tryPin(long page, int pageCount, int access);

    /**
     * {@return whether the libOS permits the kernel to read a part of the window} The owner thread.
     * hot: guarded by the packet benchmarks.
     *
     * @param offset where the part begins, in bytes; inside the window
     * @param lengthBytes how long it is, not negative; inside the window
     */
    boolean isReadable(long offset, int lengthBytes);

    /**
     * Unpins pages. hot: guarded by the queue benchmark.
     *
     * @param firstPage the number of the first page
     * @param pageCount how many
     */
    void unpin(int firstPage, int pageCount);

    /**
     * Registers somebody who pins pages.
     *
     * @param holder who
     */
    void attach(PinHolder holder);

    /**
     * Forgets somebody who pins pages no longer.
     *
     * @param holder who
     */
    void detach(PinHolder holder);
}
