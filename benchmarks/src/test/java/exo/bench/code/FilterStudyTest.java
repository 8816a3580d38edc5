// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.bench.run.Run;
import exo.bench.run.Run.Settings;
import exo.impl.code.classic.ClassicFilters;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
        PacketMix mix = new PacketMix();
        Path packets = Files.write(temp.resolve("packets"), mix.file());
        FilterStudy.Native other = FilterStudy.libpcap(program, packets, 3);
        assertEquals(mix.run(ClassicFilters.compile(PacketMix.program())), other.answer());
        assertTrue(other.nanos() > 0);
        byte[] half = Arrays.copyOf(mix.file(), mix.file().length / 2);
        Path cut = Files.write(temp.resolve("cut"), half);
        assertThrows(IOException.class, () -> FilterStudy.libpcap(program, cut, 3));
    }
}
