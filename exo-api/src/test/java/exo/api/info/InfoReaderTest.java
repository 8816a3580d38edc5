// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class InfoReaderTest {

    private static void putEnv(MadeSegment made, long record, long id, String name) {
        made.putInt(record, InfoLayout.ENV, "state", InfoLayout.ENV_LIVE);
        made.putInt(record, InfoLayout.ENV, "threads", 3);
        made.putLong(record, InfoLayout.ENV, "id", id);
        made.putLong(record, InfoLayout.ENV, "parent", id - 1);
        made.putLong(record, InfoLayout.ENV, "bornTick", 77);
        made.putName(record, InfoLayout.ENV, name);
        made.putLong(record, InfoLayout.ENV, "quotaFrames", 100);
        made.putLong(record, InfoLayout.ENV, "quotaObjects", 5);
        made.putLong(record, InfoLayout.ENV, "quotaThreads", 6);
        made.putLong(record, InfoLayout.ENV, "framesHeld", 40);
        made.putLong(record, InfoLayout.ENV, "blocksWritten", 1L << 40);
    }

    private static void putFrame(MadeSegment made, long record, long owner, int flags) {
        made.putLong(record, InfoLayout.FRAME, "owner", owner + 1);
        made.putLong(record, InfoLayout.FRAME, "lastUseTick", 9);
        made.putInt(record, InfoLayout.FRAME, "flags", flags);
        made.putInt(record, InfoLayout.FRAME, "mappings", 2);
    }

    private static void assertEnv(EnvFigures env, long id, String name) {
        assertEquals(id, env.id());
        assertEquals(id - 1, env.parent());
        assertEquals(name, env.name());
        assertFalse(env.leaving());
        assertEquals(77, env.bornTick());
        assertEquals(100, env.quota().frames());
        assertEquals(6, env.quota().threads());
        assertEquals(40, env.account().framesHeld());
        assertEquals(3, env.account().threadsAlive());
        assertEquals(1L << 40, env.account().blocksWritten());
    }

    @Test
    void shouldReadASegmentOfItsOwnVersion() {
        MadeSegment made = MadeSegment.plain();
        long envs = made.table(2, 232, 4, 3);
        putEnv(made, envs, 1, "one");
        putEnv(made, envs + 2 * 232, 9, "a name of 31 bytes, no more now");
        long frames = made.table(3, 24, 2, 2);
        putFrame(made, frames, InfoLayout.NOBODY, InfoLayout.FRAME_DIRTY);
        putFrame(made, frames + 24, 9, InfoLayout.FRAME_USED | InfoLayout.FRAME_SHARED
                | InfoLayout.FRAME_IDLE);
        InfoReader reader = made.reader();
        assertEquals(1, reader.version());
        assertEquals(4096, reader.pageBytes());
        assertEquals(4711, reader.pid());
        assertEquals(123_456, reader.bootEpochMillis());
        List<EnvFigures> found = reader.envs();
        assertEquals(2, found.size(), "a free place is passed over");
        assertEnv(found.get(0), 1, "one");
        assertEnv(found.get(1), 9, "a name of 31 bytes, no more now");
        FrameFigures free = reader.frame(0);
        assertTrue(!free.isUsed() && free.isDirty() && !free.isShared() && !free.isIdle());
        FrameFigures used = reader.frame(1);
        assertTrue(used.isUsed() && !used.isDirty() && used.isShared() && used.isIdle());
        assertEquals(new FrameFigures(9, 9, used.flags(), 2), used);
        assertEquals(9, reader.frameOwner(1));
        assertEquals(9, reader.frameLastUseTick(1));
        assertEquals(used.flags(), reader.frameFlags(1));
    }

    @Test
    void shouldReadWhatItKnowsOfANewerKernel() {
        // A longer header and entries, longer records, and tables nobody has heard of yet.
        MadeSegment made = new MadeSegment(7, 128, 48);
        made.table(1000, 24, 5, 5);
        long envs = made.table(2, 512, 4, 2);
        putEnv(made, envs, 1, "one");
        putEnv(made, envs + 512, 2, "two");
        made.table(9, 8, 1, 1);
        long frames = made.table(3, 40, 3, 3);
        putFrame(made, frames + 80, 2, InfoLayout.FRAME_USED | 1 << 20);
        InfoReader reader = made.reader();
        assertEquals(7, reader.version());
        assertEquals(2, reader.envs().size());
        assertEnv(reader.envs().get(0), 1, "one");
        assertEnv(reader.envs().get(1), 2, "two");
        assertEquals(2, reader.frameOwner(2));
        assertTrue(reader.frame(2).isUsed());
        assertEquals(512, reader.recordBytes(InfoTable.ENVS));
        assertEquals(envs, reader.offset(InfoTable.ENVS));
        assertEquals(3, reader.capacity(InfoTable.FRAMES));
    }

    @Test
    void shouldFindNothingInTablesThatAreNotThere() {
        InfoReader reader = MadeSegment.plain().reader();
        for (InfoTable table : InfoTable.values()) {
            assertFalse(reader.has(table));
            assertEquals(0, reader.used(table));
            assertEquals(0, reader.sequence(table));
            assertEquals(0, reader.recordBytes(table));
        }
        assertEquals(List.of(), reader.envs());
        assertEquals(List.of(), reader.cores());
        assertEquals(List.of(), reader.disks());
        assertEquals(List.of(), reader.nets());
        assertEquals(0, reader.kernel().frames().total());
        assertThrows(IndexOutOfBoundsException.class, () -> reader.frame(0));
        assertThrows(IndexOutOfBoundsException.class, () -> reader.frameOwner(0));
    }

    @Test
    void shouldReadFramesToTheLastAndNoFurther() {
        MadeSegment made = MadeSegment.plain();
        made.table(3, 24, 2, 2);
        InfoReader reader = made.reader();
        assertEquals(InfoLayout.NOBODY, reader.frame(1).owner(), "all zeros is free");
        assertThrows(IndexOutOfBoundsException.class, () -> reader.frame(2));
        assertThrows(IndexOutOfBoundsException.class, () -> reader.frameOwner(2));
        assertThrows(IndexOutOfBoundsException.class, () -> reader.frameFlags(-1));
    }

    @Test
    void shouldRefuseATableThatIsBeingWrittenForEver() {
        MadeSegment made = MadeSegment.plain();
        made.table(1, 88, 1, 1);
        InfoReader reader = made.reader();
        made.putLong(made.entry(0) + InfoLayout.at(InfoLayout.ENTRY, "sequence"), 3);
        ResourceException e = assertThrows(ResourceException.class, reader::kernel);
        assertEquals(ErrorCode.BUSY, e.code());
        made.putLong(made.entry(0) + InfoLayout.at(InfoLayout.ENTRY, "sequence"), 4);
        assertEquals(0, reader.kernel().tick());
    }

    private static void assertCorrupt(String cause, Consumer<MadeSegment> damage) {
        MadeSegment made = MadeSegment.plain();
        made.table(3, 24, 2, 2);
        damage.accept(made);
        ResourceException e = assertThrows(ResourceException.class, made::reader);
        assertEquals(ErrorCode.CORRUPT, e.code());
        assertTrue(e.getMessage().contains(cause), e.getMessage());
    }

    @Test
    void shouldRefuseWhatIsNoSegmentOrADamagedOne() {
        long entry = InfoLayout.HEADER.byteSize();
        assertCorrupt("begins with", made -> made.putInt(0, 1));
        assertCorrupt("byte order", made -> made.header("byteOrder", 0x04030201));
        assertCorrupt("directory", made -> made.header("headerBytes", 56));
        assertCorrupt("directory", made -> made.header("entryBytes", 24));
        assertCorrupt("directory", made -> made.header("tableCount", 1 << 20));
        assertCorrupt("directory", made -> made.header("tableCount", -1));
        assertCorrupt("records of 16 bytes",
                made -> made.putInt(entry + InfoLayout.at(InfoLayout.ENTRY, "recordBytes"), 16));
        assertCorrupt("table FRAMES",
                made -> made.putInt(entry + InfoLayout.at(InfoLayout.ENTRY, "recordBytes"), 28));
        assertCorrupt("table FRAMES",
                made -> made.putLong(entry + InfoLayout.at(InfoLayout.ENTRY, "offset"), 1 << 16));
        assertCorrupt("table FRAMES",
                made -> made.putLong(entry + InfoLayout.at(InfoLayout.ENTRY, "offset"), -8));
        assertCorrupt("table FRAMES",
                made -> made.putInt(entry + InfoLayout.at(InfoLayout.ENTRY, "capacity"), 1 << 30));
        assertThrows(ResourceException.class,
                () -> InfoReader.of(MemorySegment.ofArray(new long[7])));
        assertThrows(ResourceException.class,
                () -> InfoReader.of(MemorySegment.ofArray(new long[8])));
        assertThrows(NullPointerException.class, () -> InfoReader.of(null));
    }

    @Test
    void shouldNotBelieveMoreRecordsThanHaveRoom() {
        MadeSegment made = MadeSegment.plain();
        made.table(3, 24, 2, 1000);
        assertEquals(2, made.reader().used(InfoTable.FRAMES));
    }
}
