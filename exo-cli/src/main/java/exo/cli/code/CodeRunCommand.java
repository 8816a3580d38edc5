// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.VerificationException;
import exo.api.code.CodeEngine;
import exo.api.code.CodeFault;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Helper.Parameter;
import exo.api.code.Helper.Result;
import exo.api.code.Instance;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import exo.cli.console.Console;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code exo code run}: runs a program over memory, as external suites for RFC 9669 drive engines:
 * the program on standard input, the memory as an argument, r0 on standard output.
 */
@Command(name = "run", mixinStandardHelpOptions = true,
        description = {"Runs a program over memory, and prints r0 in hexadecimal.",
                "The program is read from standard input, as hexadecimal digits, 8 bytes for each"
                        + " instruction."},
        footer = {"", "Exit codes: 0 done, 1 program refused, 2 wrong usage, or the run broke a"
                + " rule."})
final class CodeRunCommand implements Callable<Integer> {
    /**
     * Rules whose breach means that the verifier could not prove the program, not that it is wrong:
     * it then runs with checks. All others are refusals here, too.
     */
    static final Set<String> UNPROVED = Set.of("out-of-bounds", "pointer-range", "too-complex",
            "unknown-call-target");

    private static final int GATHER_BYTES = 0;
    private static final int SQUARE_ROOT = 3;
    private static final int UNWIND = 5;

    @Spec
    private CommandSpec spec;

    @Option(names = "--engine", paramLabel = "ENGINE", defaultValue = "compile",
            description = "What runs it: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private EngineChoice engine;

    @Parameters(arity = "0..1", paramLabel = "MEMORY", defaultValue = "",
            description = "The memory as hexadecimal digits; r1 points to it, r2 is its length.")
    private String memory;

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        byte[] bytes = memory();
        try {
            Program program = Program.parseHex(CodeInput.text(CodeInput.read(CodeInput.STANDARD)));
            Instance instance = verified(program, bytes.length).instance(engine.engine());
            if (bytes.length > 0) {
                instance.bind(0, MemorySegment.ofArray(bytes), 0, bytes.length);
            }
            console.print(Long.toHexString(instance.run()));
            return 0;
        } catch (IOException e) {
            console.say(e.getMessage());
            return CodeCommand.FAILED;
        } catch (CodeFault e) {
            console.say("the run ended: " + e.getMessage());
            return CodeCommand.FAILED;
        } catch (VerificationException | IllegalArgumentException e) {
            console.say(e.getMessage());
            return CodeCommand.REFUSED;
        }
    }

    private byte[] memory() {
        try {
            return HexFormat.of().parseHex(memory.replaceAll("\\s+", ""));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(),
                    "the memory must be pairs of hexadecimal digits: " + e.getMessage(), e);
        }
    }

    private static VerifiedProgram verified(Program program, int bytes) {
        CodeEngine code = CodeEngine.load();
        Contract contract = contract(bytes);
        try {
            return code.verify(program, contract);
        } catch (VerificationException e) {
            if (!UNPROVED.contains(e.rule())) {
                throw e;
            }
            return code.verify(program, contract.checked());
        }
    }

    /** {@return plain memory, and the functions that the suites call} */
    static Contract contract(int bytes) {
        return Contract.memory(bytes)
                .withHelper(GATHER_BYTES, function("gather_bytes", 5,
                        (access, r1, r2, r3, r4, r5) -> (r1 & 0xff) << 32 | (r2 & 0xff) << 24
                                | (r3 & 0xff) << 16 | (r4 & 0xff) << 8 | (r5 & 0xff)))
                .withHelper(SQUARE_ROOT, function("sqrti", 1,
                        (access, r1, r2, r3, r4, r5) -> squareRoot(r1)))
                .withHelper(UNWIND, function("unwind", 1, (access, r1, r2, r3, r4, r5) -> r1));
    }

    private static Helper function(String name, int parameters, Helper.Body body) {
        return new Helper(name, Collections.nCopies(parameters, Parameter.NUMBER), Result.NUMBER,
                true, body);
    }

    /** {@return the square root of a number without sign, rounded down} */
    static long squareRoot(long number) {
        long root = 0;
        for (int bit = Integer.SIZE - 1; bit >= 0; bit--) {
            long next = root | 1L << bit;
            if (Long.compareUnsigned(next * next, number) <= 0) {
                root = next;
            }
        }
        return root;
    }

    /** The engines, as users write them. */
    enum EngineChoice {
        /** One instruction after the other. */
        interpret(Engine.INTERPRET),
        /** As bytecode. */
        compile(Engine.COMPILE);

        private final Engine engine;

        EngineChoice(Engine engine) {
            this.engine = engine;
        }

        Engine engine() {
            return engine;
        }
    }
}
