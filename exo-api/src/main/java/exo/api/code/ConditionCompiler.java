// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.Condition.Base;
import exo.api.code.Condition.Both;
import exo.api.code.Condition.Constant;
import exo.api.code.Condition.Either;
import exo.api.code.Condition.Load;
import exo.api.code.Condition.Operation;
import exo.api.code.Condition.Opposite;
import exo.api.code.Condition.Term;
import exo.api.code.Condition.Test;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates a condition to classic BPF.
 *
 * <p>A condition becomes a graph of comparisons, each with where to go if it holds and if it does
 * not. Then, from the first comparison on, each edge is led past the comparisons whose result is
 * known on it; what no edge leads to any more is left out. Last, instructions are written from the
 * end to the start, so that every jump knows how far it goes.
 */
final class ConditionCompiler {
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int INDEXED = 0x20; // added to the three above
    private static final int LOAD_HEADER_LENGTH = 0xb1;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_ABOVE = 0x25;
    private static final int JUMP_AT_LEAST = 0x35;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;
    private static final int FARTHEST_JUMP = 255;

    private static final int ETHER_BYTES = 14;
    private static final int IPV6_BYTES = 40;

    /** Comparisons; later ones lead to earlier ones. */
    private final List<Node> nodes = new ArrayList<>();
    private final Node accept = new Node(null, null, null);
    private final Node refuse = new Node(null, null, null);
    private final Node start;
    /** The program from its end. */
    private final List<Instruction> reversed = new ArrayList<>();

    /** A comparison and where to go from it; or an end, without a comparison. */
    private static final class Node {
        private final Test test;
        private Node ifTrue;
        private Node ifFalse;
        /** What is known here on every edge; null if no edge was seen. */
        private Facts facts;
        private int place; // instructions from here to the program's end

        Node(Test test, Node ifTrue, Node ifFalse) {
            this.test = test;
            this.ifTrue = ifTrue;
            this.ifFalse = ifFalse;
        }
    }

    /** What is known at a place, and what the registers hold. Immutable. */
    private record Facts(Map<Test, Boolean> results, Map<Load, Integer> values, Load a,
            boolean hasX) {
        static final Facts NONE = new Facts(Map.of(), Map.of(), null, false);

        /** {@return the result of a comparison; null if it is not known} */
        Boolean decide(Test test) {
            Integer value = values.get(test.load());
            if (value == null) {
                return results.get(test);
            }
            return switch (test.operation()) {
                case EQUAL -> value == test.value();
                case ABOVE -> Integer.compareUnsigned(value, test.value()) > 0;
                case AT_LEAST -> Integer.compareUnsigned(value, test.value()) >= 0;
                case ANY_BIT -> (value & test.value()) != 0;
            };
        }

        Facts after(Test test, boolean holds) {
            Map<Test, Boolean> moreResults = new HashMap<>(results);
            moreResults.put(test, holds);
            Map<Load, Integer> moreValues = values;
            if (holds && test.operation() == Operation.EQUAL) {
                moreValues = new HashMap<>(values);
                moreValues.put(test.load(), test.value());
            }
            return new Facts(moreResults, moreValues, test.load(),
                    hasX || test.load().base() == Base.IPV4_PAYLOAD);
        }

        Facts meet(Facts other) {
            Map<Test, Boolean> sameResults = new HashMap<>(results);
            sameResults.entrySet().retainAll(other.results.entrySet());
            Map<Load, Integer> sameValues = new HashMap<>(values);
            sameValues.entrySet().retainAll(other.values.entrySet());
            return new Facts(sameResults, sameValues,
                    a != null && a.equals(other.a) ? a : null, hasX && other.hasX);
        }
    }

    /**
     * Makes the compiler of a condition.
     *
     * @param term the condition
     */
    ConditionCompiler(Term term) {
        start = build(term, accept, refuse);
    }

    private Node build(Term term, Node ifTrue, Node ifFalse) {
        return switch (term) {
            case Constant constant -> constant.holds() ? ifTrue : ifFalse;
            case Opposite opposite -> build(opposite.term(), ifFalse, ifTrue);
            case Both both -> build(both.first(), build(both.second(), ifTrue, ifFalse), ifFalse);
            case Either either ->
                build(either.first(), ifTrue, build(either.second(), ifTrue, ifFalse));
            case Test test -> test.operation() == Operation.EQUAL && test.value() == 0
                    && test.load().mask() != fullMask(test.load())
                            ? add(anyBit(test.load()), ifFalse, ifTrue)
                            : add(test, ifTrue, ifFalse);
        };
    }

    /** That no bit of a mask is set needs one instruction less than that the masked is 0. */
    private static Test anyBit(Load load) {
        Load whole = new Load(load.base(), load.offset(), load.bytes(), fullMask(load));
        return new Test(whole, Operation.ANY_BIT, load.mask());
    }

    private static int fullMask(Load load) {
        return -1 >>> (Integer.SIZE - load.bytes() * Byte.SIZE);
    }

    private Node add(Test test, Node ifTrue, Node ifFalse) {
        Node node = new Node(test, ifTrue, ifFalse);
        nodes.add(node);
        return node;
    }

    // --- edges --------------------------------------------------------------------------------

    private void thread() {
        arrive(start, Facts.NONE);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.facts != null) {
                node.ifTrue = arrive(node.ifTrue, node.facts.after(node.test, true));
                node.ifFalse = arrive(node.ifFalse, node.facts.after(node.test, false));
            }
        }
    }

    /** {@return where an edge leads in the end} */
    private static Node arrive(Node target, Facts facts) {
        Node node = target;
        while (node.test != null) {
            Boolean known = facts.decide(node.test);
            if (known == null) {
                break;
            }
            node = known ? node.ifTrue : node.ifFalse;
        }
        node.facts = node.facts == null ? facts : node.facts.meet(facts);
        return node;
    }

    // --- instructions -------------------------------------------------------------------------

    /**
     * {@return the program}
     *
     * @param snapLength how many bytes of a frame it accepts
     */
    ClassicProgram compile(int snapLength) {
        thread();
        end(refuse, 0);
        end(accept, snapLength);
        for (Node node : nodes) {
            if (node.facts != null) {
                write(node);
            }
        }
        if (reversed.size() > ClassicProgram.MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException("a program has up to "
                    + ClassicProgram.MAX_INSTRUCTIONS + " instructions, but the condition needs "
                    + reversed.size() + ": use several filters");
        }
        return ClassicProgram.of(reversed.reversed());
    }

    private void end(Node node, int result) {
        if (node.facts != null) {
            write(RETURN, result);
            node.place = reversed.size();
        }
    }

    private void write(Node node) {
        Test test = node.test;
        writeJump(code(test.operation()), test.value(), node.ifTrue, node.ifFalse);
        Load load = test.load();
        boolean isLoaded = load.equals(node.facts.a());
        boolean isIndexed = load.base() == Base.IPV4_PAYLOAD;
        if (!isLoaded && load.mask() != fullMask(load)) {
            write(AND, load.mask());
        }
        if (!isLoaded) {
            write(code(load.bytes()) + (isIndexed ? INDEXED : 0), offset(load));
        }
        if (isIndexed && !node.facts.hasX()) {
            write(LOAD_HEADER_LENGTH, ETHER_BYTES);
        }
        node.place = reversed.size();
    }

    private static int offset(Load load) {
        return load.offset() + switch (load.base()) {
            case LINK -> 0;
            case IPV4_PAYLOAD -> ETHER_BYTES;
            case IPV6_PAYLOAD -> ETHER_BYTES + IPV6_BYTES;
        };
    }

    private static int code(int bytes) {
        return switch (bytes) {
            case 4 -> LOAD_WORD;
            case 2 -> LOAD_HALF;
            default -> LOAD_BYTE;
        };
    }

    private static int code(Operation operation) {
        return switch (operation) {
            case EQUAL -> JUMP_EQUAL;
            case ABOVE -> JUMP_ABOVE;
            case AT_LEAST -> JUMP_AT_LEAST;
            case ANY_BIT -> JUMP_ANY_BIT;
        };
    }

    private void writeJump(int code, int value, Node ifTrue, Node ifFalse) {
        // A jump that is too far goes by way of another, which can go any distance. The one for
        // false comes last, and so first from the end.
        int farFalse = far(ifFalse, 1);
        int farTrue = far(ifTrue, 0);
        int jf = farFalse != 0 ? reversed.size() - farFalse : reversed.size() - ifFalse.place;
        int jt = farTrue != 0 ? reversed.size() - farTrue : reversed.size() - ifTrue.place;
        reversed.add(new Instruction(code, jt, jf, value));
    }

    /** {@return the place of a jump to what is too far for a comparison; 0 if it is near} */
    private int far(Node node, int room) {
        int distance = reversed.size() - node.place;
        if (distance + room <= FARTHEST_JUMP) {
            return 0;
        }
        write(JUMP, distance);
        return reversed.size();
    }

    private void write(int code, int k) {
        reversed.add(new Instruction(code, 0, 0, k));
    }
}
