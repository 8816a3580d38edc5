// SPDX-License-Identifier: Apache-2.0
package exo.bench;

import exo.bench.cap.RevokeStudy;
import exo.bench.code.FilterStudy;
import exo.bench.code.SetStudy;
import exo.bench.code.TakeStudy;
import exo.bench.disk.DiskStudy;
import exo.bench.http.HttpStudy;
import exo.bench.mem.AppelStudy;
import exo.bench.mem.MoveStudy;
import exo.bench.mem.PagesStudy;
import exo.bench.mem.WindowStudy;
import exo.bench.revoke.DeadlineStudy;
import exo.bench.run.Machine;
import exo.bench.run.Results;
import exo.bench.run.Run;
import exo.bench.run.Run.Settings;
import exo.bench.run.Study;
import exo.bench.run.Table;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code ./exo bench} runs.
 *
 * <p>{@code all}, or the names of studies, measures these and writes the figures to a file; {@code
 * table FILE} prints such a file again; anything else goes to JMH as it is. Settings have the form
 * {@code rounds=5}, {@code millis=1000}, {@code image=FILE}, {@code out=FILE}.
 */
public final class Main {
    private static final List<Study> STUDIES = List.of(new PagesStudy(), new AppelStudy(),
            new MoveStudy(), new WindowStudy(), new RevokeStudy(), new DeadlineStudy(),
            new FilterStudy(), new SetStudy(), new TakeStudy(), new DiskStudy(), new HttpStudy());
    private static final int ROUNDS = 5;
    private static final int MILLIS = 1500;

    private Main() {}

    /**
     * Runs what the arguments say.
     *
     * @param arguments what was typed, perhaps behind JMH's option {@code -foe true}
     * @throws Exception whatever stopped it
     */
    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        boolean failOnError = words.size() > 1 && words.getFirst().equals("-foe");
        if (failOnError) {
            words.subList(0, 2).clear();
        }
        if (words.size() == 2 && words.getFirst().equals("table")) {
            System.out.print(Table.of(Results.read(Path.of(words.get(1)))));
        } else if (!words.isEmpty() && !chosen(words).isEmpty()) {
            measure(words);
        } else {
            org.openjdk.jmh.Main.main(arguments);
        }
    }

    /** {@return the studies that the words name; empty if a word is neither study nor setting} */
    static List<Study> chosen(List<String> words) {
        List<Study> chosen = new ArrayList<>();
        for (String word : words) {
            List<Study> named = word.equals("all")
                    ? STUDIES
                    : STUDIES.stream().filter(s -> s.name().equals(word)).toList();
            if (named.isEmpty() && !isSetting(word)) {
                return List.of();
            }
            chosen.addAll(named);
        }
        return chosen;
    }

    private static boolean isSetting(String word) {
        return word.matches("(rounds|millis)=[0-9]+|(image|out)=.+");
    }

    private static void measure(List<String> words) throws IOException, InterruptedException {
        Map<String, String> settings = new TreeMap<>();
        words.stream()
                .filter(Main::isSetting)
                .map(w -> w.split("=", 2))
                .forEach(pair -> settings.put(pair[0], pair[1]));
        Path root = root();
        Map<String, String> machine = Machine.facts();
        machine.put("commit", Machine.firstLineOf("git", "-C", root.toString(), "describe",
                "--always", "--dirty"));
        for (String tool : List.of("gcc", "fio")) {
            machine.put(tool, Machine.firstLineOf(tool, "--version"));
        }
        machine.put("nginx", Machine.firstLineOf("nginx", "-v"));
        Run run = new Run(new Settings(
                Integer.parseInt(settings.getOrDefault("rounds", Integer.toString(ROUNDS))),
                Integer.parseInt(settings.getOrDefault("millis", Integer.toString(MILLIS))),
                Optional.ofNullable(settings.get("image")).map(Path::of)), root);
        long stolen = Machine.busyAndStolenTicks()[1];
        boolean complete = true;
        for (Study study : chosen(words)) {
            complete &= succeeds(study, run);
        }
        machine.put("load at the end", Machine.load());
        machine.put("ticks stolen by the hypervisor",
                Long.toString(Machine.busyAndStolenTicks()[1] - stolen));
        String name = machine.get("date").replace(":", "") + ".json";
        Path file = Optional.ofNullable(settings.get("out"))
                .map(Path::of)
                .orElse(root.resolve("benchmarks/results").resolve(name));
        run.results().write(file, "./exo bench " + String.join(" ", words), machine);
        System.out.print(Table.of(run.results()));
        run.results().notes().forEach(note -> System.out.println("note: " + note));
        System.out.println("written to " + file);
        if (!complete) {
            System.exit(1);
        }
    }

    /** A study that fails does not take the figures of the others with it. */
    private static boolean succeeds(Study study, Run run) throws InterruptedException {
        try {
            study.measure(run);
            return true;
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            run.note(study.name() + " FAILED: " + e);
            return false;
        }
    }

    /** {@return the folder of the project: the jar is two folders below it} */
    private static Path root() throws IOException {
        try {
            Path jar = Path.of(
                    Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path root = jar.toAbsolutePath().getParent().getParent().getParent();
            if (!Files.exists(root.resolve("benchmarks/pom.xml"))) {
                throw new IOException("the jar is not in benchmarks/target, but at " + jar);
            }
            return root;
        } catch (URISyntaxException e) {
            throw new IOException("the jar has no place on disk", e);
        }
    }
}
