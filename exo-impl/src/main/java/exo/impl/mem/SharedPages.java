// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;

/**
 * The binding between a capability for frames and the pages that show them.
 *
 * @param window where they are shown
 * @param frames the capability
 * @param firstPage first page
 * @param firstIndex the frame of the capability that it shows
 * @param pageCount how many
 */
record SharedPages(KernelWindow window, KernelFrames frames, int firstPage, int firstIndex,
        int pageCount) implements Binding {
    /** {@return whether a page still shows its frame, shared or as a view} */
    boolean isShown(PageTable table, int index) {
        byte shown = table.state(firstPage + index);
        return (shown == PageTable.SHARED || shown == PageTable.VIEW)
                && table.frame(firstPage + index) == frames.frame(firstIndex + index);
    }

    @Override
    public void sever(Repossession.Cause cause) {
        window.takeShared(this, cause);
    }
}
