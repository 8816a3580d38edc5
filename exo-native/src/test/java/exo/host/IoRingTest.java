// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import exo.testkit.Await;
import exo.testkit.FreezableMount;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Rings whose owners do not take their completions. */
class IoRingTest {
    private static final int BLOCK = 4096;
    private static final int DEPTH = 32;
    private static final byte IN_FILE = 0x11;
    private static final byte NEW_OWNER = 0x22;
    private static final long END_NANOS = 10_000_000_000L;

    private final BlockFile file = BlockFile.temporary((long) DEPTH * BLOCK);
    private final Mapping buffer = Mapping.reserve((long) DEPTH * BLOCK);
    private final AtomicReference<IoRing> ring = new AtomicReference<>();
    private volatile boolean stop;

    @BeforeEach
    void fillTheFile() {
        buffer.segment().fill(IN_FILE);
        file.writeFully(buffer, 0, DEPTH * BLOCK, 0);
    }

    @AfterEach
    void close() {
        file.close();
        buffer.close();
    }

    private IoRing open() {
        IoRing made = IoRing.create(DEPTH);
        made.registerFile(file);
        ring.set(made);
        return made;
    }

    private void submitReads(IoRing to) {
        for (int i = 0; i < DEPTH; i++) {
            to.prepareRead(buffer.address() + (long) i * BLOCK, BLOCK, (long) i * BLOCK, i);
        }
        int handed = to.submit();
        assertTrue(handed == DEPTH || handed == -Errno.ECANCELED.number(), "submit: " + handed);
    }

    /** An owner that submits, and then does as it is told until it is stopped. */
    private void killWhileOwner(Runnable does) throws Exception {
        CountDownLatch submitted = new CountDownLatch(1);
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<?> owner = threads.submit(() -> {
                submitReads(open());
                submitted.countDown();
                does.run();
            });
            assertTrue(submitted.await(10, TimeUnit.SECONDS), "nothing was submitted");
            // Without time for the host to tear the ring down: the completions must have shown.
            assertTrue(ring.get().kill(0), "something seems to be under way still");
            assertUntouchedUntilTheEnd();
            stop = true;
            owner.get(10, TimeUnit.SECONDS);
        }
        ring.get().close();
    }

    private void assertUntouchedUntilTheEnd() {
        buffer.segment().fill(NEW_OWNER);
        ring.get().tearDown();
        assertTrue(ring.get().awaitEnd(END_NANOS), "the host does not let the ring go");
        for (long at = 0; at < buffer.bytes(); at += Long.BYTES) {
            assertEquals(NEW_OWNER, buffer.segment().get(ValueLayout.JAVA_BYTE, at));
        }
    }

    @RepeatedTest(5)
    void shouldEndAtOnceWhileTheOwnerComputes() throws Exception {
        killWhileOwner(() -> {
            while (!stop) {
                Thread.onSpinWait();
            }
        });
    }

    @RepeatedTest(5)
    void shouldEndAtOnceWhileTheOwnerSleeps() throws Exception {
        killWhileOwner(() -> {
            while (!stop) {
                LockSupport.parkNanos(1_000_000);
            }
        });
    }

    @Test
    void shouldEndAtOnceWhileTheOwnerIsBlockedInTheHost() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment ends = arena.allocate(8, 4);
            MemorySegment one = arena.allocate(1);
            assertEquals(0, Syscall.call(SyscallNumber.PIPE2, ends.address(), 0));
            int from = ends.get(ValueLayout.JAVA_INT, 0);
            int to = ends.get(ValueLayout.JAVA_INT, 4);
            var atTheEnd = new Thread(() -> {
                while (!stop) {
                    LockSupport.parkNanos(1_000_000);
                }
                Syscall.call(SyscallNumber.WRITE, to, one.address(), 1);
            });
            atTheEnd.start();
            AtomicReference<Long> read = new AtomicReference<>();
            killWhileOwner(() -> read
                    .set(Syscall.call(SyscallNumber.READ, from, one.address(), 1)));
            atTheEnd.join();
            assertEquals(1L, read.get(), "what the owner did was disturbed");
            Descriptor.close(from);
            Descriptor.close(to);
        }
    }

    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldNotWaitForADeviceThatHangsNorForWhoeverDoes() throws Exception {
        try (var mount = FreezableMount.create(32 << 20);
                var slow = BlockFile.open(mount.folder().resolve("image"), DEPTH * BLOCK);
                var threads = Executors.newSingleThreadExecutor();
                IoRing mine = IoRing.create(DEPTH)) {
            mine.registerFile(slow);
            mount.freeze();
            mine.prepareWrite(buffer.address(), BLOCK, 0, 1);
            assertEquals(1, mine.submit());
            assertFalse(mine.tryKill(), "the write is under way");
            assertEquals(-Errno.ECANCELED.number(), mine.submit());
            Future<Boolean> killing = threads.submit(() -> mine.kill(END_NANOS));
            Await.until("somebody waits for the device", Duration.ofSeconds(20),
                    mine::isBeingKilled);
            assertFalse(mine.tryKill(), "the write is under way still");
            assertFalse(killing.isDone());
            mount.thaw();
            assertTrue(killing.get(20, TimeUnit.SECONDS), "the write is over");
            assertTrue(mine.tryKill());
        }
    }

    /** The race of handing over against killing. */
    @RepeatedTest(50)
    void shouldTouchNothingOnceItIsKilledWhateverTheOwnerEnters() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<?> owner = threads.submit(() -> {
                IoRing mine = open();
                open.countDown();
                while (!stop) {
                    submitReads(mine);
                    int left = DEPTH;
                    while (left > 0 && !stop) {
                        left -= mine.advance() ? 1 : 0;
                    }
                }
            });
            assertTrue(open.await(10, TimeUnit.SECONDS), "nothing was opened");
            LockSupport.parkNanos(100_000);
            assertTrue(ring.get().kill(END_NANOS), "something is under way still");
            assertUntouchedUntilTheEnd();
            stop = true;
            owner.get(10, TimeUnit.SECONDS);
        }
        ring.get().close();
    }
}
