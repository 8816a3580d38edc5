// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import exo.api.disk.DiskConfig.QueueBackend;
import exo.bench.run.Commands;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random reads of 4 KiB from an image file, past the page cache: extent queues against file
 * channels and fio.
 *
 * <p>Contenders take turns at each depth of each round. One round before the first is not counted:
 * it warms the JVM.
 */
public final class DiskStudy implements Study {
    private static final int[] DEPTHS = {1, 32, 128};
    private static final int IMAGE_BYTES = 256 << 20;
    private static final int CHUNK_BYTES = 1 << 20;
    /** The first part of the image belongs to the kernel's catalogue. */
    private static final int FIRST_BYTE = 16 << 20;
    private static final int CHANNEL_DEPTH = 32;
    private static final String THREAD_UNIT = "thread CPU us/op";
    private static final String PROCESS_UNIT = "process CPU us/op";
    private static final double FIO_GOAL = 1.15;
    private static final double CHANNEL_GOAL = 0.5;

    private final Contender ring = new QueueContender("exo io_uring", QueueBackend.IO_URING);
    private final Contender pread = new QueueContender("exo pread", QueueBackend.PREAD);
    private final Contender channel = new ChannelContender();
    private final Contender fio = new FioContender();

    /** Makes the study. */
    public DiskStudy() {}

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        Path image = image(run);
        run.results()
                .note("disk image on " + Commands.run("df", "--output=fstype,source",
                        image.toString())
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElse("an unknown file system")
                        .strip()
                        .replaceAll("\\s+", " "));
        boolean hasFio = Commands.find("fio").isPresent();
        if (!hasFio) {
            run.skip("the baseline fio: not installed");
        }
        for (int round = 0; round <= run.settings().rounds(); round++) {
            run.say(round == 0 ? "disk, warming up" : "disk, round " + round);
            for (int depth : DEPTHS) {
                Load load = new Load(image, FIRST_BYTE,
                        (IMAGE_BYTES - FIRST_BYTE) / Load.BLOCK_BYTES, depth,
                        run.settings().millis());
                List<Contender> turns = contenders(depth, hasFio);
                // So that nobody always comes behind the same one.
                Collections.rotate(turns, round);
                for (Contender contender : turns) {
                    add(run, contender, load, round);
                }
            }
        }
        compare(run);
    }

    private List<Contender> contenders(int depth, boolean hasFio) {
        List<Contender> list = new ArrayList<>(List.of(ring));
        // The others do one read after the other, or need a thread for each.
        if (depth <= CHANNEL_DEPTH) {
            list.add(pread);
            list.add(channel);
        }
        if (hasFio) {
            list.add(fio);
        }
        return list;
    }

    private void add(Run run, Contender contender, Load load, int round)
            throws IOException, InterruptedException {
        Reading reading = contender.read(load);
        if (round > 0) {
            Series base = series(load.depth(), contender, THREAD_UNIT);
            run.results()
                    .add(series(load.depth(), contender, "reads/s"), round,
                            reading.perSecond());
            run.results().add(base, round, reading.threadMicros());
            run.results()
                    .add(series(load.depth(), contender, PROCESS_UNIT), round,
                            reading.processMicros());
        }
    }

    private Series series(int depth, Contender contender, String unit) {
        return new Series(name(), "random read 4 KiB, depth " + depth, contender.name(), unit);
    }

    private void compare(Run run) {
        for (int depth : DEPTHS) {
            double fioGoal = depth == CHANNEL_DEPTH ? FIO_GOAL : 0;
            double channelGoal = depth == CHANNEL_DEPTH ? CHANNEL_GOAL : 0;
            for (String unit : List.of("reads/s", THREAD_UNIT, PROCESS_UNIT)) {
                boolean rate = unit.equals("reads/s");
                Series ours = series(depth, ring, unit);
                run.results().compare(ours, fio.name(), rate ? 0 : fioGoal);
                run.results().compare(ours, channel.name(), rate ? 0 : channelGoal);
                run.results().compare(series(depth, pread, unit), channel.name(), 0);
            }
        }
    }

    /** {@return the image, whole on the disk: reads of holes would not reach the device} */
    private static Path image(Run run) throws IOException {
        Path image = run.settings().image().orElse(run.scratch().resolve("disk.img"));
        if (Files.exists(image) && Files.size(image) == IMAGE_BYTES) {
            return image;
        }
        run.say("writing " + image);
        Random random = new Random(1);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (FileChannel out = FileChannel.open(image, StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int i = 0; i < IMAGE_BYTES / CHUNK_BYTES; i++) {
                random.nextBytes(chunk);
                out.write(ByteBuffer.wrap(chunk));
            }
            out.force(true);
        }
        return image;
    }
}
