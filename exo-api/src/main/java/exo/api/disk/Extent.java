// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

import exo.api.Capability;

/**
 * The capability for a run of blocks on one device. Blocks of an extent are numbered from 0; the
 * kernel adds {@link #firstBlock()}.
 */
public interface Extent extends Capability {
    /** {@return the name of the device it lies on} */
    String deviceName();

    /** {@return the name in the device's catalogue, or empty if the extent is not in it} */
    String extentName();

    /** {@return the number of its first block on the device} */
    long firstBlock();

    /** {@return how many blocks it has} */
    long blockCount();

    /** {@return the size of a block in bytes} */
    int blockBytes();
}
