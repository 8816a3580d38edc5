// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KernelFinderTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    private Path temp;

    private String refusal(Path proc, Optional<Long> pid) {
        return assertThrows(NoKernelException.class, () -> new KernelFinder(proc).find(pid))
                .getMessage();
    }

    /** A folder that looks like that of a process with some open files. */
    private Path process(long pid, String... targets) throws IOException {
        Path files = Files.createDirectories(temp.resolve(pid + "/fd"));
        for (int i = 0; i < targets.length; i++) {
            Files.createSymbolicLink(files.resolve(Integer.toString(i)), Path.of(targets[i]));
        }
        return temp;
    }

    @Test
    void shouldFindAKernelByTheNameOfItsFileUntilItEnds() throws NoKernelException {
        KernelFinder.RunningKernel found;
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
            found = KernelFinder.ofHost().find(Optional.of(OWN));
            assertEquals(OWN, found.pid());
            assertEquals(OWN, found.reader().pid());
            assertTrue(found.isThere());
            assertEquals(kernel.info().reader().bootEpochMillis(),
                    found.reader().bootEpochMillis());
            assertFalse(Sample.of(found.reader()).kernel().ended());
        }
        assertFalse(found.isThere());
        assertTrue(Sample.of(found.reader()).kernel().ended(), "its last word");
        assertEquals("process " + OWN + " runs no kernel",
                assertThrows(NoKernelException.class,
                        () -> KernelFinder.ofHost().find(Optional.of(OWN))).getMessage());
    }

    @Test
    void shouldTakeTheKernelOfAProcessThatWasBootedLast() throws NoKernelException {
        try (Exokernel first = Exokernel.boot(HostConfig.minimal())) {
            long earlier = first.info().reader().bootEpochMillis();
            while (System.currentTimeMillis() == earlier) {
                Thread.onSpinWait();
            }
            try (Exokernel second = Exokernel.boot(HostConfig.minimal())) {
                assertEquals(second.info().reader().bootEpochMillis(),
                        KernelFinder.ofHost().find(Optional.of(OWN)).reader().bootEpochMillis());
            }
        }
    }

    @Test
    void shouldSayWhyThereIsNothingToShow() throws IOException {
        assertEquals("there is no process 4194999", refusal(Path.of("/proc"),
                Optional.of(4_194_999L)));
        assertTrue(refusal(temp, Optional.empty()).startsWith("no kernel in sight"),
                refusal(temp, Optional.empty()));
        process(7, "/memfd:exo-frames (deleted)", "socket:[1]");
        assertEquals("process 7 runs no kernel", refusal(temp, Optional.of(7L)));
        assertTrue(refusal(temp, Optional.empty()).startsWith("no kernel in sight"));
        assertTrue(refusal(temp.resolve("not-there"), Optional.empty()).contains("mount /proc"));
    }

    @Test
    void shouldAskWhichOfSeveral() throws IOException {
        process(7, "/memfd:exo-info (deleted)");
        process(9, "socket:[1]", "/memfd:exo-info (deleted)");
        String message = refusal(temp, Optional.empty());
        assertTrue(message.contains("7") && message.contains("9") && message.contains("--pid"),
                message);
    }

    @Test
    void shouldSayWhenAProcessBelongsToSomebodyElse() throws IOException {
        process(7);
        Files.delete(temp.resolve("7/fd"));
        Files.createFile(temp.resolve("7/fd")); // cannot be listed, whoever asks
        String named = refusal(temp, Optional.of(7L));
        assertTrue(named.contains("belongs to") && named.contains("that user"), named);
        assertTrue(refusal(temp, Optional.empty()).contains("other users were not looked at"));
    }

    @Test
    void shouldPassOverProcessesWithoutAKernel() throws NoKernelException {
        try (Subprocess other = Subprocess.start("sleep", "1000")) {
            assertEquals("process " + other.pid() + " runs no kernel",
                    assertThrows(NoKernelException.class,
                            () -> KernelFinder.ofHost().find(Optional.of(other.pid())))
                            .getMessage());
        }
    }
}
