// SPDX-License-Identifier: Apache-2.0

/**
 * The command {@code exo code}: programs for the kernel, verified, run and translated.
 *
 * <p>Guarantees: <ul>
 * <li><b>Whatever the input</b>, it ends with an answer on standard output or a message on standard
 * error, and an exit code that tells which.
 * <li><b>No privilege.</b> No kernel is booted, and nothing but the named files is read.
 * </ul>
 *
 * <p>It does not decide what a program may do: the engine does, behind {@link
 * exo.api.code.CodeEngine}.
 *
 * <p>Reading order: {@link exo.cli.code.CodeCommand}, then {@code CodeInput} and any command.
 *
 * {@snippet :
 * ./exo code verify firewall.o
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.elf}, {@code exo.cli}, picocli.
 * Threading: one command at a time.
 *
 * <p>Source: pcap(5) for captures, and what tcpdump prints.
 *
 * <p>Held by: {@code CodeRunTest}, {@code CodeFilesTest}; {@code CodeLauncherTest} as a user starts
 * it.
 */
package exo.cli.code;
