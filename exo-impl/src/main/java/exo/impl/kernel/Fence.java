// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Facility;
import java.io.IOException;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Says whether the fence around libOS code is up: whether the JVM was started so that code outside
 * this kernel can neither call the host nor reach memory by address.
 *
 * <p>The fence is made of module boundaries and of the JVM's own refusal of native access; both
 * need the flags that the README states, and that no module is there which opens all others.
 * Without them the kernel works, for libOS code that is trusted.
 *
 * <p><b>How it is found out.</b> Which modules have native access, the JVM tells for each module.
 * Whether it refuses the others, or warns them and obeys, it does not tell; the flags are looked up
 * where they can be given: the command line, the argument files it names, and the environment.
 */
final class Fence {
    /** The modules that may call the host: the kernel's own host layer, and what is below it. */
    private static final Set<String> TRUSTED = Set.of("exo.host", "org.jnrproject.jffi");
    /**
     * Its {@code ReflectionFactory} calls any constructor of any class for whoever asks, private
     * ones of the JDK with it: by that way every field of the kernel can be read and written, and
     * memory reached by address.
     */
    private static final String OPENER = "jdk.unsupported";
    private static final List<String> FLAGS = List.of("--illegal-native-access",
            "--sun-misc-unsafe-memory-access");
    private static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS",
            "_JAVA_OPTIONS");
    private static final String DENY = "deny";
    private static final String REMEDY = "start java with -p (module path) and -m"
            + " (main module), no module requiring jdk.unsupported,"
            + " --enable-native-access=exo.host,org.jnrproject.jffi"
            + " --illegal-native-access=deny --sun-misc-unsafe-memory-access=deny";

    private Fence() {}

    static Facility probe() {
        if (!Fence.class.getModule().isNamed()) {
            return Facility.fallback("fence", "the Java language alone",
                    "the kernel lies on the class path, where every class may open it", REMEDY);
        }
        return judge(strangers(), missing(options()));
    }

    private static List<String> missing(List<String> options) {
        List<String> causes = missingFlags(options);
        if (ModuleLayer.boot().findModule(OPENER).isPresent()) {
            causes.add("module " + OPENER + " is resolved, through which any module opens every"
                    + " other");
        }
        return causes;
    }

    /** {@return what to report, for modules that have native access and causes besides} */
    static Facility judge(Set<String> strangers, List<String> missing) {
        List<String> causes = new ArrayList<>(missing);
        if (!strangers.isEmpty()) {
            causes.add("native access is enabled for " + String.join(", ", strangers));
        }
        return causes.isEmpty()
                ? Facility.full("fence", "module boundaries, native access for "
                        + String.join(", ", new TreeSet<>(TRUSTED)) + " alone")
                : Facility.fallback("fence", "module boundaries", String.join("; ", causes),
                        REMEDY);
    }

    /** {@return who has native access besides the kernel's own modules and the JDK's} */
    private static Set<String> strangers() {
        Set<String> found = new TreeSet<>();
        for (ResolvedModule resolved : ModuleLayer.boot().configuration().modules()) {
            boolean ofTheJdk = resolved.reference()
                    .location()
                    .map(URI::getScheme)
                    .filter("jrt"::equals)
                    .isPresent();
            Module module = ModuleLayer.boot().findModule(resolved.name()).orElseThrow();
            if (!ofTheJdk && !TRUSTED.contains(resolved.name())
                    && module.isNativeAccessEnabled()) {
                found.add(resolved.name());
            }
        }
        if (ClassLoader.getSystemClassLoader().getUnnamedModule().isNativeAccessEnabled()) {
            found.add("the class path");
        }
        return found;
    }

    /**
     * {@return what is wrong with the flags}
     *
     * @param options all options of the JVM, in the order in which they count
     */
    static List<String> missingFlags(List<String> options) {
        List<String> wrong = new ArrayList<>();
        for (String flag : FLAGS) {
            String value = "";
            for (String option : options) {
                if (option.startsWith(flag + "=")) {
                    value = option.substring(flag.length() + 1); // the last one counts
                }
            }
            if (value.isEmpty()) {
                wrong.add(flag + " is not given");
            } else if (!value.equals(DENY)) {
                wrong.add(flag + " is " + value);
            }
        }
        return wrong;
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>();
        for (String variable : VARIABLES) {
            options.addAll(words(System.getenv().getOrDefault(variable, "")));
        }
        for (String argument : read(Path.of("/proc/self/cmdline")).split("\0", -1)) {
            if (argument.startsWith("@")) {
                options.addAll(words(read(Path.of(argument.substring(1)))));
            } else {
                options.add(argument);
            }
        }
        return options;
    }

    private static List<String> words(String text) {
        return List.of(text.replace("\"", "").strip().split("\\s+", -1));
    }

    /** {@return the text of a file; none if it cannot be read: the flags count as missing then} */
    private static String read(Path file) {
        try {
            return Files.isReadable(file)
                    ? Files.readString(file, StandardCharsets.ISO_8859_1)
                    : "";
        } catch (IOException e) {
            return "";
        }
    }
}
