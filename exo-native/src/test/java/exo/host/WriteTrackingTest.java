// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class WriteTrackingTest {
    private static final int PAGE = Facilities.pageBytes();
    private static final int PAGES = 700;

    private static void withTracking(Consumer<WriteTracking> body) {
        try (WriteTracking tracking = WriteTracking.open()) {
            body.accept(tracking);
        } catch (HostException e) {
            Assumptions.abort(e.getMessage()); // the documented fallback: the host has none
        }
    }

    private static long[] collect(WriteTracking.Scan scan, int first, int count) {
        long[] bits = new long[(count + 63) / 64];
        scan.collect(first, count, bits);
        return bits;
    }

    private static void write(Mapping window, int page) {
        window.segment().set(JAVA_BYTE, (long) page * PAGE, (byte) 1);
    }

    @Test
    void shouldTellWrittenPagesOnce() {
        withTracking(tracking -> {
            try (MemFd file = MemFd.create("t", (long) PAGES * PAGE);
                    Mapping window = Mapping.reserve((long) PAGES * PAGE)) {
                window.mapShared(0, (long) PAGES * PAGE, file, 0, true);
                write(window, 3);
                tracking.track(window, 0, (long) PAGES * PAGE);
                WriteTracking.Scan scan = tracking.scan(window);
                assertArrayEquals(new long[11], collect(scan, 0, PAGES), "written before");
                write(window, 0);
                write(window, 64);
                window.segment().get(JAVA_BYTE, 70L * PAGE); // populated by a read
                write(window, 699);
                assertArrayEquals(new long[]{1}, collect(scan, 64, 8));
                long[] rest = collect(scan, 0, PAGES);
                assertEquals(1, rest[0]);
                assertEquals(0, rest[1], "told already");
                assertEquals(1L << 59, rest[10]);
                assertArrayEquals(new long[11], collect(scan, 0, PAGES));
            }
        });
    }

    @Test
    void shouldTellMoreRunsThanOneAnswerHolds() {
        withTracking(tracking -> {
            try (MemFd file = MemFd.create("t", (long) PAGES * PAGE);
                    Mapping window = Mapping.reserve((long) PAGES * PAGE)) {
                window.mapShared(0, (long) PAGES * PAGE, file, 0, true);
                tracking.track(window, 0, (long) PAGES * PAGE);
                for (int page = 0; page < PAGES; page += 2) {
                    write(window, page);
                }
                long[] bits = collect(tracking.scan(window), 0, PAGES);
                for (int page = 0; page < PAGES; page++) {
                    assertEquals(page % 2 == 0, (bits[page >> 6] & 1L << page) != 0, "" + page);
                }
                assertArrayEquals(new long[11], collect(tracking.scan(window), 0, PAGES));
            }
        });
    }

    @Test
    void shouldTellWritesToPrivateCopies() {
        withTracking(tracking -> {
            try (MemFd file = MemFd.create("t", 4L * PAGE);
                    Mapping all = Mapping.ofShared(file);
                    Mapping window = Mapping.reserve(4L * PAGE)) {
                all.segment().fill((byte) 9);
                window.mapPrivate(0, 4L * PAGE, file, 0);
                tracking.track(window, 0, 4L * PAGE);
                WriteTracking.Scan scan = tracking.scan(window);
                assertEquals(9, window.segment().get(JAVA_BYTE, PAGE));
                assertArrayEquals(new long[]{0}, collect(scan, 0, 4));
                write(window, 2);
                assertArrayEquals(new long[]{4}, collect(scan, 0, 4));
                assertEquals(9, all.segment().get(JAVA_BYTE, 2L * PAGE), "the file keeps its own");
                write(window, 2);
                assertArrayEquals(new long[]{4}, collect(scan, 0, 4), "again");
            }
        });
    }

    @Test
    void shouldForgetWhatIsReplacedOrUntracked() {
        withTracking(tracking -> {
            try (MemFd file = MemFd.create("t", 4L * PAGE);
                    Mapping window = Mapping.reserve(4L * PAGE)) {
                window.mapShared(0, 4L * PAGE, file, 0, true);
                tracking.track(window, 0, 4L * PAGE);
                WriteTracking.Scan scan = tracking.scan(window);
                window.mapVoid(PAGE, PAGE);
                write(window, 1);
                write(window, 2);
                assertArrayEquals(new long[]{4}, collect(scan, 0, 4), "void is not tracked");
                tracking.untrack(window, 0, 4L * PAGE);
                write(window, 3);
                assertArrayEquals(new long[]{0}, collect(scan, 0, 4));
                assertThrows(IndexOutOfBoundsException.class, () -> collect(scan, 3, 2));
                assertThrows(IndexOutOfBoundsException.class,
                        () -> tracking.track(window, PAGE, 4L * PAGE));
            }
        });
    }
}
