// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads how much processor time was spent, in nanoseconds. */
final class ProcessorTime {
    private static final OperatingSystemMXBean SYSTEM = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** The unit of {@code /proc/PID/stat} on every architecture of Linux that Java runs on. */
    private static final long TICK_NANOS = 10_000_000;
    private static final int CHILD_USER = 13; // counted behind the name of the command
    private static final int CHILD_SYSTEM = 14;

    private ProcessorTime() {}

    /** {@return what the calling thread spent} */
    static long ofThread() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** {@return what this process spent, with the host's workers for its rings} */
    static long ofProcess() {
        return SYSTEM.getProcessCpuTime();
    }

    /** {@return what the children that have ended spent, in steps of 10 milliseconds} */
    static long ofChildren() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(words[CHILD_USER]) + Long.parseLong(words[CHILD_SYSTEM]))
                * TICK_NANOS;
    }
}
