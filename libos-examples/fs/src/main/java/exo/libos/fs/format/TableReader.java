// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import exo.api.ResourceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a table that nobody vouches for: its checksums may be right and its content malicious.
 *
 * <p>Every count is checked against the length of the table before anything of that size is
 * allocated; every run against the extent and against all other runs; so that whoever uses the
 * table afterwards needs no check of its own, and reads no block of another file.
 */
public final class TableReader {
    private final ByteBuffer table;
    private final int blockBytes;
    private final int nodeCount;
    private final int[] depths;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final List<TableNode> nodes = new ArrayList<>();
    private int runsAt;
    private int checksumsAt;
    private int namesAt;
    private final int checksumsBegin;
    private final int namesBegin;

    private TableReader(ByteBuffer bytes, int blockBytes) {
        this.table = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.blockBytes = blockBytes;
        check(table.limit() >= Layout.TABLE_HEADER, "a table too short", 0, table.limit());
        check(table.getLong(0) == Layout.TABLE_MAGIC, "it does not begin as a table", 0,
                table.getLong(0));
        nodeCount = table.getInt(8);
        int runs = table.getInt(12);
        int checksums = table.getInt(16);
        int nameBytes = table.getInt(20);
        check(nodeCount >= 1 && nodeCount <= Layout.MAX_NODES, "too many nodes", 0,
                nodeCount);
        check(runs >= 0 && checksums >= 0 && nameBytes >= 0
                && FileTable.bytes(nodeCount, runs, checksums, nameBytes) == table.limit(),
                "its counts do not add up to its length", 0, table.limit());
        runsAt = Layout.TABLE_HEADER + nodeCount * Layout.NODE_BYTES;
        checksumsBegin = runsAt + runs * Layout.RUN_BYTES;
        checksumsAt = checksumsBegin;
        namesBegin = checksumsBegin + checksums * 4;
        namesAt = namesBegin;
        depths = new int[nodeCount];
    }

    /**
     * {@return the checked table}
     *
     * @param bytes the table, from position 0 to its limit
     * @param blockBytes the size of a block
     * @param blockCount how many blocks the extent has
     * @param tableRuns where the table itself lies
     * @throws ResourceException with {@link exo.api.ErrorCode#CORRUPT} if anything does not fit
     */
    public static FileTable read(ByteBuffer bytes, int blockBytes, long blockCount,
            List<Run> tableRuns) {
        TableReader reader = new TableReader(bytes, blockBytes);
        reader.readNodes();
        FileTable found = FileTable.of(reader.nodes);
        checkOrder(found);
        checkRuns(found.usedSorted(tableRuns), blockCount);
        return found;
    }

    private void readNodes() {
        int nextChild = 1;
        for (int i = 0; i < nodeCount; i++) {
            check(i < nextChild, "it is in no directory", i, nextChild);
            int at = Layout.TABLE_HEADER + i * Layout.NODE_BYTES;
            byte kind = table.get(at);
            check(kind == Layout.DIRECTORY || (kind == Layout.FILE && i > 0), "its kind", i, kind);
            check(table.getShort(at + 2) == 0, "marks that mean nothing", i, kind);
            String name = readName(i, table.get(at + 1) & 0xFF);
            if (kind == Layout.FILE) {
                nodes.add(readFile(i, at, name));
            } else {
                nextChild += readDirectory(i, at, name, nextChild);
            }
        }
        check(runsAt == checksumsBegin && checksumsAt == namesBegin && namesAt == table.limit(),
                "runs, checksums or names belong to no node", nodeCount, namesAt);
    }

    private int readDirectory(int node, int at, String name, int nextChild) {
        int children = table.getInt(at + 4);
        check(children >= 0 && children <= nodeCount - nextChild, "its children", node, children);
        check(table.getLong(at + 8) == 0 && table.getLong(at + 24) == 0,
                "a directory has no length and no version", node, table.getLong(at + 8));
        check(children == 0 || depths[node] < Layout.MAX_DEPTH, "it lies too deep", node,
                depths[node]);
        for (int i = 0; i < children; i++) {
            depths[nextChild + i] = depths[node] + 1;
        }
        nodes.add(TableNode.directory(name, table.getLong(at + 16), children));
        return children;
    }

    private TableNode readFile(int node, int at, String name) {
        long size = table.getLong(at + 8);
        int runCount = table.getInt(at + 4);
        check(runCount >= 0 && runCount <= (checksumsBegin - runsAt) / Layout.RUN_BYTES,
                "its runs", node, runCount);
        check(size >= 0 && Layout.chunks(size) <= (namesBegin - checksumsAt) / 4,
                "more bytes than checksums", node, size);
        long[] runs = new long[runCount];
        long blocks = 0;
        for (int i = 0; i < runCount; i++) {
            Run run = new Run(table.getInt(runsAt), table.getInt(runsAt + 4));
            runsAt += Layout.RUN_BYTES;
            check(run.first() >= Layout.SUPERBLOCKS && run.blocks() >= 1,
                    "a run outside the extent", node, run.first());
            check(i == runCount - 1 || run.blocks() % (Layout.CHUNK_BYTES / blockBytes) == 0,
                    "a run that splits a chunk", node, run.blocks());
            runs[i] = run.packed();
            blocks += run.blocks();
        }
        check(blocks == Layout.blocks(size, blockBytes), "its length needs other runs", node,
                size);
        int[] checksums = new int[(int) Layout.chunks(size)];
        for (int i = 0; i < checksums.length; i++) {
            checksums[i] = table.getInt(checksumsAt);
            checksumsAt += 4;
        }
        return TableNode.file(name, size, table.getLong(at + 16), runs, checksums)
                .withVersion(table.getLong(at + 24));
    }

    private String readName(int node, int length) {
        check((length == 0) == (node == 0), "the bytes of its name", node, length);
        check(length <= table.limit() - namesAt, "its name ends behind the table", node, length);
        ByteBuffer bytes = table.slice(namesAt, length);
        namesAt += length;
        try {
            String name = decoder.decode(bytes).toString();
            String complaint = node == 0 ? "" : Names.complaint(name);
            check(complaint.isEmpty(), complaint, node, length);
            return name;
        } catch (CharacterCodingException e) {
            throw Refusals.corrupt("the name of node " + node + " is not UTF-8: " + e);
        }
    }

    private static void checkOrder(FileTable table) {
        for (int node = 0; node < table.count(); node++) {
            for (int i = 1; i < table.childCount(node); i++) {
                int child = table.firstChild(node) + i;
                check(table.name(child - 1).compareTo(table.name(child)) < 0,
                        "it is out of order, or its name is there twice", child, node);
            }
        }
    }

    private static void checkRuns(long[] usedSorted, long blockCount) {
        long next = Layout.SUPERBLOCKS;
        for (long packed : usedSorted) {
            Run run = Run.of(packed);
            check(run.first() >= next, "two runs share a block", run.first(), next);
            next = (long) run.first() + run.blocks();
            check(next <= blockCount, "a run ends behind the extent", run.first(), next);
        }
    }

    /** The words are joined only when they are needed: a table may have a million nodes. */
    private static void check(boolean holds, String complaint, long number, long value) {
        if (!holds) {
            throw Refusals.corrupt("table, at " + number + ": " + complaint + " (" + value + ")");
        }
    }
}
