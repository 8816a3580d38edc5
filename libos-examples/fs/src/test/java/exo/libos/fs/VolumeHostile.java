// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.libos.fs.format.Checksums;
import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Run;
import exo.libos.fs.format.Superblock;
import exo.libos.fs.format.TableBlock;
import exo.libos.fs.format.TableNode;
import exo.libos.fs.format.TableReader;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an image that was made by an enemy, with all its checksums right, do harm? */
@ExtendWith(Seeds.class)
final class VolumeHostile {
    private static final int BLOCKS = 100;
    private static final List<Run> TABLE_AT = List.of(new Run(90, 5));

    private static TableNode file(String name, long size, Run... runs) {
        long[] packed = new long[runs.length];
        for (int i = 0; i < runs.length; i++) {
            packed[i] = runs[i].packed();
        }
        return TableNode.file(name, size, 1, packed, new int[(int) Layout.chunks(size)]);
    }

    private static TableNode directory(String name, int children) {
        return TableNode.directory(name, 1, children);
    }

    private static List<TableNode> good() {
        return new ArrayList<>(List.of(directory("", 3), directory("a", 2), file("b", 0),
                file("c", 70_000, new Run(2, 16), new Run(40, 2)), file("d", 1, new Run(20, 1)),
                file("e", 4096, new Run(21, 1))));
    }

    private static ByteBuffer encoded(List<TableNode> nodes) {
        return FileTable.of(nodes).encode().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static FileTable read(ByteBuffer table) {
        return TableReader.read(table, 4096, BLOCKS, TABLE_AT);
    }

    private static void assertRefused(List<TableNode> nodes, String complaint) {
        assertRefused(encoded(nodes), complaint);
    }

    private static void assertRefused(ByteBuffer table, String complaint) {
        ResourceException refusal = assertThrows(ResourceException.class, () -> read(table));
        assertEquals(ErrorCode.CORRUPT, refusal.code());
        assertTrue(refusal.getMessage().contains(complaint), refusal.getMessage());
    }

    private static void assertRefusedWith(int node, TableNode instead, String complaint) {
        List<TableNode> nodes = good();
        nodes.set(node, instead);
        assertRefused(nodes, complaint);
    }

    @Test
    void shouldReadBackWhatWasEncoded() {
        FileTable table = read(encoded(good()));
        assertEquals(encoded(good()), table.encode().order(ByteOrder.LITTLE_ENDIAN));
        assertEquals("/a/d", table.path(table.child(1, "d")));
        assertEquals(41, table.firstBlock(3, 1, 16) + 1);
    }

    @Test
    void shouldRefuseRunsThatOverlapOrLieOutside() {
        assertRefusedWith(4, file("d", 1, new Run(17, 1)), "share a block");
        assertRefusedWith(4, file("d", 1, new Run(94, 1)), "share a block");
        assertRefusedWith(4, file("d", 1, new Run(1, 1)), "outside the extent");
        assertRefusedWith(4, file("d", 1, new Run(-5, 1)), "outside the extent");
        assertRefusedWith(4, file("d", 1, new Run(100, 1)), "behind the extent");
        assertRefusedWith(4, file("d", 40_000, new Run(91, 10)), "share a block");
        assertRefusedWith(4, file("d", 1, new Run(20, 2)), "its length needs other runs");
        assertRefusedWith(4, file("d", 5000, new Run(20, 1)), "its length needs other runs");
        assertRefusedWith(4, file("d", 8192, new Run(30, 1), new Run(50, 1)), "splits a chunk");
        assertRefusedWith(4, file("d", 1, new Run(30, 0)), "outside the extent");
        assertRefusedWith(4, file("d", 1, new Run(30, -1)), "outside the extent");
    }

    @Test
    void shouldRefuseDirectoriesThatAreNoTree() {
        assertRefusedWith(1, directory("a", 1), "it is in no directory");
        assertRefusedWith(1, directory("a", 3), "its children");
        ByteBuffer negative = encoded(good());
        negative.putInt(Layout.TABLE_HEADER + Layout.NODE_BYTES + 4, -1);
        assertRefused(negative, "its children");
        assertRefusedWith(0, directory("", 0), "it is in no directory");
        assertRefusedWith(0, directory("x", 3), "the bytes of its name");
        assertRefusedWith(0, file("", 0), "its kind");
        assertRefusedWith(1, directory("b", 2), "out of order");
        assertRefusedWith(1, directory("z", 2), "out of order");
    }

    @Test
    void shouldRefuseEntriesThatBelongToNoNode() {
        ByteBuffer table = encoded(good());
        table.putInt(Layout.TABLE_HEADER + 4 * Layout.NODE_BYTES + 4, 0);
        table.putLong(Layout.TABLE_HEADER + 4 * Layout.NODE_BYTES + 8, 0);
        assertRefused(table, "belong to no node");
    }

    @Test
    void shouldRefuseNamesThatAreNone() {
        assertRefusedWith(2, file("", 0), "the bytes of its name");
        assertRefusedWith(2, file("b/c", 0), "a slash or NUL");
        assertRefusedWith(2, file("b\0", 0), "a slash or NUL");
        assertRefusedWith(1, directory("..", 2), "it is empty, . or ..");
        ByteBuffer table = encoded(good());
        table.put(table.limit() - 1, (byte) 0xC3);
        assertRefused(table, "not UTF-8");
    }

    @Test
    void shouldRefuseATreeOneDeeperThanTheLimit() {
        List<TableNode> nodes = new ArrayList<>(List.of(directory("", 1)));
        for (int i = 1; i < Layout.MAX_DEPTH; i++) {
            nodes.add(directory("d", 1));
        }
        nodes.add(directory("d", 0));
        assertEquals(Layout.MAX_DEPTH + 1, read(encoded(nodes)).count());
        nodes.set(Layout.MAX_DEPTH, directory("d", 1));
        nodes.add(file("f", 0));
        assertRefused(nodes, "too deep");
    }

    @Test
    void shouldRefuseCountsThatDoNotFit() {
        for (int at = 8; at < Layout.TABLE_HEADER; at += 4) {
            for (int value : new int[]{-1, 0, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                ByteBuffer table = encoded(good());
                table.putInt(at, value);
                assertThrows(ResourceException.class, () -> read(table), at + ": " + value);
            }
        }
        assertRefused(encoded(good()).limit(Layout.TABLE_HEADER - 1), "too short");
        assertRefused(encoded(good()).putLong(0, 0), "does not begin as a table");
    }

    /** Changes some bytes of a table, preferably to values that hurt. */
    private static void mutate(ByteBuffer table, RandomGenerator random) {
        int changes = random.nextInt(1, 6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(table.limit() - 8);
            switch (random.nextInt(4)) {
                case 0 -> table.put(at, (byte) random.nextInt());
                case 1 -> table.putInt(at & ~3, random.nextInt(-2, 120));
                case 2 -> table.putLong(at & ~7, random.nextLong() >> random.nextInt(64));
                default -> table.putInt(at & ~3, Integer.MAX_VALUE - random.nextInt(2));
            }
        }
    }

    @Test
    void shouldAcceptOnlyTreesWhateverIsChanged(Seed seed) {
        RandomGenerator random = seed.random();
        int accepted = 0;
        for (int i = 0; i < 60_000; i++) {
            ByteBuffer table = encoded(good());
            mutate(table, random);
            try {
                assertHarmless(read(table));
                accepted++;
            } catch (ResourceException e) {
                assertEquals(ErrorCode.CORRUPT, e.code());
            }
        }
        assertTrue(accepted > 1000, "mutations of times and checksums are harmless: " + accepted);
    }

    private static void assertHarmless(FileTable table) {
        for (int node = 0; node < table.count(); node++) {
            assertTrue(table.path(node).startsWith("/"));
            for (int chunk = 0; chunk < Layout.chunks(table.size(node)); chunk++) {
                int block = table.firstBlock(node, chunk, 16);
                long bytes = Math.min(1 << 16, table.size(node) - ((long) chunk << 16));
                assertTrue(block >= 2 && block + (bytes + 4095) / 4096 <= BLOCKS);
            }
        }
    }

    /** Mounts images whose tables and superblocks were changed and signed again. */
    @Test
    void shouldMountOrRefuseWhateverIsChanged(Seed seed) {
        RandomGenerator random = seed.random();
        try (FsBench bench = new FsBench(DiskConfig.temporary("disk0", 16 << 20)
                .queue(QueueBackend.PREAD))) {
            Extent extent = bench.extent(BLOCKS);
            try (RawExtent raw = new RawExtent(bench, extent)) {
                int mounted = 0;
                for (int i = 0; i < 400; i++) {
                    ByteBuffer table = encoded(good());
                    if (i > 0) {
                        mutate(table, random);
                    }
                    raw.write(image(table, block -> {
                        if (random.nextInt(4) == 0) {
                            mutateSuperblock(block, random);
                        }
                    }));
                    mounted += mountAndRead(bench, extent) ? 1 : 0;
                }
                assertTrue(mounted > 5, "mounted " + mounted);
            }
        }
    }

    private static boolean mountAndRead(FsBench bench, Extent extent) {
        try (Volume volume = bench.mount(extent)) {
            for (FileNode node : FsBench.nodes(volume)) {
                if (node.size() > 0) {
                    int run = FsBench.borrow(bench.env, volume.cache(), node, node.size() - 1);
                    assertTrue(run >= 0 || run == ErrorCode.CORRUPT.refusal(), node + ": " + run);
                }
            }
            return true;
        } catch (ResourceException e) {
            assertEquals(ErrorCode.CORRUPT, e.code(), e.toString());
            return false;
        }
    }

    private static byte[] image(ByteBuffer table, Consumer<MemorySegment> change) {
        byte[] image = new byte[BLOCKS * 4096];
        MemorySegment all = MemorySegment.ofArray(image);
        Superblock superblock = new Superblock(4096, BLOCKS, 77, 5, 0, table.limit(),
                Checksums.of(table.duplicate()), List.of(new Run(90, 1)));
        superblock.encode(all.asSlice(0, 4096));
        change.accept(all.asSlice(0, 4096));
        TableBlock.encode(all.asSlice(90 * 4096L, 4096), 0, superblock.stamp(), table);
        return image;
    }

    private static void mutateSuperblock(MemorySegment block, RandomGenerator random) {
        ByteBuffer bytes = block.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(2, 20) * 4;
        bytes.putInt(at, random.nextBoolean() ? random.nextInt(-2, 120) : random.nextInt());
        bytes.putInt(4092, Checksums.of(block.asSlice(0, 4092)));
    }
}
