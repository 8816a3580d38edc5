// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.PacketFilter;
import java.util.Objects;

/** Makes filters out of classic BPF programs. */
public final class ClassicFilters {
    private ClassicFilters() {}

    /**
     * {@return a filter that is compiled if the program is short enough, and interpreted otherwise}
     *
     * @param program the program
     * @throws VerificationException if the program is refused
     */
    public static PacketFilter compile(ClassicProgram program) {
        PacketFilter reference = interpret(program);
        return program.length() <= ClassicCompiler.MAX_INSTRUCTIONS
                ? ClassicCompiler.compile(program)
                : reference;
    }

    /**
     * {@return a filter that is interpreted}
     *
     * @param program the program
     * @throws VerificationException if the program is refused
     */
    public static PacketFilter interpret(ClassicProgram program) {
        ClassicVerifier.verify(Objects.requireNonNull(program, "program"));
        return new ClassicInterpreter(program);
    }
}
