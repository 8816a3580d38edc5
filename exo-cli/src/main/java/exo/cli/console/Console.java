// SPDX-License-Identifier: Apache-2.0
package exo.cli.console;

import java.io.PrintWriter;

/**
 * Where the command line writes: answers to standard output, messages to standard error.
 *
 * <p><b>Thread-safety.</b> Any thread; a line is written whole.
 */
public final class Console {
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * Makes the console.
     *
     * @param out takes answers
     * @param err takes messages
     */
    public Console(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Prints a line of the answer. */
    public synchronized void print(String line) {
        out.println(line);
        out.flush();
    }

    /** Prints a message. */
    public synchronized void say(String message) {
        err.println("exo: " + message);
        err.flush();
    }
}
