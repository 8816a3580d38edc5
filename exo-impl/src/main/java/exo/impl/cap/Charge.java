// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/** What an environment can be charged for. */
public enum Charge {
    /** Page frames. */
    FRAMES("frames"),
    /** Disk blocks. */
    BLOCKS("blocks"),
    /** Slots on core timelines. */
    SLOTS("slots"),
    /** Kernel objects. */
    OBJECTS("kernel objects"),
    /** Threads. */
    THREADS("threads");

    private final String plural;

    Charge(String plural) {
        this.plural = plural;
    }

    /** {@return the name of the charge in a sentence} */
    public String plural() {
        return plural;
    }
}
