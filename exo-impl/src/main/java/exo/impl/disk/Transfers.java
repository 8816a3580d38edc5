// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

/**
 * What moves the blocks of one queue. Confined to the queue's owner thread, except {@link
 * #isPending}, {@link #kill}, {@link #tryKill} and {@link #tearDown}. Operations are named by small
 * numbers that the queue gives out.
 */
interface Transfers {
    /** The kinds of operations. */
    int READ = 0;
    /** See {@link #READ}. */
    int WRITE = 1;
    /** See {@link #READ}. */
    int FLUSH = 2;

    /**
     * Enters an operation; there is room, since the queue counts. hot: guarded by the queue
     * benchmark.
     *
     * @param kind read, write or flush
     * @param operation its number
     * @param poolOffset where in the frame pool the bytes are
     * @param lengthBytes how many
     * @param fileOffset where on the device
     */
    void prepare(int kind, int operation, long poolOffset, int lengthBytes, long fileOffset);

    /** {@return how many operations were handed over, or a negated error number} */
    int submit();

    /**
     * Submits and waits.
     *
     * @param minimum how many completions to wait for
     * @param timeoutNanos how long at most
     * @return 0 or more, also when the time is over or a signal arrived, or a negated error number
     */
    int submitAndWait(int minimum, long timeoutNanos);

    /** {@return whether {@link #advance} would find a completion, perhaps after a host call} */
    boolean isPending();

    /** Takes the next completion that is there; whether there was one. */
    boolean advance();

    /** {@return how many completions are there} */
    int ready();

    /** {@return the number of the operation completed last} */
    int operation();

    /** {@return the bytes it moved, or a negated error number} */
    int result();

    /** {@return a descriptor that becomes readable at a completion, or -1 if none is needed} */
    int pollDescriptor();

    /**
     * Ends everything under way without the owner's help. Any thread. When it returns, all has
     * ended.
     */
    void kill();

    /**
     * Begins {@link #kill}, and waits for nothing that a device may keep. Any thread.
     *
     * @return whether all has ended; otherwise {@code kill} must follow
     */
    boolean tryKill();

    /**
     * Lets the device and the pool go after {@link #kill}, although the owner, who alone may close,
     * may still be in a call. Any thread. Idempotent.
     */
    void tearDown();

    /** Waits for what is under way and releases everything. */
    void close();
}
