// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.libos.fs.ImportResult.Skipped;
import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.FreeSpace;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Names;
import exo.libos.fs.format.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an import shall do, before anything is written: which files are new, which are kept, and
 * where everything goes. Confined.
 */
final class ImportPlan {
    final PlanNode root = new PlanNode(SourceEntry.directory(List.of(""), 0));
    final List<Skipped> skipped = new ArrayList<>();
    private final Optional<FileTable> current;
    private final boolean copyAll;
    private long nodeCount = 1;
    private boolean changed;

    private ImportPlan(Optional<FileTable> current, boolean copyAll) {
        this.current = current;
        this.copyAll = copyAll;
        this.changed = current.isEmpty();
    }

    /**
     * {@return the plan to import a source}
     *
     * @param source the source, which is walked
     * @param current the generation that the volume shows
     * @param copyAll whether files are copied even if they look unchanged
     * @throws IOException if the source cannot be listed
     * @throws ResourceException with {@link ErrorCode#TOO_BIG} if it has too many entries
     */
    static ImportPlan of(SourceTree source, Optional<FileTable> current, boolean copyAll)
            throws IOException {
        ImportPlan plan = new ImportPlan(current, copyAll);
        source.walk(plan::add);
        plan.match(plan.root, current.isPresent() ? 0 : -1);
        return plan;
    }

    private void add(SourceEntry entry) {
        String complaint = entry.path().size() > Layout.MAX_DEPTH
                ? "it lies deeper than " + Layout.MAX_DEPTH + " names"
                : Names.complaint(entry.path().getLast());
        if (!complaint.isEmpty()) {
            skip(entry, complaint, false);
            return;
        }
        PlanNode parent = root;
        for (int depth = 1; depth < entry.path().size(); depth++) {
            parent = directory(parent, entry.path().subList(0, depth));
            if (parent == null) {
                skip(entry, "what it lies in was skipped, or is a file", false);
                return;
            }
        }
        PlanNode before = parent.children.get(entry.path().getLast());
        if (before == null) {
            insert(parent, new PlanNode(entry));
        } else if (!before.entry.isDirectory() || !entry.isDirectory()) {
            skip(entry, "the source names it twice", false);
        }
    }

    /** {@return the directory, made if it is not there yet; null if it cannot be} */
    private PlanNode directory(PlanNode parent, List<String> path) {
        PlanNode found = parent.children.get(path.getLast());
        if (found == null && Names.complaint(path.getLast()).isEmpty()) {
            return insert(parent, new PlanNode(SourceEntry.directory(path, 0)));
        }
        return found != null && found.entry.isDirectory() ? found : null;
    }

    private PlanNode insert(PlanNode parent, PlanNode node) {
        nodeCount++;
        if (nodeCount > Layout.MAX_NODES) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "import",
                    "the source has more than " + (Layout.MAX_NODES - 1)
                            + " directories and files",
                    "import a part of it");
        }
        parent.children.put(node.name(), node);
        return node;
    }

    private void skip(SourceEntry entry, String reason, boolean isOlderKept) {
        skipped.add(new Skipped(entry.path(), reason, isOlderKept));
    }

    /** Finds what stays. Recursion is bounded by the depth of the tree. */
    private void match(PlanNode directory, int older) {
        int matched = 0;
        for (PlanNode child : directory.children.values()) {
            int same = older < 0 ? -1 : current.get().child(older, child.name());
            boolean alike = same >= 0
                    && current.get().isDirectory(same) == child.entry.isDirectory();
            matched += alike ? 1 : 0;
            changed |= !alike;
            if (child.entry.isDirectory()) {
                match(child, alike ? same : -1);
            } else {
                matchFile(child, alike ? same : -1);
            }
        }
        changed |= older >= 0 && current.get().childCount(older) != matched;
    }

    private void matchFile(PlanNode file, int older) {
        file.older = older;
        boolean unchanged = older >= 0 && !copyAll
                && current.get().size(older) == file.entry.size()
                && current.get().modifiedNanos(older) == file.entry.modifiedNanos();
        if (unchanged) {
            file.keep(current.get());
        } else {
            changed = true;
            file.isFresh = true;
            file.isCopied = file.entry.size() > 0;
        }
    }

    /** {@return whether the source differs from the current generation} */
    boolean isChanged() {
        return changed;
    }

    /** {@return the files to be copied, in the order in which they shall lie} */
    List<PlanNode> copies() {
        return root.breadthFirst().stream().filter(n -> n.isCopied).toList();
    }

    /** Takes the older version of a file that could not be copied, or leaves it out. */
    void giveUp(PlanNode file, String reason) {
        boolean kept = file.older >= 0;
        file.isCopied = false;
        file.isFresh = false;
        if (kept) {
            file.keep(current.get());
        } else {
            file.isDropped = true;
        }
        skip(file.entry, reason, kept);
    }

    /**
     * Decides where everything goes.
     *
     * @param free the blocks that the current generation does not use
     * @param blockBytes the size of a block
     * @return where the table goes
     * @throws ResourceException with {@link ErrorCode#NO_SPACE} if there is no room
     */
    List<Run> place(FreeSpace free, int blockBytes) {
        List<PlanNode> copies = copies();
        long room = free.freeBlocks();
        long needed = Layout.tableBlocks(tableBytes(), blockBytes);
        for (PlanNode file : copies) {
            needed += Layout.blocks(file.size(), blockBytes);
        }
        for (PlanNode file : copies) {
            List<Run> runs = free.alloc(Layout.blocks(file.size(), blockBytes),
                    Layout.CHUNK_BYTES / blockBytes);
            if (runs.isEmpty()) {
                throw noRoom(needed, room, blockBytes);
            }
            file.place(runs);
        }
        // Only now is it known over how many runs the files are spread.
        List<Run> table = free.alloc(Layout.tableBlocks(tableBytes(), blockBytes), 1);
        if (table.isEmpty() || table.size() > Layout.MAX_TABLE_RUNS) {
            throw noRoom(needed, room, blockBytes);
        }
        return table;
    }

    static ResourceException noRoom(long needed, long room, int blockBytes) {
        String fragments = needed <= room
                ? ", in pieces too short for files of more than " + Layout.CHUNK_BYTES + " bytes"
                : "";
        return new ResourceException(ErrorCode.NO_SPACE, Blame.CALLER, "import",
                "it needs " + needed + " blocks of " + blockBytes + " bytes, but " + room
                        + " are free beside the generation in use" + fragments,
                "import into an extent with " + Math.max(1, needed - room)
                        + " more blocks, or a new one");
    }

    private long tableBytes() {
        long runs = 0;
        long checksums = 0;
        long nameBytes = 0;
        List<PlanNode> nodes = root.breadthFirst();
        for (PlanNode node : nodes) {
            runs += node.runs().length;
            checksums += node.chunks();
            nameBytes += node.name().getBytes(StandardCharsets.UTF_8).length;
        }
        long bytes = FileTable.bytes(nodes.size(), runs, checksums, nameBytes);
        if (bytes > Layout.MAX_TABLE_BYTES) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "import",
                    "its table has " + bytes + " bytes, and the most is "
                            + Layout.MAX_TABLE_BYTES,
                    "import a part of the source");
        }
        return bytes;
    }

    /** {@return a number that stands for the names, lengths and times of the source} */
    long signature() {
        long mixed = 0;
        for (PlanNode node : root.breadthFirst()) {
            mixed = Layout.mix(mixed + node.name().hashCode());
            mixed = Layout.mix(mixed + node.children.size());
            mixed = Layout.mix(mixed + node.size());
            mixed = Layout.mix(mixed + (node.entry.isDirectory()
                    ? 1
                    : node.entry.modifiedNanos()));
        }
        return mixed;
    }
}
