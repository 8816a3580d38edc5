// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

/** The machine this process runs on: which of the two tables of constants holds. */
public final class Machine {
    /** Whether this is aarch64; otherwise it is x86_64. */
    public static final boolean IS_ARM = "aarch64".equals(System.getProperty("os.arch"));

    private Machine() {}

    /**
     * {@return the value of a constant that differs}
     *
     * @param x86 its value on x86_64
     * @param arm its value on aarch64
     */
    public static int choose(int x86, int arm) {
        return IS_ARM ? arm : x86;
    }
}
