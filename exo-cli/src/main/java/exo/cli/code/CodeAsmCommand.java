// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.CodeEngine;
import exo.api.code.Program;
import exo.cli.console.Console;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exo code asm}: turns assembler text into bytes. */
@Command(name = "asm", mixinStandardHelpOptions = true,
        description = "Turns assembler text into hexadecimal digits, an instruction slot a line.")
final class CodeAsmCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The text; - for standard input.")
    private String file;

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        try {
            Program program = CodeEngine.load().assemble(CodeInput.text(CodeInput.read(file)));
            if (!program.regions().isEmpty()) {
                console.say("the text has regions, for which there is no place among bytes; verify"
                        + " it as text");
                return CodeCommand.REFUSED;
            }
            console.print(program.toHex().stripTrailing());
            return 0;
        } catch (IOException e) {
            console.say(e.getMessage());
            return CodeCommand.FAILED;
        } catch (IllegalArgumentException e) {
            console.say(e.getMessage());
            return CodeCommand.REFUSED;
        }
    }
}
