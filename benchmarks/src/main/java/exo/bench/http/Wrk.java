// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the client wrk says at its end.
 *
 * @param requests answers received
 * @param seconds how long it took
 * @param errors answers that were no success, and connections that broke or timed out
 */
record Wrk(long requests, double seconds, long errors) {
    private static final Pattern DONE = Pattern.compile("(\\d+) requests in ([0-9.]+)(ms|s|m),");
    private static final Pattern SOCKET = Pattern.compile(
            "Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern STATUS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final int SOCKET_KINDS = 4;

    /** {@return the command that asks for a file over 64 connections, on the first core} */
    static List<String> command(String url, int millis) {
        // wrk knows whole seconds only.
        return List.of("taskset", "-c", "0", "wrk", "-t1", "-c64",
                "-d" + Math.max(1, (millis + 999) / 1000) + "s", url);
    }

    /** {@return answers for each second} */
    double perSecond() {
        return requests / seconds;
    }

    /**
     * {@return what the text says}
     *
     * @param text what wrk wrote
     * @throws IOException if it is of another form
     */
    static Wrk parse(String text) throws IOException {
        Matcher done = DONE.matcher(text);
        if (!done.find()) {
            throw new IOException("wrk said something else: " + text.strip());
        }
        double unit = switch (done.group(3)) {
            case "ms" -> 1e-3;
            case "m" -> 60;
            default -> 1;
        };
        long errors = 0;
        Matcher socket = SOCKET.matcher(text);
        if (socket.find()) {
            for (int i = 1; i <= SOCKET_KINDS; i++) {
                errors += Long.parseLong(socket.group(i));
            }
        }
        Matcher status = STATUS.matcher(text);
        if (status.find()) {
            errors += Long.parseLong(status.group(1));
        }
        return new Wrk(Long.parseLong(done.group(1)), Double.parseDouble(done.group(2)) * unit,
                errors);
    }
}
