// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.CodeEngine;
import exo.api.code.VerifiedProgram;
import exo.bench.run.Run;
import exo.bench.run.Run.Settings;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FilterStudyTest {
    @TempDir
    Path temp;

    @Test
    void shouldFailIfEnginesDiffer() {
        FilterStudy.agree("itself", 7, 7);
        assertTrue(assertThrows(IllegalStateException.class,
                () -> FilterStudy.agree("another", 7, 8)).getMessage().startsWith("another gave"));
    }

    @Test
    @NeedsTool({"gcc", "tcpdump"}) // tcpdump stands for libpcap, whose header comes separately
    void shouldAgreeWithLibpcap() throws IOException, InterruptedException {
        Run run = new Run(new Settings(1, 3, Optional.empty()), temp);
        Path program = run.compile("filter.c", "-lpcap").orElseThrow();
        PacketTrace mix = PacketMix.trace();
        byte[] file = mix.file(List.of(PacketMix.program()));
        Path packets = Files.write(temp.resolve("packets"), file);
        int answer = mix.run(CodeEngine.load()
                .verify(PacketMix.program())
                .filter(VerifiedProgram.Engine.COMPILE));
        for (String[] how : new String[][]{{}, {"hand"}}) {
            FilterStudy.Native other = FilterStudy.measure(program, packets, 3, how);
            assertEquals(answer, other.answer());
            assertTrue(other.nanos() > 0);
        }
        Path cut = Files.write(temp.resolve("cut"), Arrays.copyOf(file, file.length - 1));
        assertThrows(IOException.class, () -> FilterStudy.measure(program, cut, 3));
    }

    @Test
    @NeedsTool({"gcc", "tcpdump"})
    void shouldAgreeWithLibpcapOnSets() throws IOException, InterruptedException {
        Run run = new Run(new Settings(1, 3, Optional.empty()), temp);
        Path program = run.compile("filter.c", "-lpcap").orElseThrow();
        for (int size : new int[]{1, 100}) {
            Path packets = Files.write(temp.resolve("packets" + size),
                    SetMix.trace(size).file(SetMix.filters(size)));
            assertEquals(SetStudy.merged(size),
                    FilterStudy.measure(program, packets, 3).answer(), size + " filters");
        }
    }
}
