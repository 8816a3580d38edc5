// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/**
 * What of one environment can be taken back by amount: its frames, its extents, its quanta.
 *
 * <p>Any thread may call it, holding no lock.
 */
public interface Revocable {
    /**
     * Has idle ones come back by themselves, on the environment's time and without its libOS.
     *
     * @param amount how many are wanted; 0 for none any more
     */
    default void wantIdle(long amount) {}

    /** {@return how many of what is held the environment marked to go last} */
    default long lastCount() {
        return 0;
    }

    /**
     * Takes by force as {@link #take} does, but only what can be had without waiting for a device.
     *
     * @param most how many are wanted, at least 1
     * @return how many were taken
     */
    default long takeAtOnce(long most) {
        return 0;
    }

    /**
     * Takes by force, ends whatever uses what is taken, records it in the repossession vector, and
     * returns when it is free for others.
     *
     * @param most how many are wanted, at least 1
     * @return how many were taken; more if the resource comes in larger pieces, fewer if a call
     *         that allocates or frees some is under way
     */
    long take(long most);
}
