// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.text.Assembler;
import exo.impl.code.verify.Verifier;
import exo.testkit.Suites;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do the engines do what the public suite bpf_conformance wants? */
class ConformanceTest {
    private static final int FEWEST = 300;

    /** What a file of the suite holds: sections by their names. */
    private record Case(String name, Map<String, String> sections) {
        static Case read(Path file) throws IOException {
            return new Case(file.getFileName().toString(), Suites.sections(file));
        }

        private String words(String section) {
            return sections.get(section).replaceAll("#.*", "").strip();
        }

        byte[] memory() {
            return HexFormat.of().parseHex(words("mem").replaceAll("\\s+", ""));
        }

        long result() {
            String text = words("result");
            return text.startsWith("0x")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseLong(text);
        }

        Program program() {
            Program program = Assembler.assemble(sections.get("asm"));
            String raw = words("raw");
            if (!raw.isEmpty()) {
                assertEquals(Program.of(Stream.of(raw.split("\\s+"))
                        .mapToLong(word -> Long.parseUnsignedLong(word.substring(2), 16))
                        .toArray()), program, name);
            }
            return program;
        }
    }

    private static Helper number(String name, int parameters, Helper.Body body) {
        return new Helper(name, Collections.nCopies(parameters, Helper.Parameter.NUMBER),
                Helper.Result.NUMBER, true, body);
    }

    static Contract contract(int memoryBytes) {
        return Contract.memory(memoryBytes)
                .withHelper(0, number("gather_bytes", 5,
                        (_, a, b, c, d, e) -> (a & 0xff) << 32 | (b & 0xff) << 24
                                | (c & 0xff) << 16 | (d & 0xff) << 8 | (e & 0xff)))
                .withHelper(3,
                        number("sqrti", 1, (_, a, _, _, _, _) -> (long) Math.sqrt((double) a)))
                .withHelper(5, number("unwind", 1, (_, a, _, _, _, _) -> a));
    }

    private static long run(Verified verified, Code code, byte[] memory) {
        EngineInstance instance = new EngineInstance(verified, code);
        if (memory.length > 0) {
            instance.bind(0, MemorySegment.ofArray(memory.clone()), 0, memory.length);
        }
        return instance.run();
    }

    private static Verified verified(Case one, Program program, Contract contract) {
        try {
            return new Verified(program, contract, Verifier.verify(program, contract));
        } catch (VerificationException e) {
            throw new AssertionError(one.name, e);
        }
    }

    @Test
    void shouldGiveTheResultsOfTheSuite() throws IOException {
        List<Path> files = Suites.files("bpf_conformance", ".data");
        for (Path file : files) {
            Case one = Case.read(file);
            byte[] memory = one.memory();
            Program program = one.program();
            Contract contract = contract(memory.length);
            for (Contract guarded : List.of(contract, contract.checked())) {
                Verified verified = verified(one, program, guarded);
                for (Code code : Codes.of(verified)) {
                    assertEquals(one.result(), run(verified, code, memory),
                            () -> one.name + ": " + code);
                }
            }
        }
        assertTrue(files.size() > FEWEST, "cases: " + files.size());
    }
}
