// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a program is given and what it must keep: the verifier holds it to this. Immutable.
 *
 * <p>A contract with {@link Guard#PROVEN} has everything proved before the first run. With {@link
 * Guard#CHECKED} only the form of the program is proved; what it does is checked as it runs, and a
 * run that breaks a rule, or takes more than {@link #maxSteps}, ends with a {@link CodeFault}.
 *
 * @param name what messages call it
 * @param arguments what r1, r2, … hold at the start; up to 5
 * @param helpers what it may call, by number
 * @param maxSteps the most instructions of a run, 1 to {@value #MAX_STEPS}
 * @param guard when its rules are held
 * @param isDeterministic whether helpers that are not deterministic are refused
 */
public record Contract(String name, List<Argument> arguments, SortedMap<Integer, Helper> helpers,
        int maxSteps, Guard guard, boolean isDeterministic) {
    /** The most instructions that a contract may allow for a run. */
    public static final int MAX_STEPS = 1_000_000;
    /** The most arguments. */
    public static final int MAX_ARGUMENTS = 5;

    private static final int PREDICATE_STEPS = 4096;

    /** When the rules of a contract are held. */
    public enum Guard {
        /** Before the first run. */
        PROVEN,
        /** During each run. */
        CHECKED
    }

    /** Checks the numbers. */
    public Contract {
        arguments = List.copyOf(arguments);
        helpers = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(helpers));
        if (arguments.size() > MAX_ARGUMENTS || maxSteps < 1 || maxSteps > MAX_STEPS) {
            throw new IllegalArgumentException("a contract has up to " + MAX_ARGUMENTS
                    + " arguments and 1 to " + MAX_STEPS + " steps, but '" + name + "' has "
                    + arguments.size() + " and " + maxSteps);
        }
        if (arguments.stream().filter(Argument.Packet.class::isInstance).count() > 1) {
            throw new IllegalArgumentException("a contract has one packet at most");
        }
        for (Helper helper : helpers.values()) {
            if (isDeterministic && !helper.isDeterministic()) {
                throw new IllegalArgumentException("contract " + name + " is deterministic, helper "
                        + helper.name() + " is not");
            }
        }
    }

    private static Contract of(String name, Argument... arguments) {
        return new Contract(name, Arrays.asList(arguments), new TreeMap<>(), MAX_STEPS,
                Guard.PROVEN, true);
    }

    /**
     * {@return the contract of packet filters: r1 is the context of a packet that cannot be
     * written; r0 says how many bytes are accepted, 0 for a refusal}
     */
    public static Contract filter() {
        return of("filter", new Argument.Packet(false));
    }

    /**
     * {@return the contract of deterministic functions over a disk's metadata: r1 points to the
     * input, r2 is its length; r3 points to the output, which may be written, r4 is its length}
     *
     * @param inputBytes the length of the input
     * @param outputBytes the length of the output
     */
    public static Contract udf(int inputBytes, int outputBytes) {
        return of("udf", new Argument.Memory(inputBytes, false),
                new Argument.Scalar(inputBytes, inputBytes),
                new Argument.Memory(outputBytes, true),
                new Argument.Scalar(outputBytes, outputBytes));
    }

    /**
     * {@return the contract of wakeup predicates: r1 points to what is watched, r2 is its length;
     * r0 is not 0 if the predicate holds. A run has at most 4,096 steps.}
     *
     * @param watchedBytes the length of what is watched
     */
    public static Contract predicate(int watchedBytes) {
        return of("predicate", new Argument.Memory(watchedBytes, false),
                new Argument.Scalar(watchedBytes, watchedBytes)).withMaxSteps(PREDICATE_STEPS);
    }

    /**
     * {@return the contract of programs over plain memory: r1 points to it, r2 is its length. With
     * a length of 0, both are the number 0.}
     *
     * @param lengthBytes the length of the memory, which may be written
     */
    public static Contract memory(int lengthBytes) {
        return of("memory",
                lengthBytes == 0
                        ? new Argument.Scalar(0, 0)
                        : new Argument.Memory(lengthBytes, true),
                new Argument.Scalar(lengthBytes, lengthBytes));
    }

    /**
     * {@return this contract with one more helper}
     *
     * @param number the number that programs call it by
     * @param helper the helper
     * @throws IllegalArgumentException if the number is taken, or the helper is not deterministic
     *         and the contract is
     */
    public Contract withHelper(int number, Helper helper) {
        if (helpers.containsKey(number)) {
            throw new IllegalArgumentException("helper " + number + " of " + name + " is taken");
        }
        SortedMap<Integer, Helper> more = new TreeMap<>(helpers);
        more.put(number, helper);
        return new Contract(name, arguments, more, maxSteps, guard, isDeterministic);
    }

    /**
     * {@return this contract with one more argument}
     *
     * @param argument the next argument
     */
    public Contract withArgument(Argument argument) {
        List<Argument> more = new ArrayList<>(arguments);
        more.add(argument);
        return new Contract(name, more, helpers, maxSteps, guard, isDeterministic);
    }

    /**
     * {@return this contract with another bound for a run}
     *
     * @param steps the most instructions of a run
     */
    public Contract withMaxSteps(int steps) {
        return new Contract(name, arguments, helpers, steps, guard, isDeterministic);
    }

    /** {@return this contract, which also takes helpers that are not deterministic} */
    public Contract withAnyHelper() {
        return new Contract(name, arguments, helpers, maxSteps, guard, false);
    }

    /** {@return this contract, held during each run instead of before the first} */
    public Contract checked() {
        return new Contract(name, arguments, helpers, maxSteps, Guard.CHECKED, isDeterministic);
    }
}
