// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import java.util.ArrayList;
import java.util.List;

/**
 * Statements that are executed one after the other, then a branch on A or a return. Blocks form a
 * graph without circles.
 */
final class Block {
    List<Statement> statements;
    int code;
    int k;
    /** What a branch leads to; null of a return, and while it is not known. */
    Block[] successors = new Block[2];

    // What the passes of the optimiser note.
    int level;
    int visited;
    final int[] values = new int[Cells.COUNT];
    /** The number of the value that A is compared with. */
    int operand;
    /** The cells whose values it or its successors need; at its end, and that it kills. */
    int usedIn;
    int usedOut;
    int killed;
    /** The edges that lead here: 2 * index of the block, plus 1 for those on false. */
    final List<Edge> entries = new ArrayList<>();
    /** The nearest block that every path to here passes, or null; and its place in the tree. */
    Block dominator;
    int dominatorDepth;
    final Span span = new Span();
    final Edge[] edges = {new Edge(this, 0), new Edge(this, 1)};
    /** The nearest edge that every path to here takes, or null. */
    Edge gate;

    /** The block that does the same, and a number that tells it from others. */
    Block same = this;
    int number;

    // What the layout notes.
    int position = -1;
    /** Which ways out need a jump of their own, since their targets are far. */
    final boolean[] isFar = new boolean[2];

    /** A place in a tree, such that the spans of all below lie in the span of what is above. */
    static final class Span {
        private int first;
        private int size;
        private int given;

        void clear() {
            size = 1;
        }

        void grow(Span below) {
            size += below.size;
        }

        void startAt(int place) {
            first = place;
            given = place + 1;
        }

        void startIn(Span above) {
            startAt(above.given);
            above.given += size;
        }

        boolean holds(Span other) {
            return first <= other.first && other.first < first + size;
        }

        int end() {
            return first + size;
        }
    }

    /** One of the two ways out of a block: 0 if the condition holds, 1 if not. */
    static final class Edge {
        final Block from;
        final int side;
        int depth;
        final Span span = new Span();
        /** The nearest edge above that is taken if the condition holds, or null. */
        Edge holding;

        Edge(Block from, int side) {
            this.from = from;
            this.side = side;
        }

        Block to() {
            return from.successors[side];
        }

        void lead(Block to) {
            from.successors[side] = to;
        }
    }

    Block(List<Statement> statements, int code, int k) {
        this.statements = statements;
        this.code = code;
        this.k = k;
    }

    boolean isReturn() {
        return code == Op.RET;
    }

    Block onTrue() {
        return successors[0];
    }

    Block onFalse() {
        return successors[1];
    }

    /** {@return whether both ways lead to the same block} */
    boolean isDecided() {
        return !isReturn() && successors[0] == successors[1];
    }

    /** {@return the cells that the branch reads} */
    int branchUse() {
        return isReturn() ? 0 : Cells.bits(Op.usesX(code) ? Cells.BOTH : Cells.A);
    }
}
