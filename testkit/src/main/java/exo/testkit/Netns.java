// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A network namespace of its own: the loopback device is up, nothing else is there.
 *
 * <p>IPv6 is switched off in it, so that the host's stack sends nothing that a test did not ask
 * for. Needs {@link HostFacility#NETNS}. <b>Lifetime.</b> {@link #close()} kills what runs inside
 * and removes it with its links. <b>Thread-safety.</b> Any thread.
 */
public final class Netns implements AutoCloseable {

    private static final Path FOLDER = Path.of("/run/netns");
    private static final String WITHOUT_IPV6 = "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; "
            + "echo 1 >all/disable_ipv6 && echo 1 >default/disable_ipv6";
    private static final int FULL_PERMILLE = 1000;
    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private final String name;

    private Netns(String name) {
        this.name = name;
    }

    /**
     * {@return a new namespace}
     *
     * @throws CommandFailedException if the host refuses
     */
    public static Netns create() {
        if (SWEPT.compareAndSet(false, true)) {
            removeStale();
        }
        Netns netns = new Netns(Leftovers.nextName());
        Command.run("ip", "netns", "add", netns.name);
        Leftovers.opened(netns);
        try {
            netns.exec("sh", "-c", WITHOUT_IPV6);
            netns.up("lo");
        } catch (CommandFailedException e) {
            netns.close();
            throw e;
        }
        return netns;
    }

    /** Removes the namespaces of processes that are no more. */
    static void removeStale() {
        for (String name : names()) {
            if (Leftovers.isStale(name)) {
                remove(name);
            }
        }
    }

    private static List<String> names() {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(FOLDER)) {
            return entries.map(p -> p.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(String name) {
        for (String pid : Command.run("ip", "netns", "pids", name).lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        Command.run("ip", "netns", "delete", name);
    }

    /** {@return its name, as {@code ip netns} knows it} */
    public String name() {
        return name;
    }

    /** {@return the file that setns takes} */
    public Path path() {
        return FOLDER.resolve(name);
    }

    /**
     * Joins two namespaces by a cable: a veth pair, one end in each, both up. A namespace may be
     * joined to itself.
     *
     * @param left one namespace
     * @param leftDevice the name of the end there, at most 15 characters
     * @param right the other namespace
     * @param rightDevice the name of the end there
     */
    public static void link(Netns left, String leftDevice, Netns right, String rightDevice) {
        Command.run("ip", "link", "add", leftDevice, "netns", left.name, "type", "veth",
                "peer", "name", rightDevice, "netns", right.name);
        left.up(leftDevice);
        right.up(rightDevice);
    }

    /** Adds an IPv4 address with its prefix length, {@code 10.9.0.1/24}, to a device. */
    public void address(String device, String addressWithPrefix) {
        Command.run("ip", "-netns", name, "address", "add", addressWithPrefix, "dev", device);
    }

    /** Switches a device on. */
    public void up(String device) {
        Command.run("ip", "-netns", name, "link", "set", device, "up");
    }

    /** Switches a device off. */
    public void down(String device) {
        Command.run("ip", "-netns", name, "link", "set", device, "down");
    }

    /** {@return the hardware address of a device, {@code 02:00:00:00:00:01}} */
    public String hardwareAddress(String device) {
        return exec("cat", "/sys/class/net/" + device + "/address").strip();
    }

    /**
     * Switches the checksum and segmentation offloads of a device off, so that what a raw socket at
     * the other end sees is what a wire would carry. Needs the tool {@code ethtool}.
     */
    public void withoutOffloads(String device) {
        exec("ethtool", "--offload", device, "rx", "off", "tx", "off", "sg", "off", "tso", "off",
                "gso", "off", "gro", "off");
    }

    /**
     * Makes a device lose frames at random, in both directions, replacing what was set before. What
     * a raw socket in this namespace receives is not affected: it sees frames before they are lost.
     * Needs {@link HostFacility#LOSS}.
     *
     * @param device the device
     * @param permille how many frames of 1,000 are lost, 0 to 1,000
     */
    public void lose(String device, int permille) {
        if (permille < 0 || permille > FULL_PERMILLE) {
            throw new IllegalArgumentException("permille must be 0 to 1000, but was " + permille);
        }
        String table = "netdev exo_" + device.replaceAll("\\W", "_");
        exec("nft", "add table " + table + "; delete table " + table);
        if (permille > 0) {
            String drop = permille == FULL_PERMILLE
                    ? "drop"
                    : "numgen random mod 1000 < " + permille + " drop";
            String chain = "{ type filter hook %s device \"" + device + "\" priority 0; " + drop
                    + "; }";
            exec("nft", "table " + table + " { chain in " + chain.formatted("ingress")
                    + "; chain out " + chain.formatted("egress") + "; }");
        }
    }

    /**
     * Makes a device slow in what it sends, with a queue of 100 MB, replacing what was set before.
     * Needs {@link HostFacility#SLOWNESS}.
     *
     * @param device the device
     * @param bitsPerSecond how much it sends
     */
    public void slow(String device, int bitsPerSecond) {
        Command.run("tc", "-netns", name, "qdisc", "replace", "dev", device, "root", "tbf", "rate",
                bitsPerSecond + "bit", "burst", "1600", "limit", "100mb");
    }

    /** Makes a device as fast as it can be again, and throws away what it has not sent. */
    public void fast(String device) {
        Command.run("tc", "-netns", name, "qdisc", "delete", "dev", device, "root");
    }

    /**
     * Makes a device late or lossy, replacing what was set before: {@code netem("eth0", "delay",
     * "5ms", "loss", "1%")}. Needs {@link HostFacility#NETEM}.
     */
    public void netem(String device, String... settings) {
        List<String> command = new ArrayList<>(
                List.of("tc", "-netns", name, "qdisc", "replace", "dev",
                        device, "root", "netem"));
        command.addAll(List.of(settings));
        Command.run(command);
    }

    /**
     * {@return what a command wrote that was run inside, to its end}
     *
     * @throws CommandFailedException if its exit code is not 0
     */
    public String exec(String... command) {
        return Command.run(command(List.of(command)));
    }

    /** {@return the command line that runs a command inside} */
    public List<String> command(List<String> command) {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
        inside.addAll(command);
        return inside;
    }

    /** {@return a command started inside} */
    public Subprocess start(String... command) {
        return Subprocess.builder(command(List.of(command))).start();
    }

    /** Kills what runs inside, and removes it. Does nothing the second time. */
    @Override
    public void close() {
        if (Leftovers.closing(this)) {
            remove(name);
        }
    }

    @Override
    public String toString() {
        return "network namespace " + name;
    }
}
