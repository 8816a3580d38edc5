// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.io.RandomAccessFile;

/**
 * The host's own numbers of the frames behind this process's pages.
 *
 * @see "proc_pid_pagemap(5)"
 */
public final class Pagemap {
    private static final long PRESENT = 1L << 63;
    private static final long FRAME_MASK = (1L << 55) - 1;
    /** Nothing is known of the page. */
    public static final long UNKNOWN = -1;

    private Pagemap() {}

    /**
     * {@return the number of the frame behind an address, or {@link #UNKNOWN} if the page is not
     * resident or this process may not know, which takes CAP_SYS_ADMIN}
     *
     * @param address an address of this process
     */
    public static long hostFrame(long address) {
        try (RandomAccessFile file = new RandomAccessFile("/proc/self/pagemap", "r")) {
            file.seek(address / Facilities.pageBytes() * Long.BYTES);
            long entry = Long.reverseBytes(file.readLong());
            long frame = entry & FRAME_MASK;
            return (entry & PRESENT) == 0 || frame == 0 ? UNKNOWN : frame;
        } catch (IOException e) {
            return UNKNOWN; // the file is not there, or not for this user: the documented answer
        }
    }
}
