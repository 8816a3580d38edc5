// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.CodeEngine;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.ExoCodeEngine;
import java.lang.foreign.ValueLayout;

/** Classic programs as filters: of both engines, and of the model that judges them. */
public final class ClassicFilters {
    private static final CodeEngine ENGINE = new ExoCodeEngine();

    private ClassicFilters() {}

    /** {@return a program, verified and compiled} */
    public static PacketFilter compile(ClassicProgram program) {
        return ENGINE.verify(program).filter(Engine.COMPILE);
    }

    /** {@return a program, verified and interpreted} */
    public static PacketFilter interpret(ClassicProgram program) {
        return ENGINE.verify(program).filter(Engine.INTERPRET);
    }

    /** {@return a program, verified, and run without any of our engines} */
    public static PacketFilter model(ClassicProgram program) {
        ClassicVerifier.verify(program);
        return (memory, offset, lengthBytes) -> ClassicModel.run(program,
                memory.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE));
    }
}
