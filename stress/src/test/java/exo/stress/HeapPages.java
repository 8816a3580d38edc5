// SPDX-License-Identifier: Apache-2.0
package exo.stress;

import exo.host.Mapping;
import exo.impl.cap.PinHolder;
import exo.impl.cap.PinnableWindow;
import exo.impl.cap.Principal;
import java.lang.foreign.MemorySegment;

/**
 * Memory for one packet binding: a window would cost several host calls for each state that is
 * tried, of which there are millions. Only {@link #memory()} is used on the paths under test.
 */
public final class HeapPages implements PinnableWindow {
    private static final int PAGE_BYTES = 1024;

    private final Principal principal;
    private final MemorySegment memory;

    /**
     * Makes a page.
     *
     * @param principal whose it is
     */
    public HeapPages(Principal principal) {
        this.principal = principal;
        this.memory = MemorySegment.ofArray(new byte[PAGE_BYTES]);
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public void checkOwner() {
        // One binding uses it, which looks after its own thread.
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public int pageBytes() {
        return PAGE_BYTES;
    }

    @Override
    public Mapping pool() {
        throw new IllegalStateException("no device transfers to this page");
    }

    @Override
    public int tryPin(long page, int pageCount, int access) {
        return 0;
    }

    @Override
    public boolean isReadable(long offset, int lengthBytes) {
        return true;
    }

    @Override
    public void unpin(int firstPage, int pageCount) {
        // Nothing ever takes the page away.
    }

    @Override
    public void attach(PinHolder holder) {
        // Nothing ever takes the page away.
    }

    @Override
    public void detach(PinHolder holder) {
        // Nothing ever takes the page away.
    }
}
