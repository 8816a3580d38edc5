// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.CodeEngine;
import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exo code compile}: compiles a filter expression, and prints it as tcpdump does. */
@Command(name = "compile", mixinStandardHelpOptions = true,
        description = "Compiles an expression of pcap-filter(7), and prints the program as tcpdump"
                + " does.",
        footer = {"", "Exit codes: 0 done, 1 expression refused, 2 wrong usage."})
final class CodeCompileCommand implements Callable<Integer> {
    /** The most bytes of a packet that a filter may accept. */
    static final int MAX_SNAP = 262_144;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true)
    private Output output = new Output();

    @Option(names = {"-y", "--link"}, paramLabel = "LINK", defaultValue = "EN10MB",
            converter = LinkNames.class,
            description = "What packets begin with; default ${DEFAULT-VALUE}.")
    private LinkType link;

    @Option(names = {"-s", "--snaplen"}, paramLabel = "N", defaultValue = "" + MAX_SNAP,
            description = "How many bytes of a packet are accepted; default ${DEFAULT-VALUE}.")
    private int snapLength;

    @Parameters(paramLabel = "EXPRESSION", description = "The expression; empty accepts all.")
    private String expression;

    /** How the program is printed. */
    static final class Output {
        @Option(names = "-d", description = "As text for people; the default.")
        private boolean isText;

        @Option(names = "-dd", description = "As a fragment of C.")
        private boolean isFragment;

        @Option(names = "-ddd", description = "As decimal numbers.")
        private boolean isDecimal;
    }

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        if (snapLength < 1 || snapLength > MAX_SNAP) {
            throw new ParameterException(spec.commandLine(), "--snaplen must be from 1 to "
                    + MAX_SNAP + ", not " + snapLength);
        }
        try {
            ClassicProgram program = CodeEngine.load()
                    .compileExpression(expression, link, snapLength);
            console.print(print(program).stripTrailing());
            return 0;
        } catch (CodeSyntaxException e) {
            explain(console, expression, e);
            return CodeCommand.REFUSED;
        }
    }

    private String print(ClassicProgram program) {
        if (output.isDecimal) {
            return program.toDecimal();
        }
        return output.isText || !output.isFragment
                ? program.toListing()
                : fragment(program);
    }

    /** {@return the program as a fragment of C, as {@code tcpdump -dd} prints it} */
    static String fragment(ClassicProgram program) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < program.length(); i++) {
            Instruction at = program.at(i);
            text.append(String.format("{ 0x%x, %d, %d, 0x%08x },%n", at.code(), at.jt(), at.jf(),
                    at.k()));
        }
        return text.toString();
    }

    /** Says what is wrong with an expression, and points to the place below it. */
    static void explain(Console console, String expression, CodeSyntaxException e) {
        console.say(e.getMessage());
        String line = expression.lines().skip(e.line() - 1L).findFirst().orElse("");
        console.say("  " + line.replace('\t', ' '));
        console.say("  " + " ".repeat(Math.clamp(e.column() - 1, 0, line.length())) + "^");
    }
}
