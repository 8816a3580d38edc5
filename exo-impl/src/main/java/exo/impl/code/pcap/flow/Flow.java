// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import exo.impl.code.pcap.flow.Block.Edge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * What holds of a graph of blocks: its levels, what every path to a block passes, and which cells
 * are needed where. A level is one more than the highest level that a block leads to; returns have
 * level 0. Time is linear in the size of the graph times the depth of its trees.
 */
final class Flow {
    /** How far up a tree is looked for what two have in common. */
    private static final int FAR = 2000;

    /** The blocks of each level. */
    final List<List<Block>> levels = new ArrayList<>();
    private final Block root;

    private Flow(Block root) {
        this.root = root;
    }

    /**
     * {@return the flow of a graph}
     *
     * @param root the first block
     * @param mark a number that no earlier call was given
     */
    static Flow of(Block root, int mark) {
        Flow flow = new Flow(root);
        flow.findLevels(mark);
        flow.findEntries();
        flow.findDominators();
        flow.findUses();
        return flow;
    }

    /** {@return how many blocks there are} */
    int size() {
        int size = 0;
        for (List<Block> level : levels) {
            size += level.size();
        }
        return size;
    }

    private void findLevels(int mark) {
        Deque<Block> open = new ArrayDeque<>();
        root.visited = mark;
        root.level = -1;
        open.push(root);
        while (!open.isEmpty()) {
            Block block = open.peek();
            Block next = unvisited(block, mark);
            if (next != null) {
                next.visited = mark;
                next.level = -1;
                open.push(next);
                continue;
            }
            open.pop();
            block.level = block.isReturn()
                    ? 0
                    : 1 + Math.max(block.onTrue().level, block.onFalse().level);
            while (levels.size() <= block.level) {
                levels.add(new ArrayList<>());
            }
            levels.get(block.level).add(block);
        }
        levels.forEach(Collections::reverse);
    }

    private static Block unvisited(Block block, int mark) {
        if (block.isReturn()) {
            return null;
        }
        if (block.onTrue().visited != mark) {
            return block.onTrue();
        }
        return block.onFalse().visited != mark ? block.onFalse() : null;
    }

    /** Finds anew by which edges blocks are reached. */
    void findEntries() {
        levels.forEach(level -> level.forEach(block -> block.entries.clear()));
        for (int i = levels.size() - 1; i > 0; i--) {
            for (Block block : levels.get(i)) {
                block.onTrue().entries.add(block.edges[0]);
                block.onFalse().entries.add(block.edges[1]);
            }
        }
    }

    private void findDominators() {
        root.dominator = null;
        root.dominatorDepth = 0;
        root.gate = null;
        for (int i = levels.size() - 1; i > 0; i--) {
            for (Block block : levels.get(i)) {
                if (block != root) {
                    join(block);
                }
                Edge gate = block.gate;
                for (Edge edge : block.edges) {
                    edge.depth = gate == null ? 1 : gate.depth + 1;
                    edge.holding = gate == null || gate.side == 0 ? gate : gate.holding;
                }
            }
        }
        findSpans();
    }

    /** Returns have no place in the trees, since nobody asks for it. */
    private void findSpans() {
        for (int i = 1; i < levels.size(); i++) {
            for (Block block : levels.get(i)) {
                block.span.clear();
                block.edges[0].span.clear();
                block.edges[1].span.clear();
            }
        }
        for (int i = 1; i < levels.size(); i++) {
            for (Block block : levels.get(i)) {
                if (block.dominator != null) {
                    block.dominator.span.grow(block.span);
                }
                if (block.gate != null) {
                    block.gate.span.grow(block.edges[0].span);
                    block.gate.span.grow(block.edges[1].span);
                }
            }
        }
        int place = 0;
        for (int i = levels.size() - 1; i > 0; i--) {
            for (Block block : levels.get(i)) {
                place = findSpans(block, place);
            }
        }
    }

    private static int findSpans(Block block, int placeOfRoots) {
        if (block.dominator == null) {
            block.span.startAt(0);
        } else {
            block.span.startIn(block.dominator.span);
        }
        int place = placeOfRoots;
        for (Edge edge : block.edges) {
            if (block.gate == null) {
                edge.span.startAt(place);
                place = edge.span.end();
            } else {
                edge.span.startIn(block.gate.span);
            }
        }
        return place;
    }

    private void join(Block block) {
        Block dominator = null;
        Edge gate = null;
        boolean first = true;
        for (Edge entry : block.entries) {
            dominator = first ? entry.from : common(root, dominator, entry.from);
            gate = first ? entry : common(gate, entry);
            first = false;
        }
        block.dominator = dominator;
        block.dominatorDepth = dominator == null ? 0 : dominator.dominatorDepth + 1;
        block.gate = gate;
    }

    /** {@return a block that is above both; the root if the nearest one is far} */
    private static Block common(Block root, Block one, Block other) {
        Block a = one;
        Block b = other;
        for (int steps = 0; a != b; steps++) {
            if (steps > FAR) {
                return root;
            }
            if (a.dominatorDepth >= b.dominatorDepth) {
                a = a.dominator;
            } else {
                b = b.dominator;
            }
        }
        return a;
    }

    /** {@return an edge that is above both; null if there is none, or it is far} */
    private static Edge common(Edge one, Edge other) {
        Edge a = one;
        Edge b = other;
        for (int steps = 0; a != b; steps++) {
            if (steps > FAR) {
                return null;
            }
            if (b == null || (a != null && a.depth >= b.depth)) {
                a = a.from.gate;
            } else {
                b = b.from.gate;
            }
        }
        return a;
    }

    /** {@return whether every path to a block passes another; neither returns} */
    static boolean dominates(Block dominator, Block block) {
        return dominator.span.holds(block.span);
    }

    private void findUses() {
        for (List<Block> level : levels) {
            for (Block block : level) {
                findLocalUses(block);
                block.usedOut = block.isReturn()
                        ? 0
                        : block.onTrue().usedIn | block.onFalse().usedIn;
                block.usedIn |= block.usedOut & ~block.killed;
            }
        }
    }

    private static void findLocalUses(Block block) {
        int used = 0;
        int killed = 0;
        int defined = 0;
        for (Statement statement : block.statements) {
            used |= Cells.bits(statement.use()) & ~defined;
            int definition = Cells.bits(statement.definition());
            killed |= definition & ~used;
            defined |= definition;
        }
        block.usedIn = used | (block.branchUse() & ~defined);
        block.killed = killed;
    }
}
