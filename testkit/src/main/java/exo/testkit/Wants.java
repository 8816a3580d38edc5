// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What this host lacks of what a test wants, in words that the skip counter understands. */
public final class Wants {

    /** How every counted reason begins; what follows up to a colon is what was wanted. */
    static final String PREFIX = "for want of ";
    private static final String REQUIRE_ALL = "exo.requireAll";
    private static final List<String> SYSTEM_FOLDERS = List.of("/usr/sbin", "/sbin", "/usr/bin",
            "/bin");

    private Wants() {}

    /** {@return whether a skip is a failure in this run: {@code -Dexo.requireAll=true}} */
    public static boolean requireAll() {
        return Boolean.getBoolean(REQUIRE_ALL);
    }

    /**
     * Goes on if {@code present}; otherwise aborts the running test and has it counted, or fails it
     * if this run requires all. For wants that only the test itself can probe.
     *
     * @param present whether the host has it
     * @param want what is wanted, a word or two
     * @param cause why it is missing
     */
    public static void demand(boolean present, String want, String cause) {
        if (present) {
            return;
        }
        String reason = reason(want, cause);
        if (requireAll()) {
            throw new AssertionError(failure(reason));
        }
        throw new TestAbortedException(reason);
    }

    static String reason(String want, String cause) {
        return cause.isEmpty() ? PREFIX + want : PREFIX + want + ": " + cause;
    }

    static String failure(String reason) {
        return "skipped " + reason + ", but " + REQUIRE_ALL + " is set";
    }

    /** {@return why root is missing; empty if this is root} */
    static Optional<String> missingRoot() {
        return isRoot() ? Optional.empty() : Optional.of(reason("root", ""));
    }

    static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return why a command is missing; empty if it is installed} */
    static Optional<String> missingTool(String name) {
        return findTool(name).isPresent()
                ? Optional.empty()
                : Optional.of(reason(name, "no such command in PATH"));
    }

    /**
     * {@return where a command is, in PATH or a system folder}
     *
     * @param name the command
     */
    public static Optional<Path> findTool(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":", -1)), SYSTEM_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
