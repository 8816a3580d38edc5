// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that one run measured, and the file it is kept in.
 *
 * <p><b>Form of the file.</b> One JSON object: {@code command}, {@code machine}, {@code notes},
 * {@code comparisons}, {@code samples}. Each sample and each comparison is an object on a line of
 * its own, so that a line tool can read them too, and so can {@link #read}.
 *
 * <p>Confined to one thread.
 */
public final class Results {
    private static final Pattern STRING = Pattern.compile("\"(\\w+)\": \"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\": (-?[0-9][0-9.eE+-]*)");
    private static final String BASELINE = "baseline";

    private final List<Sample> samples = new ArrayList<>();
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** An empty collection. */
    public Results() {}

    /**
     * Adds a value.
     *
     * @param series what was measured
     * @param round in which round, from 1
     * @param value the value
     */
    public void add(Series series, int round, double value) {
        samples.add(new Sample(series, round, value));
    }

    /**
     * Adds a comparison to draw at the end.
     *
     * @param ours the series of the candidate
     * @param baseline whom to compare it with
     * @param goal the ratio to reach, or 0
     */
    public void compare(Series ours, String baseline, double goal) {
        comparisons.add(new Comparison(ours, baseline, goal));
    }

    /**
     * Adds a remark that belongs to the figures: what was skipped, and why.
     *
     * @param text the remark
     */
    public void note(String text) {
        notes.add(text);
    }

    /** {@return the values, in the order in which they were measured} */
    public List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** {@return the comparisons} */
    public List<Comparison> comparisons() {
        return List.copyOf(comparisons);
    }

    /** {@return the remarks} */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Writes the file.
     *
     * @param file where; its folder is made
     * @param command what was typed
     * @param machine facts about the machine
     * @throws IOException if it cannot be written
     */
    public void write(Path file, String command, Map<String, String> machine) throws IOException {
        StringBuilder out = new StringBuilder("{\n\"command\": ").append(quote(command));
        out.append(",\n\"machine\": {\n");
        List<String> facts = new ArrayList<>();
        machine.forEach((name, value) -> facts.add(quote(name) + ": " + quote(value)));
        out.append(String.join(",\n", facts)).append("\n},\n\"notes\": [\n");
        out.append(String.join(",\n", notes.stream().map(Results::quote).toList()));
        out.append("\n],\n\"comparisons\": [\n");
        out.append(String.join(",\n", comparisons.stream().map(Results::line).toList()));
        out.append("\n],\n\"samples\": [\n");
        out.append(String.join(",\n", samples.stream().map(Results::line).toList()));
        out.append("\n]\n}\n");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, out);
    }

    private static String line(Sample sample) {
        return "{" + fields(sample.series()) + ", \"round\": " + sample.round() + ", \"value\": "
                + sample.value() + "}";
    }

    private static String line(Comparison comparison) {
        return "{" + fields(comparison.ours()) + ", \"baseline\": " + quote(comparison.baseline())
                + ", \"goal\": " + comparison.goal() + "}";
    }

    private static String fields(Series series) {
        return "\"study\": " + quote(series.study()) + ", \"job\": " + quote(series.job())
                + ", \"contender\": " + quote(series.contender()) + ", \"unit\": "
                + quote(series.unit());
    }

    /** {@return the text as a JSON string} */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /**
     * {@return the samples and comparisons of a file that {@link #write} made}
     *
     * @param file the file
     * @throws IOException if it cannot be read
     */
    public static Results read(Path file) throws IOException {
        Results results = new Results();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("{\"study\"")) {
                continue;
            }
            Map<String, String> fields = new LinkedHashMap<>();
            collect(STRING, line, fields);
            Series series = new Series(fields.get("study"), fields.get("job"),
                    fields.get("contender"), fields.get("unit"));
            collect(NUMBER, line, fields);
            if (fields.containsKey(BASELINE)) {
                results.compare(series, fields.get(BASELINE),
                        Double.parseDouble(fields.get("goal")));
            } else {
                results.add(series, Integer.parseInt(fields.get("round")),
                        Double.parseDouble(fields.get("value")));
            }
        }
        return results;
    }

    private static void collect(Pattern pattern, String line, Map<String, String> into) {
        Matcher matcher = pattern.matcher(line);
        while (matcher.find()) {
            into.put(matcher.group(1), matcher.group(2).replaceAll("\\\\(.)", "$1"));
        }
    }
}
