// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import exo.bench.run.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces and a cable between them: a server's side and a client's side.
 *
 * <p>Checksum and segmentation offloads are off at both ends, so that what crosses the cable is
 * what a wire would carry, until {@link #offloads} switches them on. Nothing leaves the two
 * namespaces.
 *
 * <p><b>Lifetime.</b> {@link #close()} kills what runs inside and removes both; so does the end of
 * the JVM, if it comes before.
 */
final class Cable implements AutoCloseable {
    /** The device at the server's end. */
    static final String DEVICE = "bench0";
    private static final String CLIENT_DEVICE = "bench1";
    private static final String PREFIX = "/24";

    private final String server;
    private final String client;
    private final int net;
    private final Thread atExit = new Thread(this::removeAtExit, "removes network namespaces");

    private Cable(int net) {
        String stem = "exo-bench-" + ProcessHandle.current().pid() + "-" + net;
        this.server = stem + "s";
        this.client = stem + "c";
        this.net = net;
    }

    /**
     * Lays a cable.
     *
     * @param net the third number of its addresses, 10.77.net.x
     * @param hostServes whether the host's own stack has the server's address; if not, nobody has
     * @return the cable
     * @throws IOException if the host refuses; nothing is left then
     * @throws InterruptedException if the thread was interrupted
     */
    static Cable lay(int net, boolean hostServes) throws IOException, InterruptedException {
        Cable cable = new Cable(net);
        Runtime.getRuntime().addShutdownHook(cable.atExit);
        try {
            cable.build(hostServes);
        } catch (IOException | InterruptedException e) {
            cable.close();
            throw e;
        }
        return cable;
    }

    private void build(boolean hostServes) throws IOException, InterruptedException {
        for (String side : List.of(server, client)) {
            Commands.run("ip", "netns", "add", side);
            Commands.run(inside(side, List.of("sysctl", "-q", "-w",
                    "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")));
        }
        Commands.run("ip", "link", "add", DEVICE, "netns", server, "type", "veth", "peer", "name",
                CLIENT_DEVICE, "netns", client);
        if (hostServes) {
            Commands.run("ip", "-netns", server, "address", "add", address() + PREFIX, "dev",
                    DEVICE);
        }
        Commands.run("ip", "-netns", client, "address", "add", "10.77." + net + ".2" + PREFIX,
                "dev", CLIENT_DEVICE);
        Commands.run("ip", "-netns", server, "link", "set", DEVICE, "up");
        Commands.run("ip", "-netns", client, "link", "set", CLIENT_DEVICE, "up");
        offloads(false);
    }

    /**
     * Switches offloads at both ends.
     *
     * @param on whether they shall be on
     * @throws IOException if the host refuses
     * @throws InterruptedException if the thread was interrupted
     */
    void offloads(boolean on) throws IOException, InterruptedException {
        String word = on ? "on" : "off";
        List<String> settings = new ArrayList<>();
        for (String name : List.of("rx", "tx", "sg", "tso", "gso", "gro")) {
            settings.addAll(List.of(name, word));
        }
        List<String> command = new ArrayList<>(List.of("ethtool", "--offload", DEVICE));
        command.addAll(settings);
        Commands.run(onServer(command));
        command.set(2, CLIENT_DEVICE);
        Commands.run(onClient(command));
    }

    /** {@return the address of the server} */
    String address() {
        return "10.77." + net + ".1";
    }

    /** {@return the address of the server with the length of its prefix} */
    String addressWithPrefix() {
        return address() + PREFIX;
    }

    /** {@return the command line that runs a command at the server's side} */
    List<String> onServer(List<String> command) {
        return inside(server, command);
    }

    /** {@return the command line that runs a command at the client's side} */
    List<String> onClient(List<String> command) {
        return inside(client, command);
    }

    private static List<String> inside(String side, List<String> command) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", side));
        line.addAll(command);
        return line;
    }

    private void removeAtExit() {
        try {
            remove();
        } catch (IOException | InterruptedException e) {
            System.err.println("bench: " + server + " and " + client + " may be left: " + e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return; // the hook does it
        }
        try {
            remove();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted; " + server + " and " + client + " may be left", e);
        }
    }

    private void remove() throws IOException, InterruptedException {
        String all = Commands.run("ip", "netns", "list");
        for (String side : List.of(server, client)) {
            if (all.lines().anyMatch(line -> line.split(" ", 2)[0].equals(side))) {
                for (String pid : Commands.run("ip", "netns", "pids", side).lines().toList()) {
                    ProcessHandle.of(Long.parseLong(pid.strip()))
                            .ifPresent(ProcessHandle::destroyForcibly);
                }
                Commands.run("ip", "netns", "delete", side);
            }
        }
    }
}
