// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a figure depends on besides the code: the machine, its system, its JVM, its load. */
public final class Machine {
    private static final Path PROC = Path.of("/proc");

    private Machine() {}

    /**
     * {@return facts about this machine at this moment, by name}
     *
     * @throws IOException if {@code /proc} cannot be read
     */
    public static Map<String, String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("cpu", cpu());
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("hypervisor", Files.readString(PROC.resolve("cpuinfo")).contains(" hypervisor")
                ? "yes"
                : "no");
        facts.put("memory", firstLine("meminfo").replaceAll("\\s+", " "));
        facts.put("kernel", firstLine("sys/kernel/osrelease"));
        facts.put("mitigations", mitigations());
        facts.put("jdk", System.getProperty("java.vm.name") + " "
                + System.getProperty("java.vm.version"));
        facts.put("jvm arguments",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        facts.put("load at the start", load());
        return facts;
    }

    /**
     * {@return the load averages and the number of runnable threads, as {@code /proc/loadavg} has
     * them}
     *
     * @throws IOException if it cannot be read
     */
    public static String load() throws IOException {
        return firstLine("loadavg");
    }

    /**
     * {@return the ticks that all cores together spent, and of these the ticks that the hypervisor
     * gave to others: user, nice, system, interrupts; idle time not included}
     *
     * @throws IOException if it cannot be read
     */
    public static long[] busyAndStolenTicks() throws IOException {
        String[] words = firstLine("stat").split("\\s+", -1);
        long busy = 0;
        for (int i : new int[]{1, 2, 3, 6, 7}) {
            busy += Long.parseLong(words[i]);
        }
        return new long[]{busy, Long.parseLong(words[8])};
    }

    /**
     * {@return the first line that a command writes, or {@code unknown} if it fails or is not
     * there}
     *
     * @param command the command and its arguments
     * @throws InterruptedException if the thread was interrupted
     */
    public static String firstLineOf(String... command) throws InterruptedException {
        try {
            return Commands.run(command).lines().findFirst().orElse("unknown");
        } catch (IOException notThere) {
            return "unknown";
        }
    }

    private static String cpu() throws IOException {
        return Files.readAllLines(PROC.resolve("cpuinfo"))
                .stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }

    private static String mitigations() throws IOException {
        String line = firstLine("cmdline");
        return line.contains("mitigations=off") ? "off" : "as the kernel chose";
    }

    private static String firstLine(String file) throws IOException {
        return Files.readAllLines(PROC.resolve(file)).getFirst();
    }
}
