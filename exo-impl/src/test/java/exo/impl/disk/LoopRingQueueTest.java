// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig.QueueBackend;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;

/** The contract by io_uring on a block device with sectors of 512 bytes. */
@NeedsRoot
@NeedsFacility(HostFacility.LOOP_DEVICE)
class LoopRingQueueTest extends LoopQueueContract {
    LoopRingQueueTest() {
        super(512, QueueBackend.IO_URING);
    }
}
