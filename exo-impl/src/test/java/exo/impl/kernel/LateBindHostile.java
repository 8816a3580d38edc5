// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.Quota;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelKeyRing;
import exo.impl.cap.Ledger;
import exo.impl.disk.Disks;
import exo.impl.disk.KernelDisk;
import exo.impl.info.FrameObserver;
import exo.impl.mem.FramePool;
import exo.impl.mem.KernelMemory;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.OwnProcess;
import exo.testkit.self.SideThread;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What becomes of what a thread binds that has not noticed the end of its environment yet? */
@Timeout(60)
@ExtendWith(Seeds.class)
class LateBindHostile {
    private static final int LATE_ONES = 16;
    private static final int ROUNDS = 200;
    private static final int LARGE = 1 << 16; // pages: 256 MiB of addresses
    private static final long KIBI_OF_THE_JVM = 1 << 20; // what it may map meanwhile

    private final CapabilityTable table = new CapabilityTable();
    private final FramePool pool = new FramePool(MemoryConfig.frames(16), FrameObserver.NONE);
    private final Disks disks = new Disks(List.of(DiskConfig.temporary("disk0", 4 << 20)),
            pool.mapping());

    @AfterEach
    void close() {
        disks.close();
        pool.close();
    }

    /** An environment that can be ended, as {@code EnvLife} ends one. */
    private final class Ending extends BarePrincipal {
        final KernelMemory memory = new KernelMemory(pool, table, this);
        final KernelDisk disk = new KernelDisk(table, this, memory.spills());
        final BlockDevice device;
        volatile Runnable atCharge = () -> {};
        private volatile boolean leaving;

        Ending() {
            super(Quota.LEAST.withObjects(100).withFrames(4));
            disks.giveTo(this, table);
            device = new KernelKeyRing(table, this).find("disk0", BlockDevice.class);
        }

        @Override
        public void checkCaller() {
            if (leaving) {
                throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER, "env", "it is ending",
                        "return");
            }
        }

        @Override
        public Ledger ledger() {
            atCharge.run();
            return super.ledger();
        }

        void end() {
            atCharge = () -> {};
            leaving = true;
            disk.abort();
            memory.abort();
        }

        /** The last act of a thread of it when it has ended. */
        void closeOrphans() {
            disk.closeOrphans();
            memory.closeOrphans();
        }

        long objects() {
            return super.ledger().used(Charge.OBJECTS);
        }
    }

    private static void assertEnded(Runnable bind) {
        assertEquals(ErrorCode.ENV_ENDED,
                assertThrows(ResourceException.class, bind::run).code());
    }

    @Test
    void shouldCloseAWindowThatIsBoundWhenAllIsTaken() {
        long mapped = OwnProcess.mappedKibi();
        for (int i = 0; i < LATE_ONES; i++) {
            Ending env = new Ending();
            long objects = env.objects();
            env.atCharge = env::end;
            assertEnded(() -> env.memory.bindWindow(LARGE, Rights.READ_WRITE));
            assertEquals(objects, env.objects());
        }
        assertTrue(OwnProcess.mappedKibi() < mapped + KIBI_OF_THE_JVM,
                "the windows are still mapped");
    }

    @Test
    void shouldCloseAQueueThatIsBoundWhenAllIsTaken() {
        long files = OwnProcess.openFiles();
        for (int i = 0; i < LATE_ONES; i++) {
            Ending env = new Ending();
            Window window = env.memory.bindWindow(4, Rights.READ_WRITE);
            env.atCharge = env::end;
            long objects = env.objects();
            assertEnded(() -> env.disk.bindQueue(env.device, window, 4));
            assertEquals(objects - 1, env.objects(), "nor the window");
        }
        assertEquals(files, OwnProcess.openFiles(), "the rings are open for ever");
    }

    @Test
    void shouldCloseEverythingThatIsBoundWhileAllIsTaken(Seed seed) {
        SplittableRandom random = new SplittableRandom(seed.value());
        long files = OwnProcess.openFiles();
        long mapped = OwnProcess.mappedKibi();
        for (int i = 0; i < ROUNDS; i++) {
            Ending env = new Ending();
            long objects = env.objects();
            CountDownLatch begun = new CountDownLatch(1);
            SideThread thread = SideThread.start(() -> {
                assertEnded(() -> bindAndClose(env, begun));
                env.closeOrphans();
            });
            SideThread.await(begun);
            LockSupport.parkNanos(random.nextInt(500_000));
            env.end();
            thread.join();
            assertEquals(objects, env.objects());
        }
        assertEquals(files, OwnProcess.openFiles(), "rings are open for ever");
        assertTrue(OwnProcess.mappedKibi() < mapped + KIBI_OF_THE_JVM, "windows are still mapped");
    }

    private static void bindAndClose(Ending env, CountDownLatch begun) {
        while (true) {
            Window window = env.memory.bindWindow(LARGE, Rights.READ_WRITE);
            begun.countDown();
            try {
                env.disk.bindQueue(env.device, window, 4).close();
                window.close();
            } catch (IllegalStateException e) { // taken already: the next bind says why
                assertEquals("the window is closed", e.getMessage());
            }
        }
    }
}
