// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.util.List;
import java.util.Objects;

/**
 * A function of the embedder that a program may call, with the types the verifier holds it to.
 *
 * @param name what messages call it
 * @param parameters what it takes in r1, r2, …; up to 5
 * @param result what it leaves in r0
 * @param isDeterministic whether equal arguments give equal results and effects: so not if it reads
 *        a clock, random numbers, or who is asking
 * @param body what it does
 */
public record Helper(String name, List<Parameter> parameters, Result result,
        boolean isDeterministic, Body body) {
    /** The most parameters. */
    public static final int MAX_PARAMETERS = 5;

    /** Checks the parameters. */
    public Helper {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(body, "body");
        parameters = List.copyOf(parameters);
        if (name.isEmpty() || parameters.size() > MAX_PARAMETERS) {
            throw new IllegalArgumentException("a helper has a name and up to " + MAX_PARAMETERS
                    + " parameters, but '" + name + "' has " + parameters.size());
        }
        for (int i = 0; i < parameters.size(); i++) {
            boolean isSize = parameters.get(i) == Parameter.SIZE;
            boolean isAfterPointer = i > 0 && (parameters.get(i - 1) == Parameter.READABLE
                    || parameters.get(i - 1) == Parameter.WRITABLE);
            if (isSize != isAfterPointer) {
                throw new IllegalArgumentException("helper " + name
                        + ": SIZE follows READABLE and WRITABLE, and nothing else; see parameter "
                        + (i + 1));
            }
        }
        boolean isLastPointer = !parameters.isEmpty()
                && (parameters.getLast() == Parameter.READABLE
                        || parameters.getLast() == Parameter.WRITABLE);
        if (isLastPointer) {
            throw new IllegalArgumentException(
                    "helper " + name + ": SIZE must follow its last parameter");
        }
    }

    /** What a helper takes. */
    public enum Parameter {
        /** A number. */
        NUMBER,
        /** A pointer to memory that it reads; {@link #SIZE} follows. */
        READABLE,
        /** A pointer to memory that it may write, and need not be written before. */
        WRITABLE,
        /** How many bytes the pointer before may be used for; at least 1. */
        SIZE
    }

    /** What a helper leaves in r0. */
    public enum Result {
        /** A number. */
        NUMBER,
        /** Nothing: r0 cannot be read after the call. */
        NOTHING
    }

    /** What a helper does. It must allocate nothing where the program runs on a data path. */
    @FunctionalInterface
    public interface Body {
        /**
         * {@return what r0 holds afterwards; ignored for {@link Result#NOTHING}}
         *
         * @param memory access to what the pointers among the arguments point to
         * @param r1 the first argument; of registers beyond the parameters, anything
         * @param r2 the second argument
         * @param r3 the third argument
         * @param r4 the fourth argument
         * @param r5 the fifth argument
         */
        long call(PointerAccess memory, long r1, long r2, long r3, long r4, long r5);
    }

    /**
     * The memory of a running program, for helpers. Every access is checked.
     */
    public interface PointerAccess {
        /**
         * {@return a little-endian number from memory of the program, not sign-extended}
         *
         * @param pointer a pointer that the program passed, plus an offset
         * @param bytes 1, 2, 4 or 8
         * @throws IndexOutOfBoundsException if the program has no such memory
         */
        long read(long pointer, int bytes);

        /**
         * Writes a little-endian number to memory of the program.
         *
         * @param pointer a pointer that the program passed, plus an offset
         * @param bytes 1, 2, 4 or 8
         * @param value what to write; higher bytes are ignored
         * @throws IndexOutOfBoundsException if the program has no such memory, or may not write it
         */
        void write(long pointer, int bytes, long value);
    }
}
