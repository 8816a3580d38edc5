// SPDX-License-Identifier: Apache-2.0

/**
 * The command {@code exo} and its subcommands.
 *
 * <p>Guarantees: <ul>
 * <li><b>Standard output is the answer.</b> Messages go to standard error.
 * <li><b>Exit codes.</b> 0 success, 1 failure, 2 wrong usage.
 * </ul>
 *
 * <p>It does not guarantee a stable Java interface: it exports nothing.
 *
 * <p>Reading order: {@link exo.cli.Main}, {@link exo.cli.ServeCommand}, {@link exo.cli.WebSite},
 * {@link exo.cli.Gateway}; {@link exo.cli.DoctorCommand} stands alone, {@code exo top} is in
 * {@link exo.cli.top}.
 *
 * {@snippet lang="java" :
 * try (WebSite site = WebSite.open(options, console)) {
 *     site.start();
 *     return site.awaitEnd();
 * }
 * }
 *
 * <p>Imports allowed: the API, the library operating systems, picocli. Threading: the main thread
 * parses and embeds; the importer, the server and the gateway run on threads of the kernel, each in
 * an environment of its own; a shutdown hook closes the kernel.
 *
 * <p>Source: none beyond those of the libraries.
 *
 * <p>Held by: {@code MainTest}, {@code ServeCommandTest}, {@code DoctorCommandTest}, {@code
 * NetChoiceTest}; {@code LauncherTest} for the script {@code exo}; {@code ServeTest} and {@code
 * ServeNetTest} for the main job, as a user starts it, {@code TopTest} for looking at it.
 */
package exo.cli;
