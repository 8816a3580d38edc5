// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.CodeEngine;
import exo.cli.console.Console;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exo code disasm}: turns a program into assembler text. */
@Command(name = "disasm", mixinStandardHelpOptions = true,
        description = "Turns an object file, or hexadecimal digits, into assembler text.")
final class CodeDisasmCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--section", paramLabel = "NAME",
            description = "The section of an object file; needed if several hold programs.")
    private String section;

    @Parameters(paramLabel = "FILE", description = "The program; - for standard input.")
    private String file;

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        try {
            byte[] bytes = CodeInput.read(file);
            console.print(switch (CodeInput.program(bytes, Optional.ofNullable(section))) {
                case CodeInput.Form.Extended e -> CodeEngine.load()
                        .disassemble(e.program())
                        .stripTrailing();
                case CodeInput.Form.Classic c -> c.program().toListing().stripTrailing();
            });
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
