// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.link;

/**
 * Limits how often something is done: what hostile packets could make a stack send.
 *
 * <p><b>Thread-safety.</b> The stack's thread. <b>Cost.</b> No allocation.
 */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;
    private final int perSecond;
    private long windowStart = Long.MIN_VALUE;
    private int spent;

    /**
     * Takes the limit.
     *
     * @param perSecond how often in a second
     */
    public TokenBucket(int perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * {@return whether it may be done once more; counted then}
     *
     * @param nowNanos the time
     */
    public boolean tryTake(long nowNanos) {
        if (windowStart == Long.MIN_VALUE || nowNanos - windowStart >= SECOND) {
            windowStart = nowNanos;
            spent = 0;
        }
        if (spent == perSecond) {
            return false;
        }
        spent++;
        return true;
    }
}
