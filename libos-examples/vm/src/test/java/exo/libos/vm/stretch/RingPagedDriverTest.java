// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.disk.DiskConfig.QueueBackend;

/** Self-paging over io_uring. */
final class RingPagedDriverTest extends PagedDriverContract {
    RingPagedDriverTest() {
        super(QueueBackend.IO_URING);
    }
}
