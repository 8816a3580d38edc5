// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/**
 * Requests for guaranteed frames that wait until others have returned some. Whoever came first is
 * served first, and nobody is lent frames while somebody waits.
 *
 * <p>Any thread.
 */
public interface FrameQueue {
    /** A request that waits, or is served. */
    interface Waiter {}

    /** What is done when there is no frame for a guaranteed request. */
    @FunctionalInterface
    interface Shortage {
        /**
         * Sets frames aside, after others have returned them. Any thread, holding no lock.
         *
         * @param count how many
         */
        void reserve(int count);
    }

    /**
     * Queues for frames that are guaranteed.
     *
     * @param count how many
     * @return the place in the queue, served already if there were enough
     */
    Waiter queue(int count);

    /**
     * Waits until the frames are set aside. Called by the thread that has queued.
     *
     * @param waiter the place in the queue
     * @param deadlineNanos the latest moment to return
     * @return whether they are
     * @throws InterruptedException if the thread was interrupted
     */
    boolean await(Waiter waiter, long deadlineNanos) throws InterruptedException;

    /**
     * {@return how many frames lack until a request is served, those before it included; 0 if it is
     * served}
     *
     * @param waiter the place in the queue
     */
    int shortfall(Waiter waiter);

    /** {@return how many frames lack for all who wait} */
    int shortfall();

    /** {@return whether nobody waits} */
    boolean isIdle();

    /**
     * Gives a request up: leaves the queue, or gives back what was set aside for it.
     *
     * @param waiter the place in the queue
     */
    void leave(Waiter waiter);
}
