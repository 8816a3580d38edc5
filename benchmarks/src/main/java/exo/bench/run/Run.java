// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One run of the benchmarks: how long, how often, where, and what came out.
 *
 * <p>Confined to one thread.
 */
public final class Run {
    private final Results results = new Results();
    private final Settings settings;
    private final Path root;
    private final Path scratch;

    /**
     * How much is measured.
     *
     * @param rounds how often each pair is measured, at least 1
     * @param millis how long each value is measured, in milliseconds, at least 1
     * @param image the image file for block transfers; empty for one beside the jar
     */
    public record Settings(int rounds, int millis, Optional<Path> image) {
        /** Checks the bounds. */
        public Settings {
            if (rounds < 1 || millis < 1) {
                throw new IllegalArgumentException("rounds and millis must be at least 1, but are "
                        + rounds + " and " + millis);
            }
        }
    }

    /**
     * Makes a run.
     *
     * @param settings how much is measured
     * @param root the folder of the project
     * @throws IOException if the folder for scratch files cannot be made
     */
    public Run(Settings settings, Path root) throws IOException {
        this.settings = settings;
        this.root = root;
        this.scratch = Files.createDirectories(root.resolve("benchmarks/target/bench"));
    }

    /** {@return how much is measured} */
    public Settings settings() {
        return settings;
    }

    /** {@return the folder of the project} */
    public Path root() {
        return root;
    }

    /** {@return a folder for what is made on the way} */
    public Path scratch() {
        return scratch;
    }

    /** {@return what was measured so far} */
    public Results results() {
        return results;
    }

    /**
     * Says what goes on, on standard error.
     *
     * @param text a line
     */
    public void say(String text) {
        System.err.println("bench: " + text);
    }

    /**
     * Adds a remark to the results. The folder of the project becomes a dot in it: where that lies
     * is nobody's business.
     *
     * @param text the remark
     */
    public void note(String text) {
        results.note(text.replace(root.toString(), ".").strip());
    }

    /**
     * Records that something is left out.
     *
     * @param what what, and why
     */
    public void skip(String what) {
        note("skipped " + what);
        say("skipped " + what);
    }

    /**
     * Compiles a C program that came with the benchmarks.
     *
     * @param name its file, for example {@code pages.c}
     * @param libraries what to link, for example {@code -lpcap}
     * @return the program; empty, and noted, if there is no compiler or it refused
     * @throws IOException if the source cannot be copied
     * @throws InterruptedException if the thread was interrupted
     */
    public Optional<Path> compile(String name, String... libraries)
            throws IOException, InterruptedException {
        Path source = scratch.resolve(name);
        try (InputStream in = Run.class.getResourceAsStream("/exo/bench/c/" + name)) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Optional<Path> compiler = Commands.find("gcc");
        if (compiler.isEmpty()) {
            skip("the C baseline " + name + ": no gcc");
            return Optional.empty();
        }
        Path program = scratch.resolve(name.replaceFirst("\\.c$", ""));
        List<String> command = new ArrayList<>(List.of(compiler.get().toString(), "-O2", "-Wall",
                "-o", program.toString(), source.toString()));
        command.addAll(Arrays.asList(libraries));
        try {
            Commands.run(command);
        } catch (IOException e) {
            skip("the C baseline " + name + ": " + e.getMessage().lines().findFirst().orElse(""));
            return Optional.empty();
        }
        note(name + " compiled with gcc -O2 -Wall " + String.join(" ", libraries));
        return Optional.of(program);
    }
}
