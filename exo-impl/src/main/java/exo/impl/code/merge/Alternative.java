// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

/**
 * One of the ways in which a filter accepts packets. Immutable.
 *
 * @param shape which bits it looks at, and how long a packet must be
 * @param wanted the values of the bits
 * @param hasResidue whether it wants more than that, which only the filter itself can say
 */
record Alternative(Shape shape, Conjunction wanted, boolean hasResidue) {
    /** Of a filter of which nothing is known. */
    static final Alternative ANY = any(Conjunction.of(new int[0]));

    private static Alternative any(Conjunction nothing) {
        return new Alternative(Shape.of(nothing, 0, 0, 0), nothing, true);
    }

    /** {@return how many bits it names} */
    int size() {
        return shape.size();
    }

    boolean isSame(Alternative other) {
        return hasResidue == other.hasResidue && shape.equals(other.shape)
                && wanted.isSame(other.wanted);
    }
}
