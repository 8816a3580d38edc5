// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.disk.DiskConfig.QueueBackend;

/** Volumes over io_uring. */
final class RingVolumeTest extends VolumeContract {
    RingVolumeTest() {
        super(QueueBackend.IO_URING);
    }
}
