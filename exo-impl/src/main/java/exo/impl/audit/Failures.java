// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import java.util.Collection;
import java.util.function.Consumer;

/**
 * The failures of steps each of which is taken, whatever became of those before: as at an end, when
 * what one step cannot give back is no reason to keep the rest. Confined to one thread.
 */
public final class Failures {
    private RuntimeException exception; // if the first was one
    private Error error; // if the first was one

    /** Knows of no failure. */
    public Failures() {}

    /**
     * Takes a step with each of some things.
     *
     * @param <T> what they are
     * @param all the things
     * @param step the step
     */
    public static <T> void forAll(Collection<T> all, Consumer<? super T> step) {
        Failures failures = new Failures();
        all.forEach(one -> failures.attempt(() -> step.accept(one)));
        failures.rethrow();
    }

    /**
     * Takes a step.
     *
     * @param step the step
     * @return whether it did not fail
     */
    public boolean attempt(Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException e) {
            note(e);
            exception = first() == null ? e : exception;
        } catch (Error e) {
            note(e);
            error = first() == null ? e : error;
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // a failure cannot suppress itself
    private void note(Throwable failure) {
        Throwable before = first();
        if (before != null && before != failure) {
            before.addSuppressed(failure);
        }
    }

    private Throwable first() {
        return exception != null ? exception : error;
    }

    /** Throws the first failure, if there was one; the others are suppressed in it. */
    public void rethrow() {
        if (exception != null) {
            throw exception;
        }
        if (error != null) {
            throw error;
        }
    }
}
