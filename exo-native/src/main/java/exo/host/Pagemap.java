// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The host's own numbers of the frames behind this process's pages.
 *
 * @see "proc_pid_pagemap(5)"
 */
public final class Pagemap {
    private static final long PRESENT = 1L << 63;
    private static final long FRAME_MASK = (1L << 55) - 1;
    private static final int PAGES_AT_ONCE = 8192;
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
        return hostFrames(address, 1)[0];
    }

    /**
     * {@return the numbers of the frames behind consecutive pages, each as {@link #hostFrame} tells
     * it}
     *
     * @param address an address in the first page
     * @param count how many
     */
    public static long[] hostFrames(long address, int count) {
        long[] frames = new long[count];
        Arrays.fill(frames, UNKNOWN);
        byte[] entries = new byte[Math.min(count, PAGES_AT_ONCE) * Long.BYTES];
        try (RandomAccessFile file = new RandomAccessFile("/proc/self/pagemap", "r")) {
            file.seek(address / Facilities.pageBytes() * Long.BYTES);
            for (int done = 0; done < count; done += PAGES_AT_ONCE) {
                int some = Math.min(count - done, PAGES_AT_ONCE);
                file.readFully(entries, 0, some * Long.BYTES);
                LongBuffer words = ByteBuffer.wrap(entries)
                        .order(ByteOrder.nativeOrder())
                        .asLongBuffer();
                for (int i = 0; i < some; i++) {
                    long frame = words.get(i) & FRAME_MASK;
                    boolean known = (words.get(i) & PRESENT) != 0 && frame != 0;
                    frames[done + i] = known ? frame : UNKNOWN;
                }
            }
        } catch (IOException e) {
            return frames; // the file is not there, or not for this user: the documented answer
        }
        return frames;
    }
}
