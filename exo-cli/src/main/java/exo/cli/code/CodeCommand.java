// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code exo code}: verifies, runs and translates programs for the kernel. It needs no privilege
 * and boots no kernel.
 */
@Command(name = "code", mixinStandardHelpOptions = true,
        subcommands = {CodeRunCommand.class, CodeVerifyCommand.class, CodeCompileCommand.class,
                CodeFilterCommand.class, CodeAsmCommand.class, CodeDisasmCommand.class},
        description = "Verifies, runs and translates programs for the kernel.")
public final class CodeCommand implements Runnable {
    /** The program was refused, or the expression not understood. */
    static final int REFUSED = 1;
    /** The input could not be read, or a run broke a rule. */
    static final int FAILED = 2;

    @Spec
    private CommandSpec spec;

    /** For the command line. */
    public CodeCommand() {}

    /** Runs when no subcommand was named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do with code: "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
