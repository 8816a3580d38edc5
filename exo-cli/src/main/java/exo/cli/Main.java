// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.cli.code.CodeCommand;
import exo.cli.top.TopCommand;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code exo}. It has no work of its own: each subcommand is a class of this package,
 * listed in the annotation below.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 wrong usage.
 */
@Command(name = "exo", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        subcommands = {ServeCommand.class, TopCommand.class, CodeCommand.class,
                DoctorCommand.class, RehearseCommand.class},
        description = "An exokernel on the JVM.")
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    /** The version of the build, which the jar's module descriptor carries. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Main.class.getModule().getDescriptor())
                    .flatMap(ModuleDescriptor::rawVersion)
                    .orElse("(not packaged)");
            return new String[]{"exo " + version};
        }
    }

    private Main() {}

    /** {@return the command line, ready to execute} */
    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler(Main::refuse)
                .setExecutionExceptionHandler(Main::fail);
    }

    /** Says what is wrong with the arguments, and where to read on. */
    private static int refuse(ParameterException cause, String[] arguments) {
        CommandLine command = cause.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("exo: " + cause.getMessage());
        UnmatchedArgumentException.printSuggestions(cause, err);
        if (command.getParent() == null) {
            command.usage(err);
        } else {
            String name = command.getCommandSpec().qualifiedName();
            err.println("     '" + name + " --help' explains the arguments");
        }
        return ExitCode.USAGE;
    }

    /** Tells a failure that the command did not expect, with what caused it, in a line. */
    private static int fail(Exception failure, CommandLine command, ParseResult parsed) {
        StringBuilder text = new StringBuilder("exo: ").append(failure);
        Throwable cause = failure.getCause();
        while (cause != null) {
            text.append("; cause: ").append(cause);
            cause = cause.getCause();
        }
        command.getErr().println(text);
        return ExitCode.SOFTWARE;
    }

    /** Runs when no subcommand was named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments what the user wrote after {@code exo}
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
