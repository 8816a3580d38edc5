// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.bench.run.Commands;
import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import exo.impl.code.classic.ClassicFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A classic BPF filter of the kernel against libpcap's, on the same packets.
 *
 * <p>All three must give the same answers, or the study fails.
 */
public final class FilterStudy implements Study {
    private static final String LIBPCAP = "libpcap bpf_filter (C)";

    /** Makes the study. */
    public FilterStudy() {}

    @Override
    public String name() {
        return "filter";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        PacketMix mix = new PacketMix();
        int answer = mix.run(ClassicFilters.compile(PacketMix.program()));
        agree("the interpreter", answer, mix.run(ClassicFilters.interpret(PacketMix.program())));
        Series base = new Series(name(), "tcp dst port 80 and host", "compiled", "ns/op");
        Optional<Path> program = run.compile("filter.c", "-lpcap");
        Path packets = Files.write(run.scratch().resolve("packets.bin"), mix.file());
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("filter, round " + round);
            JmhRound.measure(run, base, FilterBench.class, round);
            if (program.isPresent()) {
                Native other = libpcap(program.get(), packets, run.settings().millis());
                agree("libpcap", answer, other.answer());
                run.results().add(base.of(LIBPCAP), round, other.nanos());
            }
        }
        run.results().compare(base, LIBPCAP, 0);
        run.results().compare(base.of("interpreted"), LIBPCAP, 0);
        run.results().compare(base, "interpreted", 0);
    }

    /**
     * What the C program says.
     *
     * @param nanos nanoseconds for each packet
     * @param answer what it made of the answers to all packets, as {@link PacketMix#run} does
     */
    record Native(double nanos, int answer) {}

    /**
     * Runs libpcap's filter.
     *
     * @param program the compiled program
     * @param packets the file that {@link PacketMix#file} makes
     * @param millis for how long
     */
    static Native libpcap(Path program, Path packets, int millis)
            throws IOException, InterruptedException {
        String[] words = Commands.run(program.toString(), packets.toString(),
                Integer.toString(millis)).strip().split(" ", -1);
        return new Native(Double.parseDouble(words[0]), Integer.parseInt(words[1]));
    }

    /**
     * Checks that another engine answered as the compiled filter did.
     *
     * @param who the other engine
     * @param expected what the compiled filter made of all packets
     * @param actual what the other made of them
     */
    static void agree(String who, int expected, int actual) {
        if (expected != actual) {
            throw new IllegalStateException(who + " gave other answers than the compiled filter: "
                    + actual + ", not " + expected);
        }
    }
}
