// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.time.Duration;
import java.util.List;

/** Runs short commands of the host to their end. */
public final class Command {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /**
     * How a command ended.
     *
     * @param exit the exit code; 128 and more for a signal
     * @param output what it wrote to its standard output
     * @param errors what it wrote to its standard error
     */
    public record Result(int exit, String output, String errors) {}

    private Command() {}

    /**
     * {@return what a command wrote to its standard output}
     *
     * @param command the command and its arguments
     * @throws CommandFailedException if its exit code is not 0, with all it wrote
     */
    public static String run(String... command) {
        return run(List.of(command));
    }

    /**
     * {@return what a command wrote to its standard output}
     *
     * @param command the command and its arguments
     * @throws CommandFailedException if its exit code is not 0, with all it wrote
     */
    public static String run(List<String> command) {
        Result result = attempt(command);
        if (result.exit() != 0) {
            throw new CommandFailedException(
                    String.join(" ", command) + " ended with " + result.exit()
                            + ": " + (result.errors() + result.output()).strip());
        }
        return result.output();
    }

    /**
     * {@return how a command ended, whatever its exit code}
     *
     * @param command the command and its arguments
     */
    public static Result attempt(List<String> command) {
        try (Subprocess child = Subprocess.builder(command).start()) {
            int exit = child.awaitExit(DEADLINE);
            return new Result(exit, child.output(), child.errors());
        }
    }
}
