// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import exo.bench.run.Commands;
import exo.bench.run.Machine;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Requests for static files: {@code ./exo serve} against nginx and jwebserver, asked by wrk over a
 * cable between two network namespaces.
 *
 * <p>Each server runs on the second core, wrk on the first. All servers live during the whole study
 * and take turns at each file of each round, the others being stopped; one round before the first
 * is not counted.
 *
 * <p><b>Processor time.</b> The server's own is that of its processes. What the host does for it in
 * interrupts, foremost the receiving half of the cable, is charged to nobody or to whoever was
 * running; so the time that the whole machine was busy, wrk included, is given beside it.
 */
public final class HttpStudy implements Study {
    private static final String EXO = "exo serve";
    private static final String EXO_OFFLOADS = "exo serve --offloads";
    private static final String NGINX = "nginx";
    private static final String NGINX_OFFLOADS = "nginx, with offloads";
    private static final String JWEBSERVER = "jwebserver";
    private static final Map<String, Integer> FILES = new LinkedHashMap<>();
    private static final int PORT = 8080;
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final int RETRY_MILLIS = 100;
    private static final double TICK_MICROS = 10_000;
    private static final int IDLE_MILLIS = 1000;
    /** A hundredth of a millisecond. */
    private static final double MICROS_PER_PERCENT = 10;
    private static final List<String> UNITS = List.of("requests/s", "server CPU us/request",
            "machine CPU us/request");

    static {
        FILES.put("1k.bin", 1 << 10);
        FILES.put("16k.bin", 16 << 10);
        FILES.put("1m.bin", 1 << 20);
    }

    /** Makes the study. */
    public HttpStudy() {}

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        for (String tool : List.of("ip", "ethtool", "wrk", "taskset", "curl")) {
            if (Commands.find(tool).isEmpty()) {
                run.skip("http: no " + tool);
                return;
            }
        }
        if (!System.getProperty("user.name").equals("root")) {
            run.skip("http: only root may make network namespaces");
            return;
        }
        Path files = makeFiles(run.scratch().resolve("files"));
        try (Cable host = Cable.lay(1, true);
                Cable raw = Cable.lay(2, false);
                Cable uncut = Cable.lay(3, false)) {
            List<Server> servers = new ArrayList<>();
            try {
                uncut.offloads(true);
                startExo(run, EXO, raw, files, servers);
                startExo(run, EXO_OFFLOADS, uncut, files, servers);
                startOthers(run, host, files, servers);
                rounds(run, servers);
            } finally {
                for (Server server : servers) {
                    server.close();
                }
            }
        }
    }

    private static Path makeFiles(Path folder) throws IOException {
        Files.createDirectories(folder);
        Random random = new Random(2);
        for (Map.Entry<String, Integer> file : FILES.entrySet()) {
            byte[] content = new byte[file.getValue()];
            random.nextBytes(content);
            Files.write(folder.resolve(file.getKey()), content);
        }
        return folder;
    }

    /** Starts each server that can be started, and keeps those that serve the right bytes. */
    private static void startOthers(Run run, Cable host, Path files, List<Server> servers)
            throws IOException, InterruptedException {
        if (Commands.find("nginx").isPresent()) {
            keep(run, Server.start(NGINX, host, PORT, Nginx.command(
                    run.scratch().resolve("nginx"), files, host.address() + ":" + PORT),
                    run.scratch().resolve("nginx.log")), files, servers);
        } else {
            run.skip("the baseline nginx: not installed");
        }
        Path jwebserver = Path.of(System.getProperty("java.home"), "bin", "jwebserver");
        keep(run, Server.start(JWEBSERVER, host, PORT + 1, List.of("taskset", "-c", "1",
                jwebserver.toString(), "-b", host.address(), "-p", Integer.toString(PORT + 1),
                "-d", files.toString(), "-o", "none"),
                run.scratch().resolve("jwebserver.log")), files, servers);
    }

    private static void startExo(Run run, String name, Cable raw, Path files,
            List<Server> servers) throws IOException, InterruptedException {
        String exo = run.root().resolve("exo").toString();
        try {
            // Builds what is out of date, out here where Maven may have a network.
            Commands.run(exo, "--help");
        } catch (IOException e) {
            run.skip(name + ": " + e.getMessage());
            return;
        }
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "1", exo, "serve",
                files.toString(), "--net", "packet:" + Cable.DEVICE, "--address",
                raw.addressWithPrefix(), "--port", Integer.toString(PORT)));
        if (name.equals(EXO_OFFLOADS)) {
            command.add("--offloads");
        }
        keep(run, Server.start(name, raw, PORT, command,
                run.scratch().resolve(name.replace(' ', '-') + ".log")), files, servers);
    }

    private static void keep(Run run, Server server, Path files, List<Server> servers)
            throws IOException, InterruptedException {
        servers.add(server);
        String problem = check(server, files, run.scratch().resolve("answer"));
        if (!problem.isEmpty()) {
            servers.remove(server);
            server.close();
            run.skip(server.name() + ": " + problem);
        } else {
            double before = server.cpuMicros();
            Thread.sleep(IDLE_MILLIS);
            run.results()
                    .add(new Series("http", "idle", server.name(), "core %"), 1,
                            (server.cpuMicros() - before) / IDLE_MILLIS / MICROS_PER_PERCENT);
            server.pause();
        }
    }

    /** {@return why the server is of no use; empty if it serves each file as it is} */
    private static String check(Server server, Path files, Path answer)
            throws IOException, InterruptedException {
        for (String file : FILES.keySet()) {
            long deadline = System.nanoTime() + READY_NANOS;
            String problem = fetch(server, file, answer);
            while (!problem.isEmpty() && System.nanoTime() - deadline < 0 && server.isAlive()) {
                Thread.sleep(RETRY_MILLIS);
                problem = fetch(server, file, answer);
            }
            if (!problem.isEmpty()) {
                return (server.isAlive() ? "no answer" : "it ended") + "; " + server.firstWords();
            }
            if (Files.mismatch(answer, files.resolve(file)) >= 0) {
                return "it serves other bytes than " + file + " has";
            }
        }
        return "";
    }

    private static String fetch(Server server, String file, Path answer)
            throws InterruptedException {
        try {
            Commands.run(server.cable()
                    .onClient(List.of("curl", "--silent", "--show-error",
                            "--fail", "--max-time", "5", "--output", answer.toString(),
                            server.url(file))));
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void rounds(Run run, List<Server> servers) throws IOException, InterruptedException {
        for (int round = 0; round <= run.settings().rounds(); round++) {
            run.say(round == 0 ? "http, warming up" : "http, round " + round);
            for (String file : FILES.keySet()) {
                List<Server> turns = new ArrayList<>(servers);
                Collections.rotate(turns, round);
                for (Server server : turns) {
                    server.resume();
                    turn(run, server, file, round);
                    server.pause();
                }
            }
        }
        for (String file : FILES.keySet()) {
            for (String unit : UNITS) {
                Series ours = new Series(name(), "GET " + file + ", 64 connections", EXO, unit);
                for (String other : List.of(JWEBSERVER, NGINX)) {
                    run.results().compare(ours, other, 0);
                }
                Series uncut = new Series(name(), "GET " + file + ", 64 connections",
                        EXO_OFFLOADS, unit);
                run.results().compare(uncut, NGINX_OFFLOADS, 0);
            }
        }
    }

    private void turn(Run run, Server server, String file, int round)
            throws IOException, InterruptedException {
        ask(run, server, server.name(), file, round);
        if (server.name().equals(NGINX)) {
            server.cable().offloads(true);
            ask(run, server, NGINX_OFFLOADS, file, round);
            server.cable().offloads(false);
        }
    }

    private void ask(Run run, Server server, String contender, String file, int round)
            throws IOException, InterruptedException {
        long busy = Machine.busyAndStolenTicks()[0];
        double cpu = server.cpuMicros();
        Wrk wrk;
        try {
            wrk = Wrk.parse(Commands.run(server.cable()
                    .onClient(Wrk.command(server.url(file), run.settings().millis()))));
        } catch (IOException e) {
            run.results()
                    .note(contender + " failed in round " + round + " at " + file + ": "
                            + e.getMessage() + "; " + server.firstWords());
            return;
        }
        double cpuAfter = server.cpuMicros();
        long busyAfter = Machine.busyAndStolenTicks()[0];
        if (wrk.errors() > 0) {
            run.results()
                    .note(contender + " answered " + wrk.errors() + " requests for " + file
                            + " wrongly or not at all in round " + round);
        }
        if (round == 0 || wrk.requests() == 0) {
            return;
        }
        double[] values = {wrk.perSecond(), (cpuAfter - cpu) / wrk.requests(),
                (busyAfter - busy) * TICK_MICROS / wrk.requests()};
        for (int i = 0; i < values.length; i++) {
            run.results()
                    .add(new Series(name(), "GET " + file + ", 64 connections", contender,
                            UNITS.get(i)), round, values[i]);
        }
    }
}
