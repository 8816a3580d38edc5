// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

/**
 * Takes the names of pages apart: the upper bits are the number of the page in its window, the
 * lower {@value #GENERATION_BITS} bits its generation.
 *
 * <p>A page is retired from its window before its generations run out, so that no name ever means
 * two different uses of a page.
 */
public final class Pages {
    /** How many of the lower bits of a name are the generation. */
    public static final int GENERATION_BITS = 40;
    /** The most pages a window may have. */
    public static final int MAX_WINDOW_PAGES = 1 << 22;
    /**
     * For how many pages a window is charged as one kernel object, since the kernel notes some 25
     * bytes of each page.
     */
    public static final int PAGES_PER_OBJECT = 1 << 12;
    /** The name of no page. */
    public static final long NONE = -1;

    private static final long GENERATION_MASK = (1L << GENERATION_BITS) - 1;

    private Pages() {}

    /**
     * {@return the number of the page in its window}
     *
     * @param page the name of a page; of {@link #NONE} it is a number that no window has
     */
    public static int index(long page) {
        return (int) (page >>> GENERATION_BITS);
    }

    /**
     * {@return the generation of the page at the moment the name was given out}
     *
     * @param page the name of a page
     */
    public static long generation(long page) {
        return page & GENERATION_MASK;
    }

    /**
     * {@return the name of a page}
     *
     * @param index the number of the page, not negative
     * @param generation its generation
     */
    public static long name(int index, long generation) {
        return ((long) index << GENERATION_BITS) | (generation & GENERATION_MASK);
    }
}
