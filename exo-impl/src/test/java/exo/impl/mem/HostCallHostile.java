// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import exo.testkit.self.OwnProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a thread that waits in a call of the host keep its window, or the end of its environment? */
@Timeout(60)
class HostCallHostile {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int FRAMES = 16;
    private static final int PAGES = 3917; // of a size that no other mapping has

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(FRAMES)));
    private final Env root = kernel.rootEnv();
    private final Pipe pipe = open();
    private final AtomicReference<MemorySegment> segment = new AtomicReference<>();
    private final AtomicReference<Thread> reader = new AtomicReference<>();

    private static Pipe open() {
        try {
            return Pipe.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void closeKernel() throws IOException {
        pipe.sink().close();
        pipe.source().close();
        kernel.close();
    }

    /** Waits in the host until something is written, which goes into the window. */
    private void read(Env env) throws IOException {
        reader.set(Thread.currentThread());
        ByteBuffer into = segment.get().asSlice(0, 8).asByteBuffer();
        assertEquals(8, pipe.source().read(into));
    }

    private static Window bindAndShow(Env env, AtomicReference<MemorySegment> where) {
        Window window = env.memory().bindWindow(PAGES);
        window.allocPages(0, FRAMES);
        where.set(window.segment());
        return window;
    }

    private void awaitReader() {
        Await.until("it reads", LONG, () -> reader.get() != null && isInRead(reader.get()));
    }

    private static boolean isInRead(Thread thread) {
        return Stream.of(thread.getStackTrace())
                .findFirst()
                .filter(StackTraceElement::isNativeMethod)
                .filter(frame -> frame.getMethodName().startsWith("read"))
                .isPresent();
    }

    private long windowsMapped() {
        long bytes = PAGES * (long) root.memory().pageBytes();
        return OwnProcess.mappings(line -> {
            int dash = line.indexOf('-');
            return Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16)
                    - Long.parseUnsignedLong(line, 0, dash, 16) == bytes;
        });
    }

    private void write() throws IOException {
        pipe.sink().write(ByteBuffer.allocate(8).putLong(0, 42));
    }

    @Test
    void shouldEndAnEnvironmentThatReadsIntoItsWindow() throws IOException {
        EnvControl child = root.createEnv(EnvSpec.named("reader").frames(FRAMES), env -> {
            bindAndShow(env, segment);
            read(env);
        });
        awaitReader();
        EnvExit exit = child.end(Duration.ZERO);
        assertEquals(EnvExit.Reason.ABORTED, exit.reason());
        Window all = root.memory().bindWindow(FRAMES);
        all.allocPages(0, FRAMES); // all frames are back
        write();
        Await.until("it has ended", LONG, () -> !reader.get().isAlive());
        for (int page = 0; page < FRAMES; page++) {
            assertEquals(0, all.segment()
                    .get(ValueLayout.JAVA_LONG, (long) page * root.memory().pageBytes()),
                    "what was read went to void memory");
        }
        assertThrows(IllegalStateException.class,
                () -> segment.get().get(ValueLayout.JAVA_LONG, 0));
        assertEquals(0, windowsMapped());
    }

    @Test
    void shouldCloseAWindowIntoWhichAnotherThreadReads() {
        TestEnv.run(root, EnvSpec.named("closer").frames(FRAMES).threads(2), env -> {
            Window window = bindAndShow(env, segment);
            int objects = env.account().objectsHeld();
            env.startThread("reader", this::read);
            awaitReader();
            window.close();
            assertEquals(objects - 1, env.account().objectsHeld());
            assertEquals(0, env.account().framesHeld());
            write();
            Await.until("it has ended", LONG, () -> !reader.get().isAlive());
            assertTrue(windowsMapped() == 0, "the window is still mapped");
        });
    }

    /** A device that answers with what nobody foresaw, for example. */
    @Test
    void shouldNotWaitForEverForAnEndThatFailed() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("stuck").frames(FRAMES), env -> {
            ((KernelWindow) bindAndShow(env, segment)).attach(deadline -> {
                throw new IllegalStateException("a defect");
            });
            begun.countDown();
            over.await();
        });
        begun.await();
        assertEquals("a defect", assertThrows(IllegalStateException.class,
                () -> child.end(Duration.ZERO)).getMessage());
        assertEquals(EnvExit.Reason.ABORTED, child.awaitExit(LONG).orElseThrow().reason());
        assertEquals(EnvExit.Reason.ABORTED, child.end(LONG).reason());
        // Its frames may be in use still, and are nobody's.
        assertThrows(ExoException.class, () -> root.memory().bindWindow(1).allocPages(0, 1));
        over.countDown();
    }
}
