// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What this host offers to this process. Any thread; cold. */
public final class Facilities {

    private static final int AT_PAGESZ = 6;
    private static final long BYTES_PER_KIB = 1024;
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

    /**
     * {@return how much memory the host could give without paging out, in bytes; {@link
     * Long#MAX_VALUE} if it does not tell}
     */
    public static long availableBytes() {
        for (String line : lines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KIB;
            }
        }
        return Long.MAX_VALUE;
    }

    /** {@return how many NUMA nodes the host has; 1 if it does not tell} */
    public static int nodes() {
        String[] names = Path.of("/sys/devices/system/node").toFile().list();
        return names == null
                ? 1
                : (int) Math.max(1, Arrays.stream(names)
                        .filter(name -> name.matches("node\\d+"))
                        .count());
    }

    /** {@return the cores that the process may use, as it was started, in ascending order} */
    public static List<Integer> permittedCores() {
        return HostThread.permitted();
    }

    /**
     * {@return the value of a setting of the host, or empty if it has none of that name or does not
     * tell}
     *
     * @param name for example {@code kernel.io_uring_disabled}
     */
    static String setting(String name) {
        List<String> lines = lines(Path.of("/proc/sys", name.replace('.', '/')));
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException hostDoesNotTell) {
            return List.of();
        }
    }
}
