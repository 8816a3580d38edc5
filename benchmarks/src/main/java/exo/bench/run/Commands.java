// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Runs the tools of the host. */
public final class Commands {
    private Commands() {}

    /**
     * {@return where a tool is}
     *
     * @param tool its name
     */
    public static Optional<Path> find(String tool) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":", -1)) {
            Path file = Path.of(folder, tool);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /**
     * {@return what a command wrote, to its end}
     *
     * @param command the command and its arguments
     * @throws IOException if it cannot be started or its exit code is not 0, with what it wrote
     * @throws InterruptedException if the thread was interrupted while it ran
     */
    public static String run(List<String> command) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        child.getOutputStream().close();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = child.waitFor();
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exit + ": "
                    + output.strip());
        }
        return output;
    }

    /**
     * {@return what a command wrote, to its end}
     *
     * @param command the command and its arguments
     * @throws IOException as {@link #run(List)}
     * @throws InterruptedException as {@link #run(List)}
     */
    public static String run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }
}
