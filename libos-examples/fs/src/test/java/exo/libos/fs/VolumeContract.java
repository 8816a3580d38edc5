// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.libos.fs.format.Layout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is imported can be read, on every backend of the queue. */
abstract class VolumeContract {
    private final FsBench bench;

    VolumeContract(QueueBackend backend) {
        bench = new FsBench(DiskConfig.temporary("disk0", 256 << 20).queue(backend));
    }

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    @Test
    void shouldShowFilesOfEveryLength() {
        int block = bench.disk.blockBytes();
        MapSource source = new MapSource();
        for (int length : new int[]{0, 1, 511, block - 1, block, block + 1, 4 * block,
                4 * block + 1, 65_535, 65_536, 65_537, 200_000, 1 << 20, (1 << 20) + 1}) {
            source.file("d" + length % 3 + "/f" + length, length);
        }
        Extent extent = bench.extent(2048);
        ImportResult result = bench.run(extent, source);
        assertEquals(1, result.generation());
        assertEquals(14, result.files());
        assertEquals(3, result.directories());
        assertEquals(0, result.filesReused());
        assertTrue(result.skipped().isEmpty());
        bench.assertShows(source, extent);
    }

    @Test
    void shouldKeepNamesDirectoriesAndTimes() {
        String longest = "n".repeat(253) + "\u00e9";
        MapSource source = new MapSource().directory("empty")
                .directory("a/b/c")
                .file(" ", 10)
                .file("a/ leading and trailing ", 20)
                .file("\u4f60\u597d/\ud83d\ude00.txt", 30)
                .file(longest, 5)
                .file("A", 1)
                .file("\uffee", 1)
                .file("\ud83d\ude01", 1);
        Extent extent = bench.extent(512);
        assertTrue(bench.run(extent, source).skipped().isEmpty());
        try (Volume volume = bench.mount(extent)) {
            bench.assertShows(source, volume);
            FileNode root = volume.root();
            assertEquals("", root.name());
            assertEquals("/", root.path());
            assertTrue(root.isDirectory());
            assertEquals(0, root.child("empty").children().size());
            List<String> names = root.children().stream().map(FileNode::name).toList();
            assertEquals(names.stream().sorted().toList(), names);
            for (FileNode child : root.children()) {
                assertEquals(child, root.child(child.name()));
            }
            assertNull(root.child("none"));
            assertNull(root.child(" ").child("x"));
            FileNode file = root.child(longest);
            assertEquals(source.files.get(List.of(longest)).nanos(), file.modifiedNanos());
            assertTrue(file.version() != 0);
        }
    }

    @Test
    void shouldSkipNamesAndDepthsPastTheLimits() {
        String deep = "d/".repeat(Layout.MAX_DEPTH - 1) + "f";
        MapSource source = new MapSource().file("x".repeat(255), 3).file(deep, 4);
        MapSource past = source.copy()
                .file("x".repeat(254) + "\u00e9", 3)
                .file("d/" + deep, 4)
                .file("bad\0name", 1)
                .file("half\ud800", 1)
                .file("..", 1)
                .file("y".repeat(256) + "/in", 1);
        Extent extent = bench.extent(512);
        ImportResult result = bench.run(extent, past);
        assertEquals(6, result.skipped().size());
        assertTrue(result.skipped().stream().noneMatch(ImportResult.Skipped::isOlderKept));
        bench.assertShows(source, extent);
    }

    @Test
    void shouldHoldManyFilesAndALargeOne() {
        MapSource source = new MapSource().file("large", 50_000_000);
        for (int i = 0; i < 2000; i++) {
            source.file("many" + i % 7 + "/file" + i, i * 7 % 9000);
        }
        Extent extent = bench.extent(bench.disk.blockCount() / 2);
        ImportResult result = bench.run(extent, source);
        assertEquals(2001, result.files());
        bench.assertShows(source, extent);
        CheckReport report = check(extent);
        assertTrue(report.isSound(), report.toString());
        assertEquals(result.bytes(), report.bytesVerified());
        assertEquals(2001, report.files());
        assertEquals(7, report.directories());
        assertEquals(extent.blockCount(), report.usedBlocks() + report.freeBlocks());
        assertTrue(report.usedBlocks() <= Importer.blocksNeeded(new SourceTotals(2001, 7,
                result.bytes()), extent.blockBytes()));
    }

    private CheckReport check(Extent extent) {
        return VolumeChecker.run(bench.env, extent, bench.window, FsBench.PAGES, 64);
    }

    @Test
    void shouldCopyOnlyWhatChanged() {
        MapSource first = new MapSource().file("a/one", 70_000)
                .file("a/two", 300_000)
                .file("b/three", 5000)
                .directory("c")
                .file("gone", 9);
        Extent extent = bench.extent(1024);
        bench.run(extent, first);
        ImportResult same = bench.run(extent, first);
        assertEquals(1, same.generation());
        assertEquals(0, same.bytesWritten());
        assertEquals(4, same.filesReused());
        MapSource second = first.copy().remove("gone").file("a/one", 80_000).file("d/new", 3);
        ImportResult changed = bench.run(extent, second);
        assertEquals(2, changed.generation());
        assertEquals(2, changed.filesReused());
        assertTrue(changed.bytesWritten() < 120_000, changed.toString());
        bench.assertShows(second, extent);
        MapSource third = second.copy().file("a/one", 80_000);
        second.files.forEach((k, v) -> assertTrue(third.files.containsKey(k)));
        assertEquals(3, bench.run(extent, third).generation());
        bench.assertShows(third, extent);
        MapSource nothing = new MapSource();
        assertEquals(0, bench.run(extent, nothing).files());
        bench.assertShows(nothing, extent);
        bench.run(extent, third);
        bench.assertShows(third, extent);
    }

    @Test
    void shouldMakeTheVersionOfAFileFromItsContent() {
        MapSource source = new MapSource().file("same", 5000).file("other", 5000);
        Extent extent = bench.extent(64);
        bench.run(extent, source);
        long same = versionOf(extent, "same");
        long other = versionOf(extent, "other");
        source.file("other", MapSource.bytes(5000, 7));
        bench.run(extent, source);
        assertEquals(same, versionOf(extent, "same"));
        assertTrue(other != versionOf(extent, "other"));
        Extent another = bench.extent(64);
        bench.run(another, source);
        assertEquals(same, versionOf(another, "same"));
    }

    private long versionOf(Extent extent, String name) {
        try (Volume volume = bench.mount(extent)) {
            return volume.root().child(name).version();
        }
    }

    @Test
    void shouldSplitFilesOverWhatIsFree() {
        MapSource source = new MapSource();
        for (int i = 0; i < 20; i++) {
            source.file("f%02d".formatted(i), 128 << 10);
        }
        Extent extent = bench.extent(2 + 20 * 32 + 40);
        bench.run(extent, source);
        for (int i = 0; i < 20; i += 2) {
            source.remove("f%02d".formatted(i));
        }
        bench.run(extent, source);
        source.file("spread", (9 * 32 - 1) * 4096 - 5);
        assertTrue(bench.run(extent, source).skipped().isEmpty());
        bench.assertShows(source, extent);
        assertTrue(check(extent).isSound());
    }

    @Test
    void shouldRefuseBeforeWritingIfThereIsNoRoom() {
        MapSource source = new MapSource().file("a", 100_000);
        Extent extent = bench.extent(64);
        bench.run(extent, source);
        MapSource larger = source.copy().file("b", 40 * 4096);
        ResourceException refusal = assertThrows(ResourceException.class,
                () -> bench.run(extent, larger));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().contains("needs 41 blocks"), refusal.getMessage());
        bench.assertShows(source, extent);
        Extent tiny = bench.extent(3);
        assertEquals(ErrorCode.NO_SPACE, assertThrows(ResourceException.class,
                () -> bench.run(tiny, source)).code());
        Extent least = bench.extent(4);
        assertEquals(1, bench.run(least, new MapSource()).generation());
    }

    @Test
    void shouldRefuseWhatHoldsNoVolume() {
        Extent extent = bench.extent(64);
        assertEquals(ErrorCode.NOT_FOUND,
                assertThrows(ResourceException.class, () -> bench.mount(extent)).code());
        // Nothing is left behind: the same pages serve the next.
        bench.run(extent, new MapSource());
        bench.assertShows(new MapSource(), extent);
    }

    @Test
    void shouldImportFilesThatChangeAsTheyAreOrSkipThem() {
        MapSource source = new MapSource().file("steady", 9000)
                .file("grows", 100)
                .file("restless", 100)
                .file("gone", 100)
                .file("kept", 100);
        Extent extent = bench.extent(256);
        MapSource before = new MapSource();
        before.files.put(List.of("kept"), source.files.get(List.of("kept")));
        bench.run(extent, before);
        source.file("kept", 200);
        source.gone.add(List.of("gone"));
        source.gone.add(List.of("kept"));
        boolean[] grown = {false};
        source.onRead.put(List.of("grows"), () -> {
            if (!grown[0]) {
                grown[0] = true;
                source.file("grows", 150_000);
            }
        });
        source.onRead.put(List.of("restless"), () -> source.file("restless",
                source.files.get(List.of("restless")).bytes().length + 1));
        ImportResult result = bench.run(extent, source);
        assertEquals(3, result.skipped().size(), result.toString());
        for (ImportResult.Skipped skipped : result.skipped()) {
            assertEquals(skipped.path().equals(List.of("kept")), skipped.isOlderKept());
        }
        MapSource shown = new MapSource();
        shown.files.put(List.of("steady"), source.files.get(List.of("steady")));
        shown.files.put(List.of("grows"), source.files.get(List.of("grows")));
        shown.files.put(List.of("kept"), before.files.get(List.of("kept")));
        bench.assertShows(shown, extent);
    }

    @Test
    void shouldReportProgressToTheEnd() throws IOException {
        MapSource source = new MapSource().file("large", 3 << 20);
        for (int i = 0; i < 100; i++) {
            source.file("f" + i, 10);
        }
        List<Long> files = new ArrayList<>();
        List<Long> bytes = new ArrayList<>();
        Importer.of(bench.env, bench.extent(2000), bench.window, 0, 64)
                .run(source, (filesDone, filesTotal, bytesDone, bytesTotal) -> {
                    assertEquals(101, filesTotal);
                    assertTrue(bytesDone <= bytesTotal);
                    files.add(filesDone);
                    bytes.add(bytesDone);
                });
        assertTrue(files.size() >= 4, files.toString());
        assertEquals(101, files.getLast());
        assertEquals((3 << 20) + 1000, bytes.getLast());
    }

    @Test
    void shouldMendDamagedFilesByCopyingAll() throws IOException {
        MapSource source = new MapSource().file("a", 5000);
        Extent extent = bench.extent(64);
        bench.run(extent, source);
        assertEquals(0, bench.run(extent, source).bytesWritten());
        ImportResult mended = Importer.of(bench.env, extent, bench.window, 0, 64)
                .copyingAll()
                .run(source, ImportProgress.NONE);
        assertEquals(2, mended.generation());
        assertEquals(0, mended.filesReused());
        bench.assertShows(source, extent);
    }

    @Test
    void shouldMountWithTheRightToReadAlone() {
        MapSource source = new MapSource().file("a", 5000);
        Extent extent = bench.extent(64);
        bench.run(extent, source);
        Extent readable = bench.env.keys().derive(extent, Rights.READ, "readable");
        bench.assertShows(source, readable);
        source.file("a", 6000);
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(CapabilityException.class,
                () -> bench.run(readable, source)).code());
    }
}
