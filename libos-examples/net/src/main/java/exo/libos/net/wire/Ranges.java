// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.wire;

/**
 * A small set of sequence numbers: sorted ranges that neither overlap nor touch.
 *
 * <p>It holds what has arrived out of order, and what a peer says it has. Hostile peers choose
 * what goes in, so the number of ranges has a limit; what would exceed it is refused.
 */
public final class Ranges {
    /** The most ranges of a set. */
    public static final int MOST = 16;

    private final long[] start = new long[MOST];
    private final long[] end = new long[MOST];
    private int count;
    private long bytes;

    /** Makes an empty set. */
    public Ranges() {}

    /** {@return how many ranges there are} */
    public int count() {
        return count;
    }

    /** {@return how many numbers all ranges have} */
    public long bytes() {
        return bytes;
    }

    /**
     * {@return the first number of a range}
     *
     * @param index which range, from 0 in ascending order
     */
    public long start(int index) {
        return start[index];
    }

    /**
     * {@return the number after the last of a range}
     *
     * @param index which range, from 0 in ascending order
     */
    public long end(int index) {
        return end[index];
    }

    /** Forgets everything. */
    public void clear() {
        count = 0;
        bytes = 0;
    }

    /**
     * Adds a range.
     *
     * @param from its first number
     * @param to the number after its last, above {@code from}
     * @return whether there was room for it; no effect otherwise
     */
    public boolean add(long from, long to) {
        int low = 0;
        while (low < count && end[low] < from) {
            low++;
        }
        int high = low;
        while (high < count && start[high] <= to) {
            high++;
        }
        if (low == high && count == MOST) {
            return false;
        }
        long newStart = from;
        long newEnd = to;
        if (low < high) {
            newStart = Math.min(from, start[low]);
            newEnd = Math.max(to, end[high - 1]);
        }
        for (int i = low; i < high; i++) {
            bytes -= end[i] - start[i];
        }
        int shift = 1 - (high - low);
        System.arraycopy(start, high, start, high + shift, count - high);
        System.arraycopy(end, high, end, high + shift, count - high);
        count += shift;
        start[low] = newStart;
        end[low] = newEnd;
        bytes += newEnd - newStart;
        return true;
    }

    /**
     * Removes all numbers below one.
     *
     * @param number the number
     */
    public void removeBelow(long number) {
        int gone = 0;
        while (gone < count && end[gone] <= number) {
            bytes -= end[gone] - start[gone];
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(start, gone, start, 0, count - gone);
            System.arraycopy(end, gone, end, 0, count - gone);
            count -= gone;
        }
        if (count > 0 && start[0] < number) {
            bytes -= number - start[0];
            start[0] = number;
        }
    }

    /**
     * {@return the least number, not below a given one, that is in no range}
     *
     * @param from the given one
     */
    public long firstAbsent(long from) {
        for (int i = 0; i < count; i++) {
            if (from < start[i]) {
                return from;
            }
            if (from < end[i]) {
                return end[i]; // the next range does not touch this one
            }
        }
        return from;
    }

    /**
     * {@return the begin of the first range that begins above a number, or a limit}
     *
     * @param above the number
     * @param limit what to return if there is no such range, or it begins above that
     */
    public long nextStart(long above, long limit) {
        for (int i = 0; i < count; i++) {
            if (start[i] > above) {
                return Math.min(start[i], limit);
            }
        }
        return limit;
    }

    /**
     * {@return how many numbers below a limit the ranges have}
     *
     * @param limit the limit
     */
    public long bytesBelow(long limit) {
        if (count == 0 || end[count - 1] <= limit) {
            return bytes;
        }
        long sum = 0;
        for (int i = 0; i < count && start[i] < limit; i++) {
            sum += Math.min(end[i], limit) - start[i];
        }
        return sum;
    }

    /**
     * {@return which range holds a number, or -1}
     *
     * @param number the number
     */
    public int indexOf(long number) {
        for (int i = 0; i < count; i++) {
            if (number >= start[i] && number < end[i]) {
                return i;
            }
        }
        return -1;
    }
}
