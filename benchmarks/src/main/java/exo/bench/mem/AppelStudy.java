// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.bench.run.Commands;
import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The table of Appel and Li: what user programs do with virtual memory, by a window and its
 * software TLB, against the host's own means in C.
 *
 * <p>The rows are those of Aegis and Nemesis, which reported the same table, and {@code allowed}:
 * an access that traps nowhere, which pays for ours being checked by code.
 */
public final class AppelStudy implements Study {
    private static final String HOST = "host (C)";
    private static final String EXO = "exo";
    private static final String OWN_BITS = "exo, own bits";
    /** From the methods of {@link AppelBench} to the rows of the table. */
    private static final Map<String, String> ROWS = new LinkedHashMap<>();

    static {
        ROWS.put("dirty", "dirty");
        ROWS.put("ownDirty", "dirty");
        ROWS.put("protOne", "prot1");
        ROWS.put("protHundred", "prot100");
        ROWS.put("unprotHundred", "unprot100");
        ROWS.put("trap", "trap");
        ROWS.put("appelOne", "appel1");
        ROWS.put("appelTwo", "appel2");
        ROWS.put("allowed", "allowed");
    }

    /** Makes the study. */
    public AppelStudy() {}

    @Override
    public String name() {
        return "appel";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        Optional<Path> program = run.compile("appel.c");
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("appel, round " + round);
            JmhRound.measure(run, AppelStudy::series, AppelBench.class.getName() + ".", Map.of(),
                    round);
            if (program.isPresent()) {
                String lines = Commands.run(program.get().toString(),
                        Integer.toString(run.settings().millis()));
                for (Map.Entry<String, Double> row : parse(lines).entrySet()) {
                    run.results().add(row(row.getKey(), HOST), round, row.getValue());
                }
            }
        }
        ROWS.keySet().forEach(method -> run.results().compare(series(method), HOST, 0));
    }

    /** {@return where the values of a method of the benchmark belong} */
    static Series series(String method) {
        return row(ROWS.get(method), method.equals("ownDirty") ? OWN_BITS : EXO);
    }

    private static Series row(String row, String contender) {
        return new Series("appel", row, contender, "ns/op");
    }

    /** {@return what the C program found, by row} */
    static Map<String, Double> parse(String lines) {
        Map<String, Double> values = new LinkedHashMap<>();
        lines.lines().forEach(line -> {
            String[] words = line.split(" ", 2);
            if (words.length != 2 || !ROWS.containsValue(words[0])) {
                throw new IllegalArgumentException("not a row and its value: " + line);
            }
            values.put(words[0], Double.valueOf(words[1]));
        });
        return values;
    }
}
