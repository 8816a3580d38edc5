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
 * @param pageCount how many
 */
record SharedPages(KernelWindow window, KernelFrames frames, int firstPage, int pageCount)
        implements
            Binding {
    @Override
    public void sever(Repossession.Cause cause) {
        window.takeShared(firstPage, pageCount, frames, cause);
    }
}
