// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import exo.bench.run.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A web server that runs at one end of a cable, on one core. */
final class Server implements AutoCloseable {
    /** The unit of {@code /proc/PID/stat}. */
    private static final double TICK_MICROS = 10_000;
    private static final int USER = 11; // counted behind the name of the command
    private static final int SYSTEM = 12;
    private static final long END_SECONDS = 5;
    private static final int DIAGNOSIS_LINES = 3;

    private final String name;
    private final Cable cable;
    private final int port;
    private final Path log;
    private final Process process;

    private Server(String name, Cable cable, int port, Path log, Process process) {
        this.name = name;
        this.cable = cable;
        this.port = port;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts a server.
     *
     * @param name its name in the results
     * @param cable where it serves
     * @param port the port it serves on
     * @param command what starts it
     * @param log a file for what it says
     * @return the server, not yet ready
     * @throws IOException if it cannot be started
     */
    static Server start(String name, Cable cable, int port, List<String> command, Path log)
            throws IOException {
        Process process = new ProcessBuilder(cable.onServer(command))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        process.getOutputStream().close();
        return new Server(name, cable, port, log, process);
    }

    /** {@return its name in the results} */
    String name() {
        return name;
    }

    /** {@return where it serves} */
    Cable cable() {
        return cable;
    }

    /** {@return the address of a file that it serves} */
    String url(String file) {
        return "http://" + cable.address() + ":" + port + "/" + file;
    }

    /** {@return whether it still runs} */
    boolean isAlive() {
        return process.isAlive();
    }

    /** {@return the first lines it said, for diagnosis} */
    String firstWords() throws IOException {
        List<String> lines = Files.readAllLines(log)
                .stream()
                .filter(line -> !line.startsWith("WARNING"))
                .limit(DIAGNOSIS_LINES)
                .toList();
        return lines.isEmpty() ? "it said nothing" : "it said " + String.join(" | ", lines);
    }

    /** Stops it where it is, so that it takes no time from another. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String which) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("kill", which, Long.toString(process.pid())));
        try (Stream<ProcessHandle> children = process.descendants()) {
            children.forEach(child -> command.add(Long.toString(child.pid())));
        }
        if (isAlive()) {
            Commands.run(command);
        }
    }

    /** {@return the processor time that it and its children have spent, in microseconds} */
    double cpuMicros() throws IOException {
        double sum = 0;
        try (Stream<ProcessHandle> children = process.descendants()) {
            for (ProcessHandle child : children.toList()) {
                sum += cpuMicros(child.pid());
            }
        }
        return sum + cpuMicros(process.pid());
    }

    private static double cpuMicros(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(words[USER]) + Long.parseLong(words[SYSTEM])) * TICK_MICROS;
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }

    /** Asks it to end, and kills it if it does not within some seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
