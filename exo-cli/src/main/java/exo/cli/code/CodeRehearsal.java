// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.ClassicProgram;
import exo.api.code.CodeEngine;
import exo.api.code.Instance;
import exo.api.code.LinkType;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import java.lang.foreign.MemorySegment;

/** Does a little of all that {@code exo code} does, so that its classes are in the archive. */
public final class CodeRehearsal {
    private static final String PROGRAM = """
            .region counter writable 8*00
                lddw %r2, region counter
                mov %r3, 1
                lock add [%r2], %r3
                stxdw [%r10-8], %r3
                ldxdw %r0, [%r10-8]
                ldxw %r4, [%r1+4]
                add32 %r0, %r4
                div %r0, 2
                jgt %r0, 5, +1
                call local next
                mov %r1, 9
                call 3
                exit
            next:
                mov %r0, 2
                be16 %r0
                exit
            """;

    private CodeRehearsal() {}

    /** Verifies and runs a program by both engines, and compiles an expression. */
    public static void run() {
        CodeEngine engine = CodeEngine.load();
        Program program = engine.assemble(PROGRAM);
        engine.disassemble(program);
        VerifiedProgram verified = engine.verify(program, CodeRunCommand.contract(Long.BYTES));
        byte[] memory = new byte[Long.BYTES];
        for (Engine each : Engine.values()) {
            Instance instance = verified.instance(each);
            instance.bind(0, MemorySegment.ofArray(memory), 0, memory.length);
            instance.run();
        }
        ClassicProgram classic = engine.compileExpression("tcp port 80", LinkType.ETHERNET,
                CodeCompileCommand.MAX_SNAP);
        classic.toListing();
        for (Engine each : Engine.values()) {
            engine.verify(classic).filter(each).accept(MemorySegment.ofArray(memory), 0, 1);
        }
    }
}
