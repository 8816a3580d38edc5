// SPDX-License-Identifier: Apache-2.0
package exo.testkit.self;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the host says that this process holds: for tests that nothing is left behind.
 *
 * <p>The JVM opens files and maps memory too, so a test compares counts of the same moment of its
 * life, or leaves room. <b>Thread-safety.</b> Any thread.
 */
public final class OwnProcess {
    private static final Path SELF = Path.of("/proc/self");

    private OwnProcess() {}

    /** {@return how many file descriptors are open} */
    public static long openFiles() {
        try (Stream<Path> entries = Files.list(SELF.resolve("fd"))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return how many mappings there are of a kind}
     *
     * @param which which lines of {@code /proc/self/maps} count
     */
    public static long mappings(Predicate<String> which) {
        try (Stream<String> lines = Files.lines(SELF.resolve("maps"))) {
            return lines.filter(which).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return how much memory is mapped, in KiB} */
    public static long mappedKibi() {
        try (Stream<String> lines = Files.lines(SELF.resolve("status"))) {
            return lines.filter(line -> line.startsWith("VmSize:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
