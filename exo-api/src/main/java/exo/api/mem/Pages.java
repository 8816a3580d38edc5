// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

/**
 * Takes the names of pages apart: the upper 32 bits are the number of the page in its window, the
 * lower 32 bits its generation.
 */
public final class Pages {
    /** The name of no page. */
    public static final long NONE = -1;

    private Pages() {}

    /**
     * {@return the number of the page in its window}
     *
     * @param page the name of a page
     */
    public static int index(long page) {
        return (int) (page >>> 32);
    }

    /**
     * {@return the generation of the page at the moment the name was given out}
     *
     * @param page the name of a page
     */
    public static int generation(long page) {
        return (int) page;
    }

    /**
     * {@return the name of a page}
     *
     * @param index the number of the page, not negative
     * @param generation its generation
     */
    public static long name(int index, int generation) {
        return ((long) index << 32) | (generation & 0xffff_ffffL);
    }
}
