// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import exo.impl.code.pcap.flow.Block.Edge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a graph of blocks smaller, in the way of McCanne and Jacobson: it numbers values; leads an
 * edge past a test whose outcome is known from a test that every path to the edge takes; moves
 * tests of a value that is loaded already before tests of others; then removes statements.
 *
 * <p>Work is bounded: beyond {@value #MOST_WORK} steps, the graph stays as it is then, which is
 * correct at any time.
 */
final class Optimizer {
    private static final long MOST_WORK = 25_000_000;
    /** How often only branches may move before the optimiser takes it that they move in circles. */
    private static final int MOST_MOVES = 100;

    private Block root;
    private int mark;
    private long work;
    private boolean changed;
    private boolean moved;

    /** A computation that makes no sense, such as a division by 0. */
    static final class Nonsense extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Nonsense(String what) {
            super(what, null, false, false);
        }
    }

    private Optimizer(Block root) {
        this.root = root;
    }

    /** {@return the first block of the graph, which is changed} */
    static Block optimize(Block root) {
        Optimizer optimizer = new Optimizer(root);
        optimizer.repeat(false);
        optimizer.repeat(true);
        optimizer.share();
        optimizer.skipDecided();
        return optimizer.root;
    }

    private void repeat(boolean alters) {
        int moves = 0;
        do {
            changed = false;
            moved = false;
            pass(alters);
            moves = changed ? 0 : moves + 1;
        } while ((changed || moved) && moves < MOST_MOVES && work < MOST_WORK);
    }

    private void pass(boolean alters) {
        Flow flow = Flow.of(root, ++mark);
        Values values = new Values(alters);
        for (int i = flow.levels.size() - 1; i >= 0; i--) {
            for (Block block : flow.levels.get(i)) {
                statements(block, values, alters);
                work += 10 + block.statements.size() + block.entries.size();
            }
        }
        changed |= values.hasChanged();
        if (alters) {
            return;
        }
        Map<Test, List<Block>> tests = index(flow);
        for (int i = 1; i < flow.levels.size(); i++) {
            for (Block block : flow.levels.get(i)) {
                leadPast(block.edges[0], tests);
                leadPast(block.edges[1], tests);
            }
        }
        flow.findEntries();
        for (int i = 1; i < flow.levels.size(); i++) {
            for (Block block : flow.levels.get(i)) {
                pullUp(block, 0);
                pullUp(block, 1);
            }
        }
    }

    private void statements(Block block, Values values, boolean alters) {
        int[] cells = block.values;
        meet(block);
        int a = cells[Cells.A];
        int x = cells[Cells.X];
        for (Statement statement : block.statements) {
            values.follow(statement, cells);
        }
        boolean useless = block.usedOut == 0 && a != Values.UNKNOWN && cells[Cells.A] == a
                && x != Values.UNKNOWN && cells[Cells.X] == x;
        if (alters && (useless || block.isReturn())) {
            changed |= !block.statements.isEmpty();
            block.statements = new ArrayList<>();
        } else {
            changed |= Peephole.improve(block, values);
        }
        block.operand = Op.usesX(block.code) ? cells[Cells.X] : values.constant(block.k);
    }

    /** Finds what is known at the beginning of a block: what all entries agree on. */
    private static void meet(Block block) {
        int[] cells = block.values;
        Arrays.fill(cells, Values.UNKNOWN);
        boolean first = true;
        for (Edge entry : block.entries) {
            for (int cell = 0; cell < Cells.COUNT; cell++) {
                int value = entry.from.values[cell];
                cells[cell] = first || cells[cell] == value ? value : Values.UNKNOWN;
            }
            first = false;
        }
    }

    /** What a test compares, and with what. */
    private record Test(int code, int value, int operand) {
        private static Test of(Block block) {
            return new Test(block.code, block.values[Cells.A], block.operand);
        }
    }

    private static Map<Test, List<Block>> index(Flow flow) {
        Map<Test, List<Block>> tests = new HashMap<>();
        for (int i = flow.levels.size() - 1; i > 0; i--) {
            for (Block block : flow.levels.get(i)) {
                tests.computeIfAbsent(Test.of(block), ignored -> new ArrayList<>()).add(block);
            }
        }
        return tests;
    }

    /** Leads an edge past tests whose outcome is known on it. */
    private void leadPast(Edge edge, Map<Test, List<Block>> tests) {
        Block target = edge.to();
        if (target.isReturn()) {
            return;
        }
        if (target.isDecided() && !conflict(edge.from, target.onTrue())) {
            edge.lead(target.onTrue());
            changed = true;
        }
        while (work < MOST_WORK && !edge.to().isReturn()) {
            Block past = past(edge, edge.to(), tests);
            if (past == edge.to()) {
                return;
            }
            edge.lead(past);
            moved = true;
        }
    }

    /** {@return where a test leads, if an earlier one says so; the test itself if not} */
    private Block past(Edge edge, Block test, Map<Test, List<Block>> tests) {
        int side = sideOfSame(edge, test, tests.getOrDefault(Test.of(test), List.of()));
        if (side >= 0) {
            return test.successors[side];
        }
        if (test.code != Op.JEQ) {
            return test;
        }
        // What is equal to one constant is not equal to another.
        for (Edge known = edge.side == 0
                ? edge
                : edge.holding; known != null; known = known.holding) {
            work++;
            Block earlier = known.from;
            if (earlier.code == Op.JEQ && earlier.values[Cells.A] == test.values[Cells.A]
                    && earlier.operand != test.operand && !conflict(edge.from, test.onFalse())) {
                return test.onFalse();
            }
        }
        return test;
    }

    /**
     * {@return the outcome of a test that the same test before it says, or -1}
     *
     * @param edge the edge that leads to the test
     * @param test the test
     * @param alike all tests that are the same; they are looked through if they are fewer than
     *        those before the edge
     */
    private int sideOfSame(Edge edge, Block test, List<Block> alike) {
        if (alike.size() >= edge.depth) {
            for (Edge known = edge; known != null; known = known.from.gate) {
                if (decides(known, test, edge)) {
                    return known.side;
                }
            }
            return -1;
        }
        work += alike.size();
        for (Block earlier : alike) {
            Edge onTrue = earlier.edges[0];
            Edge onFalse = earlier.edges[1];
            if (onTrue.span.holds(edge.span) && decides(onTrue, test, edge)) {
                return 0;
            }
            if (onFalse.span.holds(edge.span) && decides(onFalse, test, edge)) {
                return 1;
            }
        }
        return -1;
    }

    private boolean decides(Edge known, Block test, Edge edge) {
        work++;
        Block earlier = known.from;
        return earlier.code == test.code && earlier.operand == test.operand
                && earlier.values[Cells.A] == test.values[Cells.A]
                && !conflict(edge.from, test.successors[known.side]);
    }

    /** {@return whether a block's successors need a cell that another block leaves different} */
    private static boolean conflict(Block from, Block to) {
        for (int left = to.usedOut; left != 0; left &= left - 1) {
            int cell = Integer.numberOfTrailingZeros(left);
            if (from.values[cell] != to.values[cell]) {
                return true;
            }
        }
        return false;
    }

    /**
     * Of tests one after the other that all lead to the same block on one outcome, moves one of the
     * value that is loaded already before those of other values.
     *
     * @param block the first of the tests
     * @param same the outcome: 0 for tests joined by "or", 1 for tests joined by "and"
     */
    private void pullUp(Block block, int same) {
        if (block.entries.isEmpty()) {
            return;
        }
        Edge entry = block.entries.getLast();
        int loaded = entry.from.values[Cells.A];
        for (Edge each : block.entries) {
            if (each.from.values[Cells.A] != loaded) {
                return;
            }
        }
        Edge different = entry.from.edges[entry.from.onTrue() == block ? 0 : 1];
        boolean atTop = true;
        while (true) {
            work++;
            Block test = different.to();
            if (!belongs(test, block, same)) {
                return;
            }
            if (test.values[Cells.A] != loaded) {
                break;
            }
            different = test.edges[1 - same];
            atTop = false;
        }
        Edge alike = different.to().edges[1 - same];
        while (true) {
            work++;
            Block test = alike.to();
            if (!belongs(test, block, same)) {
                return;
            }
            if (test.values[Cells.A] == loaded) {
                break;
            }
            alike = test.edges[1 - same];
        }
        Block pulled = alike.to();
        alike.lead(pulled.successors[1 - same]);
        pulled.edges[1 - same].lead(different.to());
        if (atTop) {
            for (Edge each : block.entries) {
                each.from.edges[each.from.onTrue() == block ? 0 : 1].lead(pulled);
            }
        } else {
            different.lead(pulled);
        }
        moved = true;
    }

    private static boolean belongs(Block test, Block first, int same) {
        return !test.isReturn() && test.successors[same] == first.successors[same]
                && Flow.dominates(first, test);
    }

    /** What makes blocks alike; successors are given by their numbers. */
    private record Likeness(int code, int k, int onTrue, int onFalse, List<Long> statements) {}

    /** Makes one of blocks that do the same. */
    private void share() {
        Map<Likeness, Block> known = new HashMap<>();
        int number = 0;
        for (List<Block> level : Flow.of(root, ++mark).levels) {
            for (Block block : level) {
                Block same = known.computeIfAbsent(likeness(block), ignored -> block);
                block.same = same;
                block.number = ++number;
            }
        }
        root = root.same;
    }

    private static Likeness likeness(Block block) {
        List<Long> statements = new ArrayList<>();
        for (Statement s : block.statements) {
            if (!s.isNothing()) {
                statements.add(((long) s.code << 32) | Integer.toUnsignedLong(s.k));
            }
        }
        if (block.isReturn()) {
            return new Likeness(block.code, block.k, 0, 0, statements);
        }
        block.edges[0].lead(block.onTrue().same);
        block.edges[1].lead(block.onFalse().same);
        return new Likeness(block.code, block.k, block.onTrue().number, block.onFalse().number,
                statements);
    }

    private void skipDecided() {
        List<Statement> statements = root.statements;
        boolean skipped = false;
        while (root.isDecided()) {
            root = root.onTrue();
            skipped = true;
        }
        if (skipped) {
            List<Statement> all = new ArrayList<>(statements);
            all.addAll(root.statements);
            root = copy(root, all);
        }
        if (root.isReturn()) {
            root.statements = new ArrayList<>();
        }
    }

    private static Block copy(Block block, List<Statement> statements) {
        Block copy = new Block(statements, block.code, block.k);
        copy.successors = block.successors.clone();
        return copy;
    }
}
