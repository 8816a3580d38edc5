// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import exo.bench.run.Run.Settings;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RunTest {
    @TempDir
    Path temp;

    private Run run() throws IOException {
        return new Run(new Settings(1, 3, Optional.empty()), temp);
    }

    @Test
    void shouldRefuseToMeasureNothing() {
        assertThrows(IllegalArgumentException.class, () -> new Settings(0, 1, Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> new Settings(1, 0, Optional.empty()));
    }

    @Test
    @NeedsTool("gcc")
    void shouldCompileAndRunAProgramInC() throws IOException, InterruptedException {
        Run run = run();
        Path program = run.compile("pages.c").orElseThrow();
        double nanos = Double.parseDouble(Commands.run(program.toString(), "3").strip());
        assertTrue(nanos > 1, "a system call takes longer than " + nanos + " ns");
        assertEquals(1, run.results().notes().size());
    }

    @Test
    @NeedsTool("gcc")
    void shouldNoteWhyABaselineIsMissing() throws IOException, InterruptedException {
        Run run = run();
        assertEquals(Optional.empty(), run.compile("pages.c", "-lnot-there"));
        assertTrue(run.results().notes().getFirst().startsWith("skipped the C baseline pages.c"));
    }

    @Test
    void shouldKeepTheFolderOfTheProjectToItself() throws IOException {
        Run run = run();
        run.note("wrote " + temp + "/a to " + temp + "/b ");
        run.skip("c");
        assertEquals(List.of("wrote ./a to ./b", "skipped c"), run.results().notes());
    }

    @Test
    void shouldSayWhatAFailedCommandWrote() {
        IOException failure = assertThrows(IOException.class,
                () -> Commands.run("sh", "-c", "echo because; exit 3"));
        assertTrue(failure.getMessage().endsWith("ended with 3: because"), failure::getMessage);
    }

    @Test
    void shouldFindToolsThatAreThereOnly() {
        assertTrue(Commands.find("sh").isPresent());
        assertEquals(Optional.empty(), Commands.find("no-such-tool-as-this"));
    }
}
