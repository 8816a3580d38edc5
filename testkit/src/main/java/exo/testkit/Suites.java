// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * Test data of others, which is not part of the project: a folder that {@code -Dexo.suites} or the
 * variable {@code EXO_SUITES} names.
 */
public final class Suites {
    private static final String SECTION = "-- ";

    private Suites() {}

    private static String place() {
        return System.getProperty("exo.suites", System.getenv().getOrDefault("EXO_SUITES", ""));
    }

    /** {@return whether a folder was named} */
    public static boolean areThere() {
        return !place().isEmpty();
    }

    /**
     * {@return the files of a suite, by their names}
     *
     * @param suite the suite's folder
     * @param suffix how the names of the files end
     * @throws TestAbortedException if no folder was named, so that the test is skipped and counted
     * @throws IOException if the folder has no such suite
     */
    public static List<Path> files(String suite, String suffix) throws IOException {
        if (!areThere()) {
            throw new TestAbortedException("for want of SUITES: neither -Dexo.suites nor EXO_SUITES"
                    + " names a folder with " + suite);
        }
        try (Stream<Path> files = Files.list(Path.of(place(), suite))) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    /**
     * {@return the sections of a file of bpf_conformance by their names; what no section holds is
     * an empty text}
     *
     * @param file the file
     * @throws IOException if it cannot be read
     */
    public static Map<String, String> sections(Path file) throws IOException {
        Map<String, String> sections = new HashMap<>(
                Map.of("asm", "", "mem", "", "raw", "", "result", ""));
        String section = "";
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(SECTION)) {
                section = line.substring(SECTION.length()).strip();
            } else {
                sections.merge(section, line + "\n", String::concat);
            }
        }
        return sections;
    }
}
