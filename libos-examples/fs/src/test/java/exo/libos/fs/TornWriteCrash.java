// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.io.IOException;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What a power failure leaves: an import is cut short behind each of its writes, with those not yet
 * flushed carried out as chance wants, and the rest must show the old generation or the new one.
 */
@ExtendWith(Seeds.class)
final class TornWriteCrash {
    private static final int BLOCKS = 200;
    private static final int TEARS = 6;

    private final FsBench bench = new FsBench(DiskConfig.temporary("disk0", 16 << 20)
            .queue(QueueBackend.PREAD));
    private final Extent original = bench.extent(BLOCKS);
    private final Extent copy = bench.extent(BLOCKS);
    private final RawExtent originalBytes = new RawExtent(bench, original);
    private final RawExtent copyBytes = new RawExtent(bench, copy);

    @AfterEach
    void closeKernel() {
        originalBytes.close();
        copyBytes.close();
        bench.close();
    }

    private static MapSource source(int number, RandomGenerator random) {
        MapSource source = new MapSource();
        for (int i = 0; i < 12; i++) {
            int length = random.nextInt(i == 3 ? 150_000 : 6000);
            source.file("d" + i % 3 + "/f" + random.nextInt(20),
                    MapSource.bytes(length, number * 100L + i));
        }
        // Times of different sources differ, so that nothing looks unchanged by chance.
        MapSource made = new MapSource();
        source.files.forEach((path, content) -> made.files.put(path,
                new MapSource.Content(content.bytes(), content.nanos() + number)));
        return made;
    }

    private WriteLog importRecorded(MapSource source) throws IOException {
        WriteLog log = new WriteLog();
        Importer.of(new RecordingEnv(bench.env, log), original, bench.window, 0, 64)
                .run(source, ImportProgress.NONE);
        return log;
    }

    /** {@return whether the image shows the new content; false if it shows the old one} */
    private boolean showsNew(byte[] image, MapSource old, MapSource fresh) {
        copyBytes.write(image);
        Map<String, byte[]> found;
        try (Volume volume = bench.mount(copy)) {
            found = bench.contents(volume);
        } catch (ResourceException e) {
            assertTrue(old == null, "the old generation is gone: " + e);
            assertTrue(e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.CORRUPT,
                    e.toString());
            return false;
        }
        boolean isNew = FsBench.isSame(found, fresh.contents());
        assertTrue(isNew || (old != null && FsBench.isSame(found, old.contents())),
                "neither old nor new: " + found.keySet());
        return isNew;
    }

    @Test
    void shouldShowOldOrNewWhereverAnImportIsCutShort(Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        MapSource old = null;
        byte[] before = originalBytes.read();
        for (int number = 1; number <= 4; number++) {
            MapSource fresh = source(number, random);
            WriteLog log = importRecorded(fresh);
            assertEquals(number == 1 ? 3 : 2, log.flushes());
            for (int done = 0; done <= log.size(); done++) {
                boolean isNew = showsNew(log.prefix(before, done), old, fresh);
                assertEquals(done >= log.size() - 1, isNew, "after " + done + " of "
                        + log.size());
                for (int i = 0; i < TEARS; i++) {
                    showsNew(log.torn(before, done, random), old, fresh);
                }
            }
            before = originalBytes.read();
            assertTrue(showsNew(before, old, fresh));
            old = fresh;
        }
    }

    @Test
    void shouldImportAgainAfterAnImportWasCutShort(Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        MapSource old = null;
        byte[] before = originalBytes.read();
        for (int number = 1; number <= 3; number++) {
            MapSource fresh = source(number, random);
            WriteLog log = importRecorded(fresh);
            for (int done = 0; done <= log.size(); done++) {
                copyBytes.write(log.torn(before, done, random));
                bench.run(copy, fresh);
                bench.assertShows(fresh, copy);
            }
            before = originalBytes.read();
            old = fresh;
        }
        assertFalse(old.files.isEmpty());
    }
}
