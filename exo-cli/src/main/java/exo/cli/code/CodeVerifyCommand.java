// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.VerificationException;
import exo.api.code.CodeEngine;
import exo.api.code.Contract;
import exo.api.code.VerifiedProgram;
import exo.cli.console.Console;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exo code verify}: says whether the kernel would take a program, and why not. */
@Command(name = "verify", mixinStandardHelpOptions = true,
        description = {"Says whether the kernel would take a program, and why not.",
                "The program is an object file, what 'tcpdump -ddd' prints, hexadecimal digits, or"
                        + " assembler text."},
        footer = {"", "Exit codes: 0 accepted, 1 rejected, 2 wrong usage, or no such file."})
final class CodeVerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--profile", paramLabel = "PROFILE", defaultValue = "filter",
            description = "What the program is for: ${COMPLETION-CANDIDATES}; default"
                    + " ${DEFAULT-VALUE}.")
    private Profile profile;

    @Option(names = "--section", paramLabel = "NAME",
            description = "The section of an object file; needed if several hold programs.")
    private String section;

    @Option(names = "--input-bytes", paramLabel = "N", defaultValue = "4096",
            description = "For udf and predicate: the length of the input, or of what is watched;"
                    + " default ${DEFAULT-VALUE}.")
    private int inputBytes;

    @Option(names = "--output-bytes", paramLabel = "N", defaultValue = "4096",
            description = "For udf: the length of the output; default ${DEFAULT-VALUE}.")
    private int outputBytes;

    @Parameters(paramLabel = "FILE", description = "The program; - for standard input.")
    private String file;

    /** What a program is for. */
    enum Profile {
        /** A packet filter. */
        filter,
        /** A function over a disk's metadata. */
        udf,
        /** A wakeup predicate. */
        predicate
    }

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        Contract contract = contract();
        try {
            byte[] bytes = CodeInput.read(file);
            VerifiedProgram verified = verify(
                    CodeInput.program(bytes, Optional.ofNullable(section)), contract);
            console.print("ACCEPT: a run takes " + verified.maxSteps() + " instructions at most");
            return 0;
        } catch (IOException e) {
            console.say(e.getMessage());
            return CodeCommand.FAILED;
        } catch (VerificationException | IllegalArgumentException e) {
            console.print("REJECT: " + e.getMessage());
            return CodeCommand.REFUSED;
        }
    }

    private VerifiedProgram verify(CodeInput.Form form, Contract contract) {
        return switch (form) {
            case CodeInput.Form.Extended e -> CodeEngine.load().verify(e.program(), contract);
            case CodeInput.Form.Classic c -> {
                if (profile != Profile.filter) {
                    throw new IllegalArgumentException("a classic program can only be a filter, not"
                            + " a " + profile);
                }
                yield CodeEngine.load().verify(c.program());
            }
        };
    }

    private Contract contract() {
        try {
            return switch (profile) {
                case filter -> Contract.filter();
                case udf -> Contract.udf(inputBytes, outputBytes);
                case predicate -> Contract.predicate(inputBytes);
            };
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
