// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig.QueueBackend;

class FileQueueTest extends ExtentQueueContract {
    FileQueueTest() {
        super(QueueBackend.PREAD);
    }
}
