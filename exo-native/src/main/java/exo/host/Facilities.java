// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What this host offers to this process. Any thread; cold. */
public final class Facilities {
    /** The capability to use raw and packet sockets. */
    public static final int CAP_NET_RAW = 13;
    /** The capability to make and configure interfaces. */
    public static final int CAP_NET_ADMIN = 12;
    /** The capability to lock any amount of memory. */
    public static final int CAP_IPC_LOCK = 14;
    /** The capability to raise priorities and use real-time classes. */
    public static final int CAP_SYS_NICE = 23;
    /** The capability that reading host frame numbers needs. */
    public static final int CAP_SYS_ADMIN = 21;

    private static final int AT_PAGESZ = 6;
    private static final String MOUNT_PROC = "mount /proc";
    private static final int PAGE_BYTES = askPageBytes();

    private Facilities() {}

    /** {@return the size of a page of this host in bytes} */
    public static int pageBytes() {
        return PAGE_BYTES;
    }

    private static int askPageBytes() {
        try {
            // The auxiliary vector, getauxval(3): pairs of a key and a value, one word each.
            ByteBuffer words = ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
                    .order(ByteOrder.nativeOrder());
            while (words.remaining() >= 2 * Long.BYTES) {
                long key = words.getLong();
                long value = words.getLong();
                if (key == AT_PAGESZ) {
                    return Math.toIntExact(value);
                }
            }
            throw new HostException("getauxval(AT_PAGESZ)", Errno.ENODATA.number(), MOUNT_PROC);
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/auxv: " + MOUNT_PROC, e);
        }
    }

    /** {@return the cores that the process may use, as it was started, in ascending order} */
    public static List<Integer> permittedCores() {
        return HostThread.permitted();
    }

    /** {@return whether the tables of this module are for this operating system and machine} */
    public static boolean isSupportedHost() {
        return Machine.IS_SUPPORTED;
    }

    /** {@return the operating system, its release and the machine, for people} */
    public static String host() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch");
    }

    /**
     * {@return whether the process has a capability of the host}
     *
     * @param capability its number, {@link #CAP_NET_RAW} and so on
     */
    public static boolean hasCapability(int capability) {
        for (String line : lines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapEff:")) {
                long set = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
                return (set >>> capability & 1) != 0;
            }
        }
        return false;
    }

    /**
     * {@return a limit of this process as the host writes it: a number with its unit, or
     * {@code unlimited}; empty if there is no such limit}
     *
     * @param name as in {@code /proc/self/limits}, for example {@code Max locked memory}
     */
    public static String limit(String name) {
        for (String line : lines(Path.of("/proc/self/limits"))) {
            if (line.startsWith(name + " ")) {
                String[] parts = line.substring(name.length()).strip().split("\\s+", -1);
                return parts[0] + (parts.length > 2 ? " " + parts[2] : "");
            }
        }
        return "";
    }

    /**
     * {@return the value of a setting of the host, or empty if it has none of that name or does not
     * tell}
     *
     * @param name for example {@code kernel.io_uring_disabled}
     */
    public static String setting(String name) {
        List<String> lines = lines(Path.of("/proc/sys", name.replace('.', '/')));
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /**
     * {@return what would let this process use a facility that needs a capability}
     *
     * @param capability the name of the capability without its prefix
     */
    public static String grantRemedy(String capability) {
        return "run as root, or grant CAP_" + capability.toUpperCase(Locale.ROOT)
                + " to the java executable (setcap)";
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException hostDoesNotTell) {
            return List.of();
        }
    }
}
