// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.ExoException;
import exo.cli.code.CodeRehearsal;
import exo.cli.console.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code exo rehearse}: serves one file to itself and looks at that, runs and compiles some code,
 * and ends.
 *
 * <p>The launcher runs it once after each build, to archive the classes that a start needs: then
 * the first request of a real start is answered sooner.
 */
@Command(name = "rehearse", hidden = true,
        description = "Serves one file to itself, runs some code, and ends.")
final class RehearseCommand implements Callable<Integer> {
    private static final String FILE = "a.txt";

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("exo-rehearsal");
        try {
            Files.writeString(folder.resolve(FILE), "one file");
            CodeRehearsal.run();
            Main.commandLine().parseArgs("code", "run");
            return serve(folder);
        } finally {
            Files.deleteIfExists(folder.resolve(FILE));
            Files.delete(folder);
        }
    }

    private static Integer serve(Path folder) throws IOException, InterruptedException {
        NetChoice wire = NetChoice.parse("wire");
        ServeOptions options = new ServeOptions(folder, Optional.empty(), wire,
                wire.address(Optional.empty()), Optional.empty(), 0, false, ServeCommand.MIN_PAGES,
                Optional.empty());
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        try (WebSite site = WebSite.open(options, new Console(nowhere, nowhere))) {
            site.start();
            URI address = URI.create(site.url()).resolve(FILE);
            try (var body = address.toURL().openStream()) {
                return body.readAllBytes().length > 0 ? lookAtItself(nowhere) : 1;
            }
        } catch (ExoException e) {
            System.err.println("exo: " + e.getMessage());
            return 1;
        }
    }

    private static int lookAtItself(PrintWriter nowhere) {
        String pid = Long.toString(ProcessHandle.current().pid());
        return Main.commandLine().setOut(nowhere).execute("top", "--once", "--pid", pid)
                + Main.commandLine().setOut(nowhere).execute("top", "--json", "--pid", pid);
    }
}
