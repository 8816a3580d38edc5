// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Run;
import exo.libos.fs.format.TableNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/** A directory or file of the generation that an import is about to make. Confined. */
final class PlanNode {
    private static final int[] NO_CHECKSUMS = {};

    final SourceEntry entry;
    /** Sorted as {@link String#compareTo} does, which is the order of the table. */
    final TreeMap<String, PlanNode> children = new TreeMap<>();
    /** The number of the same file in the current generation, or -1. */
    int older = -1;
    /** Whether it is a file that is not kept as it was. */
    boolean isFresh;
    /** Whether the content must be copied from the source. */
    boolean isCopied;
    /** Whether it shall not be in the new generation. */
    boolean isDropped;
    private long size;
    private long modifiedNanos;
    private long[] runs = {};
    private int[] checksums = NO_CHECKSUMS;

    PlanNode(SourceEntry entry) {
        this.entry = entry;
        this.size = entry.isDirectory() ? 0 : entry.size();
        this.modifiedNanos = entry.modifiedNanos();
    }

    String name() {
        return entry.path().getLast();
    }

    long size() {
        return size;
    }

    /** Takes content and time from the current generation. */
    void keep(FileTable table) {
        size = table.size(older);
        modifiedNanos = table.modifiedNanos(older);
        runs = table.runs(older);
        checksums = table.checksums(older);
    }

    /** Sets where the content shall lie. */
    void place(List<Run> where) {
        runs = where.stream().mapToLong(Run::packed).toArray();
    }

    /** Sets what was read. */
    void copied(long bytes, long nanos, int[] chunkChecksums) {
        size = bytes;
        modifiedNanos = nanos;
        checksums = chunkChecksums;
    }

    long[] runs() {
        return runs;
    }

    long chunks() {
        return Layout.chunks(size);
    }

    private TableNode asTableNode() {
        if (entry.isDirectory()) {
            int count = (int) children.values().stream().filter(c -> !c.isDropped).count();
            return TableNode.directory(name(), modifiedNanos, count);
        }
        return TableNode.file(name(), size, modifiedNanos, runs, checksums);
    }

    /** {@return this node and all below that are not dropped, breadth first} */
    List<PlanNode> breadthFirst() {
        List<PlanNode> found = new ArrayList<>();
        Deque<PlanNode> next = new ArrayDeque<>(List.of(this));
        while (!next.isEmpty()) {
            PlanNode node = next.remove();
            if (!node.isDropped) {
                found.add(node);
                next.addAll(node.children.values());
            }
        }
        return found;
    }

    /** {@return the table with this node as its root} */
    FileTable asTable() {
        return FileTable.of(breadthFirst().stream().map(PlanNode::asTableNode).toList());
    }
}
