// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.info.FrameFigures;
import exo.api.info.InfoLayout;
import exo.api.info.InfoReader;
import exo.api.info.KernelInfo;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.testkit.self.SideThread;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An environment, or another process of the same user, that would rather write than read. */
class InfoHostile {
    private static final String SECRET = "what only its owner may read";

    private final Exokernel kernel = Exokernel.boot(
            HostConfig.minimal().memory(MemoryConfig.frames(128)));
    private final Env root = kernel.rootEnv();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    @Test
    void shouldRefuseEveryWayToWriteThroughTheSegment() {
        MemorySegment segment = root.info().segment();
        assertTrue(segment.isReadOnly());
        assertThrows(IllegalArgumentException.class,
                () -> segment.set(ValueLayout.JAVA_INT, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> segment.fill((byte) 1));
        assertThrows(IllegalArgumentException.class, () -> segment.asSlice(64, 8)
                .set(ValueLayout.JAVA_LONG, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> MemorySegment.copy(segment, 0, segment,
                64, 8));
        assertThrows(IllegalArgumentException.class, () -> ValueLayout.JAVA_LONG.varHandle()
                .setVolatile(segment, 64L, 1L));
        ByteBuffer buffer = segment.asByteBuffer();
        assertTrue(buffer.isReadOnly());
        assertThrows(java.nio.ReadOnlyBufferException.class, () -> buffer.put(0, (byte) 1));
        assertEquals(InfoLayout.VERSION, root.info().reader().version());
    }

    /** {@return the segments among the files of this process, as another one would find them} */
    private static List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : open.toList()) {
                if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link)
                        .toString()
                        .startsWith("/memfd:exo-info")) {
                    found.add(link);
                }
            }
        }
        return found;
    }

    @Test
    void shouldKeepOtherProcessesOfTheUserFromWritingOrCuttingTheFile() throws IOException {
        List<Path> files = files();
        assertFalse(files.isEmpty());
        for (Path segment : files) { // another test's kernel may live, too
            attack(segment);
        }
    }

    private static void attack(Path segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            long bytes = file.size();
            assertThrows(IOException.class, () -> file.write(ByteBuffer.allocate(8), 0));
            assertThrows(IOException.class, () -> file.truncate(0));
            assertThrows(IOException.class,
                    () -> file.map(FileChannel.MapMode.READ_WRITE, 0, 4096));
            assertEquals(bytes, file.size());
            MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, bytes,
                    java.lang.foreign.Arena.ofAuto());
            assertEquals("root", InfoReader.of(mapped).envs().getFirst().name());
        }
    }

    @Test
    void shouldHoldNothingOfWhatEnvironmentsKeepInTheirPages() {
        TestEnv.run(root, EnvSpec.named("keeper").frames(4), env -> {
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            for (int page = 0; page < 4; page++) {
                window.segment().setString(page * 4096L, SECRET);
            }
            env.info().refresh();
            String all = new String(env.info().segment().toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.ISO_8859_1);
            assertTrue(all.contains("keeper"));
            assertFalse(all.contains(SECRET));
        });
    }

    @Test
    void shouldCutTheNameOfAnEnvironmentThatWantsToWriteBeyondIt() {
        String name = "é".repeat(500);
        TestEnv.run(root, EnvSpec.named(name).frames(1), env -> assertEquals("é".repeat(15),
                env.info().reader().envs().get(1).name()));
    }

    @Test
    void shouldRefuseAnEnvironmentThatHasEnded() {
        AtomicReference<Env> leaked = new AtomicReference<>();
        TestEnv.run(root, EnvSpec.named("leaker"), leaked::set);
        assertThrows(WrongThreadException.class, () -> leaked.get().info());
    }

    @Test
    void shouldStayWholeWhileEverybodyAllocatesRefreshesAndReads() {
        KernelInfo info = kernel.info();
        AtomicBoolean stop = new AtomicBoolean();
        List<SideThread> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(SideThread.start(() -> {
                while (!stop.get()) {
                    info.refresh();
                    info.reader().envs().forEach(e -> assertFalse(e.name().isEmpty()));
                    info.reader().kernel();
                    for (int frame = 0; frame < 128; frame++) {
                        FrameFigures seen = info.reader().frame(frame);
                        assertEquals(seen.owner() != InfoLayout.NOBODY, seen.isUsed());
                    }
                }
            }));
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        do {
            TestEnv.run(root, EnvSpec.named("busy").frames(32), env -> {
                Window window = env.memory().bindWindow(32);
                window.allocPages(0, 32);
                window.releasePages(0, 32);
            });
        } while (System.nanoTime() - end < 0);
        stop.set(true);
        readers.forEach(SideThread::join);
        assertEquals(List.of(), kernel.leaks().entries());
    }

    @Test
    void shouldCloseWhileOthersRefresh() {
        KernelInfo info = kernel.info();
        CountDownLatch begun = new CountDownLatch(1);
        SideThread other = SideThread.start(() -> {
            while (true) {
                info.refresh();
                info.reader().kernel();
                begun.countDown();
            }
        });
        SideThread.await(begun);
        kernel.close();
        assertInstanceOf(IllegalStateException.class,
                assertThrows(AssertionError.class, other::join).getCause());
    }
}
