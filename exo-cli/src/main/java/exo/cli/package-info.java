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
 * <p>Reading order: {@link exo.cli.Main}, then the subcommand of interest.
 *
 * <p>Imports allowed: the API, the library operating systems, picocli. Threading: the main thread
 * parses; a subcommand says what else it starts.
 *
 * <p>Held by: {@code MainTest}, and {@code LauncherTest} for the script {@code exo} that starts it.
 */
package exo.cli;
