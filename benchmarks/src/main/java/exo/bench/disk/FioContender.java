// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import exo.bench.run.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * fio with io_uring: registered file, registered buffers, and the batches of the candidate.
 *
 * <p>It is spared its own time-keeping ({@code gtod_reduce}), since the candidate keeps none. What
 * the process spends on starting up is measured once, by a run of one read, and taken off.
 */
final class FioContender implements Contender {
    private static final int STARTS = 3;

    private long startNanos = -1;

    /** Makes the contender. */
    FioContender() {}

    @Override
    public String name() {
        return "fio io_uring";
    }

    @Override
    public Reading read(Load load) throws IOException, InterruptedException {
        if (startNanos < 0) {
            startNanos = Long.MAX_VALUE;
            for (int i = 0; i < STARTS; i++) {
                startNanos = Math.min(startNanos, children(load, List.of("--number_ios=1"))
                        .processNanos());
            }
        }
        Reading raw = children(load, List.of("--time_based", "--runtime=" + load.millis() + "ms"));
        return new Reading(raw.reads(), raw.nanos(), raw.threadNanos(),
                Math.max(0, raw.processNanos() - startNanos));
    }

    private Reading children(Load load, List<String> how) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(command(load));
        command.addAll(how);
        long before = ProcessorTime.ofChildren();
        String json = Commands.run(command);
        return parse(json, ProcessorTime.ofChildren() - before);
    }

    /** {@return the command without the part that says how long} */
    static List<String> command(Load load) {
        return List.of("fio", "--name=bench", "--output-format=json",
                "--filename=" + load.image(), "--rw=randread", "--bs=" + Load.BLOCK_BYTES,
                "--direct=1", "--ioengine=io_uring", "--registerfiles=1", "--fixedbufs=1",
                "--iodepth=" + load.depth(), "--iodepth_batch_submit=" + load.batch(),
                "--iodepth_batch_complete_min=" + load.batch(),
                "--iodepth_batch_complete_max=" + load.depth(), "--offset=" + load.firstByte(),
                "--size=" + (long) load.blocks() * Load.BLOCK_BYTES, "--norandommap",
                "--randrepeat=0", "--gtod_reduce=1");
    }

    /**
     * {@return what fio says it achieved}
     *
     * @param json its report
     * @param processNanos processor time of its processes
     * @throws IOException if the report is not of the form expected
     */
    static Reading parse(String json, long processNanos) throws IOException {
        long reads = (long) number(json, "total_ios");
        double nanos = number(json, "runtime") * 1e6;
        double percent = number(json, "usr_cpu") + number(json, "sys_cpu");
        double jobNanos = number(json, "job_runtime") * 1e6;
        return new Reading(reads, (long) nanos, (long) (percent / 100 * jobNanos), processNanos);
    }

    /** {@return the first number under that name: for reads, since they come first} */
    private static double number(String json, String name) throws IOException {
        Matcher matcher = Pattern.compile("\"" + name + "\"\\s*:\\s*([0-9.]+)").matcher(json);
        if (!matcher.find()) {
            throw new IOException("fio's report has no " + name + ": " + json);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
