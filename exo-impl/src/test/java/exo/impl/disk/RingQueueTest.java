// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig.QueueBackend;

class RingQueueTest extends ExtentQueueContract {
    RingQueueTest() {
        super(QueueBackend.IO_URING);
    }
}
