// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/** Somebody who pins pages of a window: a queue or a packet binding. */
public interface PinHolder {
    /**
     * Ends whatever pins pages, for a repossession: first by asking the owner thread to take its
     * completions, then, at the deadline, by destroying the queue. When it returns, no device
     * writes to the pages any more.
     *
     * <p>Any thread, holding no lock.
     *
     * @param deadlineNanos until when to wait for the owner, on the clock of {@link
     *         System#nanoTime}
     */
    void releasePins(long deadlineNanos);

    /**
     * Ends whatever pins pages, without waiting for the owner or for a device. Any thread, holding
     * no lock.
     *
     * @return whether nothing uses the pages any more; otherwise {@link #releasePins} must follow
     */
    default boolean tryReleasePins() {
        return false;
    }
}
