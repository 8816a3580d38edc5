// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.disk.DiskConfig.QueueBackend;

class FileCheetahTest extends CheetahContract {
    FileCheetahTest() {
        super(QueueBackend.PREAD);
    }
}
