// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Contract.Guard;
import exo.api.code.VerifiedProgram;
import exo.impl.code.merge.Path.NotOfFormException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the alternatives of a filter: the ways through its program that accept.
 *
 * <p>A way that took the branch on which some bits do <i>not</i> all have certain values keeps that
 * as an exclusion. It is dropped where another alternative, which is known completely, accepts what
 * it excludes: then the filter accepts the packet either way. What remains is residue.
 */
final class Analysis {
    /** The most alternatives of a filter; one with more is of no known form. */
    static final int MAX_ALTERNATIVES = 64;

    private final List<Found> found = new ArrayList<>();

    /** An alternative with what it excludes. */
    private static final class Found {
        private final Shape shape;
        private final Conjunction wanted;
        private final List<Conjunction> excluded = new ArrayList<>();
        private final boolean hasResidue;

        Found(Shape shape, Conjunction wanted, boolean hasResidue) {
            this.shape = shape;
            this.wanted = wanted;
            this.hasResidue = hasResidue;
        }

        boolean isExact() {
            return !hasResidue && excluded.isEmpty();
        }

        boolean covers(Found other, Conjunction also) {
            return isExact() && shape.isNoLongerThan(other.shape)
                    && wanted.isImpliedBy(other.wanted, also);
        }
    }

    private Analysis() {}

    /**
     * {@return the alternatives of a filter; none if it accepts nothing}
     *
     * @param filter a program whose only argument is a packet
     */
    static List<Alternative> of(VerifiedProgram filter) {
        Analysis analysis = new Analysis();
        try {
            new Explorer(filter.program(), filter.contract().guard() == Guard.PROVEN,
                    analysis::add).run();
        } catch (NotOfFormException _) {
            return List.of(Alternative.ANY);
        }
        return analysis.alternatives();
    }

    private void add(Path path) {
        if (found.size() == MAX_ALTERNATIVES) {
            throw new NotOfFormException("more than " + MAX_ALTERNATIVES + " alternatives");
        }
        found.add(path.finish((wanted, shape, excluded, hasResidue) -> {
            Found one = new Found(shape, wanted, hasResidue);
            for (int[] literals : excluded) {
                one.excluded.add(Conjunction.of(literals));
            }
            return one;
        }));
    }

    private List<Alternative> alternatives() {
        boolean changes = true;
        while (changes) {
            changes = false;
            for (Found one : found) {
                changes |= one.excluded.removeIf(excluded -> isAccepted(one, excluded));
            }
        }
        List<Alternative> alternatives = new ArrayList<>();
        for (Found one : found) {
            Alternative alternative = new Alternative(one.shape, one.wanted, !one.isExact());
            if (alternatives.stream().noneMatch(alternative::isSame)) {
                alternatives.add(alternative);
            }
        }
        return alternatives;
    }

    private boolean isAccepted(Found one, Conjunction excluded) {
        for (Found other : found) {
            if (other.covers(one, excluded)) {
                return true;
            }
        }
        return false;
    }
}
