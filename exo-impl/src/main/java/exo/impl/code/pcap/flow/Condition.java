// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import java.util.ArrayList;
import java.util.List;

/**
 * Blocks that decide something: where they begin, and the ways out if it holds and if not. Joining
 * two conditions uses both up and takes constant time.
 */
public final class Condition {
    private final Block head;
    private final Exits onTrue;
    private final Exits onFalse;

    private Condition(Block head, Exits onTrue, Exits onFalse) {
        this.head = head;
        this.onTrue = onTrue;
        this.onFalse = onFalse;
    }

    /** Ways out that do not lead anywhere yet; a linked list, never empty. */
    private static final class Exits {
        private final Link first;
        private Link last;

        private Exits(Link only) {
            first = only;
            last = only;
        }

        private void lead(Block target) {
            for (Link link = first; link != null; link = link.next) {
                link.edge.lead(target);
            }
        }

        private Exits with(Exits others) {
            last.next = others.first;
            last = others.last;
            return this;
        }
    }

    private static final class Link {
        private final Block.Edge edge;
        private Link next;

        private Link(Block.Edge edge) {
            this.edge = edge;
        }
    }

    /**
     * {@return a condition on A}
     *
     * @param statements what computes A
     * @param code how it is tested
     * @param k against what
     */
    public static Condition of(List<Statement> statements, int code, int k) {
        Block block = new Block(statements, code, k);
        return new Condition(block, new Exits(new Link(block.edges[0])),
                new Exits(new Link(block.edges[1])));
    }

    /**
     * {@return a condition that always has this outcome}
     *
     * @param outcome the outcome
     */
    public static Condition always(boolean outcome) {
        return of(Statement.list(Statement.of(Op.LD_IMM, outcome ? 0 : 1)), Op.JEQ, 0);
    }

    /**
     * {@return whether both hold; the other is not looked at if this does not}
     *
     * @param other the other
     */
    public Condition and(Condition other) {
        onTrue.lead(other.head);
        return new Condition(head, other.onTrue, onFalse.with(other.onFalse));
    }

    /**
     * {@return whether either holds; the other is not looked at if this does}
     *
     * @param other the other
     */
    public Condition or(Condition other) {
        onFalse.lead(other.head);
        return new Condition(head, onTrue.with(other.onTrue), other.onFalse);
    }

    /** {@return the opposite} */
    public Condition not() {
        return new Condition(head, /* onTrue= */ onFalse, /* onFalse= */ onTrue);
    }

    /**
     * {@return the other, with statements before it if this holds}
     *
     * @param statements the statements
     * @param other what to decide in either case
     */
    public Condition before(List<Statement> statements, Condition other) {
        onTrue.lead(detourTo(statements, other));
        onFalse.lead(other.head);
        return new Condition(head, other.onTrue, other.onFalse);
    }

    /**
     * {@return whether this and the other hold, with statements between}
     *
     * @param statements the statements
     * @param other the other
     */
    public Condition detour(List<Statement> statements, Condition other) {
        onTrue.lead(detourTo(statements, other));
        return new Condition(head, other.onTrue, onFalse.with(other.onFalse));
    }

    /**
     * {@return if this holds, the other, with statements before it; and if not, the alternative}
     *
     * @param statements the statements
     * @param other the other
     * @param alternative a condition whose ways out are those of the other, since it leads there
     */
    public Condition detour(List<Statement> statements, Condition other, Condition alternative) {
        onTrue.lead(detourTo(statements, other));
        onFalse.lead(alternative.head);
        return new Condition(head, alternative.onTrue, alternative.onFalse);
    }

    private static Block detourTo(List<Statement> statements, Condition other) {
        List<Statement> own = new ArrayList<>();
        statements.forEach(s -> own.add(Statement.of(s.code, s.k)));
        Block block = new Block(own, Op.JEQ, 0);
        block.successors[0] = other.head;
        block.successors[1] = other.head;
        return block;
    }

    /**
     * Puts statements before all others.
     *
     * @param statements the statements
     */
    public void precede(List<Statement> statements) {
        head.statements.addAll(0, statements);
    }

    /** {@return the first block, with the ways out leading to returns of these values} */
    Block complete(int ifTrue, int ifFalse) {
        onTrue.lead(new Block(Statement.list(), Op.RET, ifTrue));
        onFalse.lead(new Block(Statement.list(), Op.RET, ifFalse));
        return head;
    }
}
