// SPDX-License-Identifier: Apache-2.0

/**
 * Where commands write.
 *
 * <p>Guarantees: <ul>
 * <li><b>Answers and messages apart.</b> Answers go to standard output, messages to standard error.
 * <li><b>Whole lines</b>, whichever threads write.
 * </ul>
 *
 * <p>It does not decide what is said.
 *
 * <p>Reading order: {@link exo.cli.console.Console}.
 *
 * {@snippet lang="java" :
 * console.print("ACCEPT");
 * console.say("there is no file a.o");
 * }
 *
 * <p>Imports allowed: the JDK. Threading: any thread.
 *
 * <p>Source: none.
 *
 * <p>Held by: the tests of the commands.
 */
package exo.cli.console;
