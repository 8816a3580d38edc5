// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What a test with random input starts from. Given as a parameter by {@link Seeds}, which prints it
 * if the test fails.
 *
 * @param value the seed
 */
public record Seed(long value) {

    /** The system property that fixes the seed: decimal, or hexadecimal with 0x. */
    public static final String PROPERTY = "exo.seed";

    /** {@return the seed that {@link #PROPERTY} names, otherwise a new one} */
    public static Seed pick() {
        String fixed = System.getProperty(PROPERTY, "");
        return new Seed(fixed.isEmpty() ? new SplittableRandom().nextLong() : Long.decode(fixed));
    }

    /** {@return a new generator that starts from this seed: always the same sequence} */
    public RandomGenerator random() {
        return new SplittableRandom(value);
    }

    /** {@return how to run the same again} */
    @Override
    public String toString() {
        return "seed " + value + " (repeat with -D" + PROPERTY + "=" + value + ")";
    }
}
