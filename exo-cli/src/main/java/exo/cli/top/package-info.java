// SPDX-License-Identifier: Apache-2.0

/**
 * The command {@code exo top}: what a running kernel exposes, on the terminal.
 *
 * <p>Guarantees: <ul>
 * <li><b>It only reads.</b> The segment of the kernel is opened and mapped for reading; the process
 * that runs the kernel is asked for nothing.
 * <li><b>Output for programs is stable.</b> The names in the JSON stay.
 * <li><b>Names of environments are not trusted.</b> What would move the cursor is not printed.
 * </ul>
 *
 * <p>It does not refresh the figures: the process that runs the kernel does, and the age is shown.
 *
 * <p>Reading order: {@link exo.cli.top.TopCommand}, {@code KernelFinder}, {@code Sample}, then
 * {@code TopText}, {@code TopJson} and {@code TopScreen}, which show one.
 *
 * {@snippet :
 * ./exo top --once --json
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.cli.console}, picocli, JLine. Threading:
 * the main thread; a shutdown hook restores the terminal.
 *
 * <p>Source: proc(5) for the links of open files.
 *
 * <p>Held by: {@code KernelFinderTest}, {@code TopOutputTest}, {@code TopCommandTest}; {@code
 * TopTest} for all of it beside a server.
 */
package exo.cli.top;
