// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.CodeEngine;
import exo.api.code.VerifiedProgram;
import exo.bench.run.Commands;
import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import exo.host.HostException;
import exo.host.HostProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One filter: of our engines, of libpcap's interpreter, of the host's compiler, and written by hand
 * in C, on the same packets.
 *
 * <p>All must give the same answers, or the study fails.
 */
public final class FilterStudy implements Study {
    static final String LIBPCAP = "libpcap bpf_filter (C)";

    private static final String BY_HAND = "by hand (C)";
    private static final String HOST = "Linux JIT";
    /** The host counts whole nanoseconds, and gives the average of so many runs. */
    private static final int HOST_RUNS = 2000;

    /** Makes the study. */
    public FilterStudy() {}

    @Override
    public String name() {
        return "filter";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        PacketTrace mix = PacketMix.trace();
        VerifiedProgram filter = CodeEngine.load().verify(PacketMix.program());
        int answer = mix.run(filter.filter(VerifiedProgram.Engine.COMPILE));
        agree("the interpreter", answer,
                mix.run(filter.filter(VerifiedProgram.Engine.INTERPRET)));
        Series base = new Series(name(), "tcp dst port 80 and host", "compiled", "ns/op");
        Optional<Path> program = run.compile("filter.c", "-lpcap");
        Path packets = Files.write(run.scratch().resolve("packets.bin"),
                mix.file(List.of(PacketMix.program())));
        int millis = run.settings().millis();
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("filter, round " + round);
            JmhRound.measure(run, base, FilterBench.class, round);
            if (program.isPresent()) {
                Native other = measure(program.get(), packets, millis);
                agree("libpcap", answer, other.answer());
                run.results().add(base.of(LIBPCAP), round, other.nanos());
                Native hand = measure(program.get(), packets, millis, "hand");
                agree("C written by hand", answer, hand.answer());
                run.results().add(base.of(BY_HAND), round, hand.nanos());
            }
            measureHost(run, base, round, filter, answer);
        }
        run.results().compare(base, LIBPCAP, 0.25);
        run.results().compare(base, BY_HAND, 1.5);
        run.results().compare(base.of("compiledHeap"), BY_HAND, 1.5);
        run.results().compare(base, HOST, 0);
        run.results().compare(base.of("interpreted"), LIBPCAP, 0);
        run.results().compare(base, "interpreted", 0);
    }

    private static void measureHost(Run run, Series base, int round, VerifiedProgram filter,
            int answer) {
        try (HostProgram host = HostProgram.load(HostProgram.Kind.CLASSIFIER,
                filter.program().toBytes())) {
            Native other = measure(host, PacketMix.trace());
            agree("the host", answer, other.answer());
            run.results().add(base.of(HOST), round, other.nanos());
        } catch (HostException e) {
            run.note("filter: not against the host's compiler: " + e.getMessage() + "; "
                    + e.remedy());
        }
    }

    private static Native measure(HostProgram host, PacketTrace trace) {
        long nanos = 0;
        int hash = 0;
        for (int i = 0; i < trace.count(); i++) {
            HostProgram.Outcome outcome = host.run(trace.packet(i), HOST_RUNS);
            nanos += outcome.nanos();
            hash = PacketTrace.add(hash, outcome.result() != 0 ? 0 : PacketTrace.NONE);
        }
        return new Native((double) nanos / trace.count(), hash);
    }

    /**
     * What a program other than ours says.
     *
     * @param nanos nanoseconds for each packet
     * @param answer what it made of the answers to all packets, as {@link PacketTrace} does
     */
    record Native(double nanos, int answer) {}

    /**
     * Runs the C program.
     *
     * @param program the compiled program
     * @param packets the file that {@link PacketTrace#file} makes
     * @param millis for how long
     * @param more further arguments
     */
    static Native measure(Path program, Path packets, int millis, String... more)
            throws IOException, InterruptedException {
        String[] command = new String[3 + more.length];
        command[0] = program.toString();
        command[1] = packets.toString();
        command[2] = Integer.toString(millis);
        System.arraycopy(more, 0, command, 3, more.length);
        String[] words = Commands.run(command).strip().split(" ", -1);
        return new Native(Double.parseDouble(words[0]), Integer.parseInt(words[1]));
    }

    /**
     * Checks that another engine answered as ours did.
     *
     * @param who the other engine
     * @param expected what ours made of all packets
     * @param actual what the other made of them
     */
    static void agree(String who, int expected, int actual) {
        if (expected != actual) {
            throw new IllegalStateException(who + " gave other answers than our engine: "
                    + actual + ", not " + expected);
        }
    }
}
