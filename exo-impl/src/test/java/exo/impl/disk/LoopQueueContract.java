// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.testkit.LoopDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What every backend promises, on a block device of the host that is opened with O_DIRECT. */
abstract class LoopQueueContract extends ExtentQueueContract {
    private final LoopDevice loop;

    LoopQueueContract(int sectorBytes, QueueBackend backend) {
        this(LoopDevice.create(BYTES, sectorBytes), backend);
    }

    private LoopQueueContract(LoopDevice loop, QueueBackend backend) {
        super(DiskConfig.at("disk0", loop.device()).queue(backend));
        this.loop = loop;
    }

    @AfterEach
    @Override
    void closeKernel() {
        super.closeKernel();
        loop.close();
    }

    @Test
    void shouldOpenTheDeviceDirectly() {
        assertTrue(device().isDirect());
        assertEquals(4096, device().blockBytes());
        assertEquals(BYTES / 4096, device().blockCount());
    }
}
