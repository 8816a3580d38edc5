// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.ExoException;
import exo.cli.console.Console;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code exo top}: shows what the kernel of another process of this user exposes.
 *
 * <p>It reads memory that the kernel writes anyway, and asks the process for nothing: a server that
 * is stopped or overloaded can be looked at as well.
 */
@Command(name = "top", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Shows the environments and resources of a running kernel.",
                "On a terminal it shows them again and again until q is pressed; otherwise once."},
        footer = {"", "Exit codes: 0 shown, 1 no kernel to show, or it ended, 2 wrong usage."})
public final class TopCommand implements Callable<Integer> {
    private static final double LEAST_SECONDS = 0.1;
    private static final double MOST_SECONDS = 3600;
    private static final double MILLIS_PER_SECOND = 1000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--once", description = "Print it once, and end.")
    private boolean once;

    @Option(names = "--json", description = "Print one object of JSON, and end.")
    private boolean json;

    @Option(names = "--interval", paramLabel = "SECONDS", defaultValue = "1",
            description = "The time between two looks, 0.1 to 3600; default ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--pid", paramLabel = "PID",
            description = "The process to look at, if several run a kernel.")
    private Long pid;

    /** For picocli. */
    public TopCommand() {}

    @Override
    public Integer call() {
        if (!(seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS)) {
            throw new ParameterException(spec.commandLine(),
                    "--interval must be 0.1 to 3600 seconds, but was " + seconds);
        }
        if (pid != null && pid < 1) {
            throw new ParameterException(spec.commandLine(),
                    "--pid must be at least 1, but was " + pid);
        }
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        try {
            KernelFinder.RunningKernel kernel = KernelFinder.ofHost()
                    .find(Optional.ofNullable(pid));
            boolean live = !once && !json && isOnTerminal();
            return live ? watch(kernel, console) : print(kernel, console);
        } catch (NoKernelException | ExoException | IOException e) {
            console.say(e.getMessage());
            return 1;
        }
    }

    /** {@return whether both what is read and what is written is a terminal} */
    private static boolean isOnTerminal() {
        return Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .isPresent();
    }

    private int print(KernelFinder.RunningKernel kernel, Console console) {
        Sample sample = Sample.of(kernel.reader());
        long now = System.currentTimeMillis();
        if (json) {
            console.print(TopJson.of(sample, now));
        } else {
            List<String> lines = new TopText(sample, Optional.empty()).lines(now);
            lines.forEach(console::print);
        }
        return 0;
    }

    private int watch(KernelFinder.RunningKernel kernel, Console console) throws IOException {
        String farewell;
        try (TopScreen screen = TopScreen.open()) {
            farewell = screen.run(kernel, Math.round(seconds * MILLIS_PER_SECOND));
        }
        if (farewell.isEmpty()) {
            return 0;
        }
        console.say(farewell);
        return 1;
    }
}
