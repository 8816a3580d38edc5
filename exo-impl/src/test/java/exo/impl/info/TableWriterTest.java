// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.ErrorCode;
import exo.api.KernelPanic;
import exo.api.ResourceException;
import exo.api.info.FrameFigures;
import exo.api.info.InfoLayout;
import exo.api.info.InfoReader;
import exo.api.info.InfoTable;
import exo.testkit.self.SideThread;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TableWriterTest {
    private static final int FRAMES = 64;

    private final InfoSegment segment = new InfoSegment(
            Map.of(InfoTable.FRAMES, FRAMES, InfoTable.NETS, 1));
    private final InfoReader reader = InfoReader.of(segment.readOnly());

    @AfterEach
    void closeSegment() {
        segment.close();
    }

    private String nameReadBack(String name) {
        TableWriter table = segment.table(InfoTable.NETS);
        synchronized (table) {
            assertTrue(table.begin());
            table.putName(0, InfoLayout.NET, name);
            table.used(1);
            table.end();
        }
        return reader.nets().getFirst().name();
    }

    @Test
    void shouldCutNamesAtAWholeCharacter() {
        String fits = "x".repeat(InfoLayout.MAX_NAME_BYTES);
        assertEquals(fits, nameReadBack(fits));
        assertEquals(fits, nameReadBack(fits + "y"));
        assertEquals("x".repeat(30), nameReadBack("x".repeat(30) + "é"));
        assertEquals("x".repeat(29) + "é", nameReadBack("x".repeat(29) + "éy"));
        assertEquals("x".repeat(29), nameReadBack("x".repeat(29) + "€"));
        assertEquals("", nameReadBack(""), "nothing of a longer name is left");
    }

    @Test
    void shouldBeUnreadableWhileItIsWrittenAndReadableAfterwards() {
        TableWriter table = segment.table(InfoTable.FRAMES);
        synchronized (table) {
            long before = reader.sequence(InfoTable.FRAMES);
            assertTrue(table.begin());
            table.used(1);
            assertEquals(before + 1, reader.sequence(InfoTable.FRAMES));
            assertEquals(ErrorCode.BUSY,
                    assertThrows(ResourceException.class, () -> reader.frame(0)).code());
            table.end();
            assertEquals(before + 2, reader.sequence(InfoTable.FRAMES));
        }
        assertEquals(InfoLayout.NOBODY, reader.frame(0).owner());
    }

    @Test
    void shouldRefuseAWriterThatDoesNotHoldTheTable() {
        assertThrows(KernelPanic.class, () -> segment.table(InfoTable.FRAMES).begin());
        assertEquals(0, reader.sequence(InfoTable.FRAMES));
    }

    @Test
    void shouldKeepWithinTheTable() {
        TableWriter table = segment.table(InfoTable.FRAMES);
        assertThrows(IndexOutOfBoundsException.class, () -> table.record(FRAMES));
        assertThrows(IndexOutOfBoundsException.class, () -> table.record(-1));
        assertEquals(reader.offset(InfoTable.FRAMES) + (FRAMES - 1) * 24, table.record(63));
    }

    @Test
    void shouldStayReadableWhenAnObserverIsToldNonsense() {
        FrameTable frames = new FrameTable(segment.table(InfoTable.FRAMES), System.nanoTime());
        assertThrows(IndexOutOfBoundsException.class,
                () -> frames.allocated(new int[]{1, FRAMES}, 5));
        assertEquals(5, reader.frame(1).owner());
        assertThrows(IndexOutOfBoundsException.class, () -> frames.freed(new int[]{-1}));
        assertThrows(IndexOutOfBoundsException.class, () -> frames.mapped(new int[]{FRAMES}));
        assertEquals(InfoLayout.NOBODY, reader.frame(2).owner());
    }

    @Test
    void shouldWriteNothingAfterTheEnd() {
        FrameTable frames = new FrameTable(segment.table(InfoTable.FRAMES), System.nanoTime());
        segment.close();
        frames.allocated(new int[]{1}, 5);
        frames.freed(new int[]{1});
        frames.mapped(new int[]{1});
        frames.write(new FrameCensus(FRAMES));
        assertThrows(IllegalStateException.class, () -> reader.frameOwner(1));
    }

    /** Each write gives frame 7 an owner, and makes its last use and mappings follow from it. */
    private static void write(TableWriter table, int value) {
        synchronized (table) {
            if (table.begin()) {
                long at = table.record(7);
                table.put(at + InfoLayout.at(InfoLayout.FRAME, "owner"), value + 1L);
                table.put(at + InfoLayout.at(InfoLayout.FRAME, "lastUseTick"), 3L * value);
                table.put(at + InfoLayout.at(InfoLayout.FRAME, "flags"), value & 3);
                table.put(at + InfoLayout.at(InfoLayout.FRAME, "mappings"), ~value);
                table.end();
            }
        }
    }

    @Test
    void shouldNeverShowHalfARecordToAReader() {
        TableWriter table = segment.table(InfoTable.FRAMES);
        synchronized (table) {
            table.begin();
            table.used(FRAMES);
            table.end();
        }
        write(table, 1);
        AtomicBoolean stop = new AtomicBoolean();
        FrameFigures torn = null;
        SideThread[] writers = new SideThread[2];
        for (int i = 0; i < writers.length; i++) {
            int first = i;
            writers[i] = SideThread.start(() -> {
                for (int value = first; !stop.get(); value += 2) {
                    write(table, value);
                    for (int pause = 0; pause < 200; pause++) {
                        Thread.onSpinWait();
                    }
                }
            });
        }
        long changes = 0;
        long last = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (changes < 10_000 && torn == null && System.nanoTime() - deadline < 0) {
            FrameFigures seen = reader.frame(7);
            int value = (int) seen.owner();
            if (!seen.equals(new FrameFigures(value, 3L * value, value & 3, ~value))) {
                torn = seen;
            }
            changes += value == last ? 0 : 1;
            last = value;
        }
        stop.set(true);
        for (SideThread writer : writers) {
            writer.join();
        }
        assertNull(torn);
        assertTrue(changes >= 100, "the reader saw only " + changes + " changes");
        assertFalse((reader.sequence(InfoTable.FRAMES) & 1) != 0);
    }
}
