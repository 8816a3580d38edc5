// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

import exo.api.Capability;

/**
 * The capability for a block device: the right to allocate extents on it.
 *
 * <p><b>Shape.</b> Blocks are numbered from 0. The first {@link #reservedBlocks()} hold the
 * kernel's catalogue of named extents; the others can be allocated.
 */
public interface BlockDevice extends Capability {
    /** {@return the name of the device in the kernel} */
    String deviceName();

    /**
     * {@return the size of a block in bytes: a power of two that the device can transfer directly,
     * at least 4,096, at most the page size unless the device demands more}
     */
    int blockBytes();

    /** {@return how many blocks the device has} */
    long blockCount();

    /** {@return how many blocks at the start the kernel keeps for its catalogue} */
    long reservedBlocks();

    /** {@return whether transfers bypass the host's page cache} */
    boolean isDirect();

    /** {@return whether the host permits writing} */
    boolean isWritable();
}
