// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code exo}. It has no work of its own: each subcommand is a class of this package,
 * listed in the annotation below.
 *
 * <p>Exit codes: 0 success, 1 failure, 2 wrong usage.
 */
@Command(name = "exo", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        subcommands = {ServeCommand.class, DoctorCommand.class, RehearseCommand.class},
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
    static CommandLine commandLine() {
        return new CommandLine(new Main());
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
