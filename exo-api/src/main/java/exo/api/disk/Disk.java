// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

import exo.api.Rights;
import exo.api.mem.Window;
import java.util.List;

/**
 * Block devices and extents, as one environment sees them.
 *
 * <p><b>Named extents</b> are recorded in a checksummed catalogue on the device and survive the
 * kernel; the holder of the device capability opens them again by name. Unnamed extents are freed
 * at the end of the environment that allocated them.
 *
 * <p><b>Thread-safety.</b> Threads of the environment; a queue belongs to the thread that bound it.
 *
 * <p><b>Cost.</b> Allocating or freeing a named extent writes the catalogue and flushes the device.
 * Everything else here is memory work under the device's lock.
 */
public interface Disk {
    /** The longest name of an extent in bytes of UTF-8. */
    int MAX_NAME_BYTES = 64;
    /** The most named extents on one device. */
    int MAX_NAMED_EXTENTS = 600;

    /**
     * Allocates an extent wherever there is room.
     *
     * @param device a device capability with {@link Rights#WRITE}
     * @param name the name in the catalogue, 1 to {@value #MAX_NAME_BYTES} bytes, or empty for an
     *        extent that ends with this environment
     * @param blockCount how many blocks, at least 1
     * @return the capability for the extent, with all rights; its label is {@code name}, or a
     *         number the kernel chooses
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many blocks; with {@link exo.api.ErrorCode#EXHAUSTED} if the device has
     *         no run that long, or the catalogue is full; with {@link
     *         exo.api.ErrorCode#ALREADY_EXISTS} if the name is taken; with {@link
     *         exo.api.ErrorCode#TOO_BIG} if the name is too long; no effect
     * @throws exo.api.CapabilityException if the device capability is not valid or lacks the right
     */
    Extent allocExtent(BlockDevice device, String name, long blockCount);

    /**
     * Allocates particular blocks.
     *
     * @param device a device capability with {@link Rights#WRITE}
     * @param name as for {@link #allocExtent}
     * @param firstBlock the number of the first block on the device
     * @param blockCount how many blocks, at least 1
     * @return the capability for the extent, with all rights
     * @throws exo.api.ResourceException as {@link #allocExtent}, and with {@link
     *         exo.api.ErrorCode#BUSY} if a block is allocated or reserved; with {@link
     *         exo.api.ErrorCode#OUT_OF_RANGE} if the device has no such blocks; no effect
     */
    Extent allocExtentAt(BlockDevice device, String name, long firstBlock, long blockCount);

    /**
     * Opens a named extent.
     *
     * @param device a device capability with {@link Rights#WRITE}
     * @param name its name in the catalogue
     * @return the capability for the extent, with all rights
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#NOT_FOUND} if no extent has
     *         that name; with {@link exo.api.ErrorCode#BUSY} if it is open already; no effect
     */
    Extent openExtent(BlockDevice device, String name);

    /**
     * Derives a capability for a part of an extent.
     *
     * @param extent the extent
     * @param firstBlock first block, counted in the extent
     * @param blockCount how many blocks, at least 1
     * @param rights the rights of the new one; a subset of the extent's
     * @param label its label in this environment's key-ring
     * @return the capability for the part, a child of {@code extent}
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#OUT_OF_RANGE} if the extent
     *         has no such blocks; no effect
     */
    Extent deriveExtent(Extent extent, long firstBlock, long blockCount, Rights rights,
            String label);

    /**
     * Frees the blocks of an extent and removes its name; everything derived from it is revoked.
     *
     * @param extent an extent as {@link #allocExtent} or {@link #openExtent} gave it, not a derived
     *        one, with {@link Rights#REVOKE}
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#BUSY} if a transfer on it is
     *         under way after the kernel waited for it; no effect
     */
    void freeExtent(Extent extent);

    /**
     * {@return the names in the device's catalogue, in the order of their blocks}
     *
     * @param device a device capability with {@link Rights#READ}
     */
    List<String> extentNames(BlockDevice device);

    /**
     * {@return whether a block is free at this moment; the answer may be outdated when it arrives}
     *
     * @param device a device capability with {@link Rights#READ}
     * @param block the number of the block on the device
     */
    boolean isFreeBlock(BlockDevice device, long block);

    /**
     * {@return how many blocks of the device are free at this moment}
     *
     * @param device a device capability with {@link Rights#READ}
     */
    long freeBlockCount(BlockDevice device);

    /**
     * Makes a queue for transfers between extents and the pages of a window. It belongs to the
     * calling thread, which must be the window's.
     *
     * @param device the device; a capability with {@link Rights#READ}
     * @param window where the pages are
     * @param depth how many transfers may be under way at once, 1 to {@value ExtentQueue#MAX_DEPTH}
     * @return the queue
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if no kernel object is
     *         left; no effect
     * @throws exo.api.HostFaultException if the host refused the queue and the configuration
     *         forbids the fallback; no effect
     */
    ExtentQueue bindQueue(BlockDevice device, Window window, int depth);

    /**
     * Makes a queue on the device that an extent lies on, for environments that hold no device
     * capability.
     *
     * @param extent an extent on the device; a capability with {@link Rights#READ}
     * @param window where the pages are
     * @param depth how many transfers may be under way at once, 1 to {@value ExtentQueue#MAX_DEPTH}
     * @return the queue, to which {@code extent} is bound as number 0
     * @throws exo.api.ResourceException as {@link #bindQueue(BlockDevice, Window, int)}
     */
    ExtentQueue bindQueue(Extent extent, Window window, int depth);

    /**
     * Names blocks that the kernel writes pages of this environment to when it takes them by force.
     * Several areas are used in the order they were bound.
     *
     * @param extent the extent; a capability with {@link Rights#WRITE}
     * @param firstBlock the first block of place 0, counted in the extent
     * @param placeCount how many pages there is room for, 1 to {@value SpillArea#MAX_PLACES}
     * @param bufferCount how many pages can be on their way at once, 1 to {@code placeCount} and at
     *        most {@value SpillArea#MAX_BUFFERS}; each is a frame of this environment
     * @return the area
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#OUT_OF_RANGE} if the extent
     *         has no such blocks; with {@link exo.api.ErrorCode#QUOTA} if the environment may not
     *         hold that many frames or no kernel object is left; with {@link
     *         exo.api.ErrorCode#EXHAUSTED} if some of the frames would be extra and the pool has
     *         none to spare; with {@link exo.api.ErrorCode#UNAVAILABLE} if the device cannot be
     *         written, or its blocks are larger than a page; no effect
     * @throws exo.api.CapabilityException if the capability is not valid or lacks the right
     * @throws IllegalArgumentException if a count is outside its limits
     */
    SpillArea bindSpill(Extent extent, long firstBlock, int placeCount, int bufferCount);
}
