// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many mappings the process may have before the host refuses it memory, which the JVM does not
 * survive. What asks here leaves a part to the JVM, its threads and its heap.
 *
 * <p>The host says how many there are, but slowly: tens of milliseconds for many. So additions are
 * counted as if no two mappings ever became one, and the host is asked when that is too many.
 *
 * <p><b>Thread-safety.</b> Any thread. Nothing is locked inside.
 *
 * @see "proc(5), vm.max_map_count"
 */
public final class MappingBudget {
    private static final String LIMIT = "vm.max_map_count";
    private static final long USUAL_LIMIT = 65_530; // where the host does not tell
    private static final long LEAST_REST = 8192;
    /** The host is not asked again for less room, nor sooner. */
    private static final long LEAST_ROOM = 512;
    private static final long PAUSE_NANOS = 100_000_000;

    private final long most;
    private long counted; // never too low; guarded by this
    private long refusedNanos; // guarded by this
    private boolean refused; // guarded by this

    /** Makes the budget of the process. */
    public MappingBudget() {
        this(limit());
    }

    /**
     * For tests: a budget of a host with another limit.
     *
     * @param limit how many mappings the host permits
     */
    MappingBudget(long limit) {
        this.most = Math.max(limit / 2, limit - Math.max(LEAST_REST, limit / 8));
        this.counted = most; // the host is asked at once
    }

    private static long limit() {
        String setting = Facilities.setting(LIMIT);
        return setting.isEmpty() ? USUAL_LIMIT : Long.parseLong(setting);
    }

    /** {@return how many mappings there may be} */
    public long most() {
        return most;
    }

    /**
     * Makes room for mappings. Cost: nanoseconds, but for the times when the host is asked.
     *
     * @param count how many there will be more at most
     * @throws HostException as the host says it that has no more; no effect
     */
    public synchronized void add(int count) {
        if (counted + count > most) {
            ask();
        }
        if (counted + count > most) {
            throw new HostException("mmap(" + count + " more mappings)", Errno.ENOMEM.number(),
                    "map longer runs of pages, or raise " + LIMIT + " above "
                            + (most + LEAST_REST));
        }
        counted += count;
    }

    /**
     * Counts mappings that cannot be refused, since something is taken away.
     *
     * @param count how many there will be more at most
     */
    public synchronized void addAnyway(int count) {
        counted += count;
    }

    private void ask() {
        long now = System.nanoTime();
        if (refused && now - refusedNanos < PAUSE_NANOS) {
            return;
        }
        counted = mappings();
        refused = counted + LEAST_ROOM > most;
        refusedNanos = now;
    }

    private static long mappings() {
        byte[] part = new byte[1 << 16];
        long lines = 0;
        try (InputStream maps = Files.newInputStream(Path.of("/proc/self/maps"))) {
            for (int bytes = maps.read(part); bytes >= 0; bytes = maps.read(part)) {
                for (int i = 0; i < bytes; i++) {
                    lines += part[i] == '\n' ? 1 : 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/maps: mount /proc", e);
        }
        return lines;
    }
}
