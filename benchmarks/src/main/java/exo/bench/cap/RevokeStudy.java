// SPDX-License-Identifier: Apache-2.0
package exo.bench.cap;

import exo.bench.cap.Subtree.Shape;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What it costs to revoke, against the number of capabilities that were derived: the call itself,
 * what it leaves to be done later, and beside both what it costs to make them. There is no
 * baseline; the question is how it grows.
 */
public final class RevokeStudy implements Study {
    private static final List<Integer> SIZES = List.of(1, 100, 10_000, 1_000_000);
    private static final int MOST_CALLS = 200;
    /** How many capabilities are made for the calls of one round, unless one call needs more. */
    private static final int MADE = 200_000;
    private static final int REAPED_WITH_EACH = 64;

    private final List<Integer> sizes;

    /** Makes the study. */
    public RevokeStudy() {
        this(SIZES);
    }

    RevokeStudy(List<Integer> sizes) {
        this.sizes = sizes;
    }

    @Override
    public String name() {
        return "revoke";
    }

    @Override
    public void measure(Run run) {
        try (Subtree tree = new Subtree(sizes.getLast())) {
            for (Shape shape : Shape.values()) { // so that the first round is not the compilers'
                measure(run, tree, shape, sizes.getFirst(), 0);
            }
            for (int round = 1; round <= run.settings().rounds(); round++) {
                run.say("revoke, round " + round);
                for (Shape shape : Shape.values()) {
                    for (int size : sizes) {
                        measure(run, tree, shape, size, round);
                    }
                }
            }
        }
    }

    private void measure(Run run, Subtree tree, Shape shape, int size, int round) {
        int calls = Math.clamp(MADE / size, 1, MOST_CALLS);
        long[] revoking = new long[calls];
        long making = 0;
        long reaping = 0;
        for (int call = 0; call < calls; call++) {
            long start = System.nanoTime();
            tree.grow(shape, size);
            long made = System.nanoTime();
            int revoked = tree.revoke();
            long over = System.nanoTime();
            if (revoked != size) {
                throw new IllegalStateException(revoked + " of " + size + " were revoked");
            }
            making += made - start;
            revoking[call] = over - made;
            tree.settle();
            reaping += System.nanoTime() - over;
        }
        if (round == 0) {
            return;
        }
        Arrays.sort(revoking);
        double all = (double) size * calls;
        String job = shape.words() + " " + String.format(Locale.ROOT, "%,d", size);
        Series base = new Series(name(), job, "", "us/call");
        run.results().add(base.of("revoke, median"), round, revoking[calls / 2] / 1e3);
        run.results().add(base.of("revoke, slowest"), round, revoking[calls - 1] / 1e3);
        Series each = new Series(name(), job, "", "ns/capability");
        run.results().add(each.of("make"), round, making / all);
        run.results().add(each.of("forget later"), round, reaping / all);
        if (size >= REAPED_WITH_EACH * REAPED_WITH_EACH) {
            run.results().add(each.of("make among the dead"), round, amongDead(tree, shape, size));
        }
    }

    /** {@return what it costs to make one that forgets as many dead ones as it has to} */
    private static double amongDead(Subtree tree, Shape shape, int size) {
        tree.grow(shape, size);
        tree.revoke();
        int count = size / REAPED_WITH_EACH / 2;
        long start = System.nanoTime();
        tree.growAmongTheDead(count);
        long nanos = System.nanoTime() - start;
        tree.revoke();
        tree.settle();
        return (double) nanos / count;
    }
}
