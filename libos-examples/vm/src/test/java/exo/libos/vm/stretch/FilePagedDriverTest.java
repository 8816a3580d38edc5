// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.disk.DiskConfig.QueueBackend;

/** Self-paging over pread and pwrite. */
final class FilePagedDriverTest extends PagedDriverContract {
    FilePagedDriverTest() {
        super(QueueBackend.PREAD);
    }
}
