// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Contract.Guard;
import exo.api.code.Program;
import exo.impl.code.verify.Proof;
import java.util.List;
import java.util.TreeMap;

/** All forms of code that the engines make of a program. */
final class Codes {
    static final int STEPS = 1000;

    private Codes() {}

    static List<Code> of(Verified verified) {
        return List.of(new Interpreter(verified), new Compiler(verified).compile(),
                new Compiler(verified).compileParts());
    }

    static Verified checked(Contract contract, Program program) {
        Contract checked = contract.checked();
        return new Verified(program, checked, Proof.none(program.length(), checked.maxSteps()));
    }

    static Verified checked(Contract contract, long... slots) {
        return checked(contract, Program.of(slots));
    }

    /** {@return a contract of so many arguments that may be any number} */
    static Contract numbers(int count) {
        List<Argument> any = java.util.Collections.nCopies(count,
                new Argument.Scalar(Long.MIN_VALUE, Long.MAX_VALUE));
        return new Contract("numbers", any, new TreeMap<>(), STEPS, Guard.CHECKED, true);
    }

    static long run(Verified verified, Code code, long... arguments) {
        EngineInstance instance = new EngineInstance(verified, code);
        for (int i = 0; i < arguments.length; i++) {
            instance.set(i, arguments[i]);
        }
        return instance.run();
    }
}
