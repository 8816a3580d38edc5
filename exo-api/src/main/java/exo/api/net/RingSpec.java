// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

/**
 * The size of the rings of a packet binding. The receive slots lie first, the transmit slots
 * follow.
 *
 * @param rxSlots frames the receive ring holds, a power of two, 1 to {@value #MAX_SLOTS}
 * @param txSlots frames the transmit ring holds, a power of two, 1 to {@value #MAX_SLOTS}
 * @param slotBytes bytes of one slot, a power of two from 128 to 16,384, at least the device's
 *        longest frame
 */
public record RingSpec(int rxSlots, int txSlots, int slotBytes) {
    /** The most slots of one ring. */
    public static final int MAX_SLOTS = 1 << 15;

    /** Checks the bounds. */
    public RingSpec {
        checkPowerOfTwo("rxSlots", rxSlots, 1, MAX_SLOTS);
        checkPowerOfTwo("txSlots", txSlots, 1, MAX_SLOTS);
        checkPowerOfTwo("slotBytes", slotBytes, 128, 16_384);
    }

    /**
     * {@return rings with slots of 2 KiB, which hold the frames of plain Ethernet}
     *
     * @param rxSlots frames the receive ring holds
     * @param txSlots frames the transmit ring holds
     */
    public static RingSpec of(int rxSlots, int txSlots) {
        return new RingSpec(rxSlots, txSlots, 2048);
    }

    /** {@return how many bytes both rings take} */
    public long totalBytes() {
        return ((long) rxSlots + txSlots) * slotBytes;
    }

    /**
     * {@return how many pages both rings take}
     *
     * @param pageBytes the size of a page
     */
    public int pages(int pageBytes) {
        return Math.toIntExact((totalBytes() + pageBytes - 1) / pageBytes);
    }

    private static void checkPowerOfTwo(String name, int value, int least, int most) {
        if (value < least || value > most || Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(
                    name + " must be a power of two from " + least + " to " + most + ", but was "
                            + value);
        }
    }
}
