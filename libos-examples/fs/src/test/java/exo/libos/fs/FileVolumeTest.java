// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.disk.DiskConfig.QueueBackend;

/** Volumes over pread and pwrite. */
final class FileVolumeTest extends VolumeContract {
    FileVolumeTest() {
        super(QueueBackend.PREAD);
    }
}
