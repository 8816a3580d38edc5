// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of rights on a capability. Immutable; rights can be dropped, never added.
 */
public final class Rights {
    private static final String[] NAMES = {"READ", "WRITE", "GRANT", "REVOKE"};
    private static final int ALL_BITS = (1 << NAMES.length) - 1;

    /** No right. */
    public static final Rights NONE = new Rights(0);
    /** Look at the resource: read its blocks, map its frames for reading, receive its packets. */
    public static final Rights READ = new Rights(1);
    /** Change the resource: write its blocks, map its frames for writing, send packets. */
    public static final Rights WRITE = new Rights(2);
    /** Grant the capability, or one derived from it, to another environment. */
    public static final Rights GRANT = new Rights(4);
    /** Revoke what was derived from the capability. */
    public static final Rights REVOKE = new Rights(8);
    /** {@link #READ} and {@link #WRITE}. */
    public static final Rights READ_WRITE = READ.and(WRITE);
    /** Every right. */
    public static final Rights ALL = new Rights(ALL_BITS);

    private final int bits;

    private Rights(int bits) {
        this.bits = bits;
    }

    /**
     * {@return the rights in this set or in the other}
     *
     * @param other the other set
     */
    public Rights and(Rights other) {
        return new Rights(bits | other.bits);
    }

    /**
     * {@return the rights in this set that are not in the other}
     *
     * @param other the rights to drop
     */
    public Rights without(Rights other) {
        return new Rights(bits & ~other.bits);
    }

    /**
     * {@return whether every right of {@code wanted} is in this set}
     *
     * @param wanted the rights asked for
     */
    public boolean contains(Rights wanted) {
        return (wanted.bits & ~bits) == 0;
    }

    /** {@return the set as bits: READ 1, WRITE 2, GRANT 4, REVOKE 8} */
    public int bits() {
        return bits;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rights rights && rights.bits == bits;
    }

    @Override
    public int hashCode() {
        return bits;
    }

    /** {@return the names of the rights, joined by {@code +}, or {@code NONE}} */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            if ((bits & (1 << i)) != 0) {
                names.add(NAMES[i]);
            }
        }
        return names.isEmpty() ? "NONE" : String.join("+", names);
    }
}
