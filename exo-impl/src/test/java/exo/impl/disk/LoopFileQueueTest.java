// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig.QueueBackend;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;

/** The contract by pread and pwrite on a block device with sectors of 4,096 bytes. */
@NeedsRoot
@NeedsFacility(HostFacility.LOOP_DEVICE)
class LoopFileQueueTest extends LoopQueueContract {
    LoopFileQueueTest() {
        super(4096, QueueBackend.PREAD);
    }
}
