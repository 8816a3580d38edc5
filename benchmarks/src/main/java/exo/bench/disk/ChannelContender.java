// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/** The JDK's own way: a file channel that bypasses the page cache, a thread for each read. */
final class ChannelContender implements Contender {
    private static final OpenOption DIRECT = direct();

    /** Makes the contender. */
    ChannelContender() {}

    @Override
    public String name() {
        return "FileChannel DIRECT";
    }

    /**
     * The option is public, in module {@code jdk.unsupported}. The compiler warns of its type in a
     * way that cannot be silenced, and warnings are errors here: so it is found by name.
     */
    private static OpenOption direct() {
        try {
            for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JDK has no direct file channels", e);
        }
        throw new IllegalStateException("this JDK has no direct file channels");
    }

    /** What one thread did. */
    private record Part(long reads, long threadNanos) {}

    @Override
    public Reading read(Load load) throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(load.image(), StandardOpenOption.READ,
                DIRECT);
                ExecutorService threads = Executors.newFixedThreadPool(load.depth())) {
            long start = System.nanoTime();
            long process = ProcessorTime.ofProcess();
            long end = start + load.millis() * 1_000_000L;
            List<Future<Part>> futures = new ArrayList<>();
            for (int i = 0; i < load.depth(); i++) {
                futures.add(threads.submit(() -> fill(channel, load, end)));
            }
            long reads = 0;
            long threadNanos = 0;
            for (Future<Part> future : futures) {
                Part part = future.get();
                reads += part.reads();
                threadNanos += part.threadNanos();
            }
            return new Reading(reads, System.nanoTime() - start, threadNanos,
                    ProcessorTime.ofProcess() - process);
        } catch (ExecutionException e) {
            throw new IOException("a reading thread failed", e);
        }
    }

    private static Part fill(FileChannel channel, Load load, long end) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(2 * Load.BLOCK_BYTES)
                .alignedSlice(Load.BLOCK_BYTES);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long reads = 0;
        do {
            buffer.clear().limit(Load.BLOCK_BYTES);
            long at = load.firstByte() + random.nextInt(load.blocks()) * (long) Load.BLOCK_BYTES;
            int read = channel.read(buffer, at);
            if (read != Load.BLOCK_BYTES) {
                throw new IOException("read " + read + " bytes at " + at);
            }
            reads++;
        } while (System.nanoTime() - end < 0);
        return new Part(reads, ProcessorTime.ofThread());
    }
}
