// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.net.NetConfig;
import exo.cli.console.Console;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code exo doctor}: boots a small kernel, and says for each facility whether this host and user
 * have it, why not, and what would mend it.
 *
 * <p>Nothing is judged from version numbers: what is reported as there was used a moment ago.
 */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Says what this host allows, and the remedy for what it does not.")
final class DoctorCommand implements Callable<Integer> {
    /** As many frames as {@code exo serve} takes by default, since a limit may lie below. */
    private static final int FRAMES = 16_384;
    private static final int ETHERNET_ADDRESS_BYTES = 6;
    private static final long DISK_BYTES = 1L << 24;

    @Spec
    private CommandSpec spec;

    @Option(names = "--disk", paramLabel = "PATH",
            description = "Also look at this image file or block device; it is only read.")
    private Path disk;

    @Override
    public Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        console.print(String.format("java: %s (%s)", System.getProperty("java.vm.version"),
                System.getProperty("java.vm.name")));
        console.print(String.format("host: %s %s, %d cores", System.getProperty("os.name"),
                System.getProperty("os.version"), Runtime.getRuntime().availableProcessors()));
        HostConfig base = HostConfig.minimal()
                .memory(MemoryConfig.frames(FRAMES))
                .disk(DiskConfig.temporary("disk", DISK_BYTES))
                .net(NetConfig.wire("wire"));
        boolean works = probe(console, base);
        probePacket(console);
        // A name of this process alone: another one may run at the same time.
        probeExtra(console, "net.tap", HostConfig.minimal()
                .net(NetConfig.tap("tap", "exo" + ProcessHandle.current().pid())));
        if (disk != null) {
            works &= probeExtra(console, "disk " + disk, HostConfig.minimal()
                    .disk(DiskConfig.at("given", disk).format(DiskConfig.Format.NEVER)));
        }
        console.print(works
                ? "exo serve works here."
                : "exo serve does not work here; see the lines that say no.");
        return works ? 0 : 1;
    }

    private static boolean probe(Console console, HostConfig config) {
        try (Exokernel kernel = Exokernel.boot(config)) {
            for (Facility limit : kernel.limits()) {
                console.print(limit.toString());
            }
            kernel.facilities().forEach(f -> print(console, f));
            return true;
        } catch (ExoException e) {
            print(console, absent("kernel", e));
            return false;
        }
    }

    /** Opens an interface for a moment, without sending anything. */
    private static void probePacket(Console console) {
        Optional<String> ethernet = ethernetInterface();
        if (ethernet.isPresent()) {
            probeExtra(console, "net.packet",
                    HostConfig.minimal().net(NetConfig.packet("packet", ethernet.get())));
        } else {
            print(console, Facility.absent("net.packet", "no interface that is up carries Ethernet",
                    "make one: ip link add NAME type veth, and switch it on"));
        }
    }

    private static Optional<String> ethernetInterface() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(DoctorCommand::isEthernet)
                    .map(NetworkInterface::getName)
                    .findFirst();
        } catch (SocketException e) {
            // The JDK says so where the host has no interface at all.
            return Optional.empty();
        }
    }

    private static boolean isEthernet(NetworkInterface candidate) {
        try {
            byte[] address = candidate.getHardwareAddress();
            return candidate.isUp() && !candidate.isLoopback() && address != null
                    && address.length == ETHERNET_ADDRESS_BYTES;
        } catch (SocketException e) {
            // It vanished while it was looked at.
            return false;
        }
    }

    /** Boots a kernel with one more device, and prints only what is said of that. */
    private static boolean probeExtra(Console console, String name, HostConfig config) {
        try (Exokernel kernel = Exokernel.boot(config)) {
            List<Facility> all = kernel.facilities();
            all.stream()
                    .filter(f -> f.name().startsWith("net.") || f.name().startsWith("disk."))
                    .map(f -> new Facility(name, f.state(), f.backing(), f.cause(), f.remedy()))
                    .forEach(f -> print(console, f));
            return true;
        } catch (ExoException e) {
            print(console, absent(name, e));
            return false;
        }
    }

    private static Facility absent(String name, ExoException e) {
        String cause = e.getMessage();
        String suffix = "; " + e.remedy(); // the message ends with it
        return Facility.absent(name, cause.endsWith(suffix)
                ? cause.substring(0, cause.length() - suffix.length())
                : cause, e.remedy());
    }

    private static void print(Console console, Facility facility) {
        String answer = switch (facility.state()) {
            case FULL -> "yes";
            case FALLBACK -> "part";
            case ABSENT -> "no";
        };
        console.print(String.format("%-4s %-18s %s", answer, facility.name(), facility.backing()));
        if (!facility.cause().isEmpty()) {
            console.print("     cause:  " + facility.cause());
        }
        if (!facility.remedy().isEmpty()) {
            console.print("     remedy: " + facility.remedy());
        }
    }
}
