// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A child JVM that runs a main class of this build: same JDK, same modules and class path, same
 * patches of test classes into modules, the fence up.
 *
 * <p>Confined to one thread until started.
 */
public final class ChildJvm {

    private static final List<String> FENCE = List.of("--illegal-native-access=deny",
            "--sun-misc-unsafe-memory-access=deny");
    /** What of this JVM's own arguments describes modules. Opened packages are for JUnit alone. */
    private static final List<String> INHERITED = List.of("--module-path=",
            "--upgrade-module-path=", "--add-modules=", "--add-reads=", "--patch-module=",
            "--enable-native-access=");

    private final String mainClass;
    private final Optional<String> mainModule;
    private final List<String> jvmArguments = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private Optional<Netns> netns = Optional.empty();
    private Optional<Path> directory = Optional.empty();
    private boolean onClassPath;

    private ChildJvm(Class<?> main) {
        this.mainClass = main.getName();
        this.mainModule = Optional.ofNullable(main.getModule().getName());
    }

    /** {@return a child JVM, not started yet, that runs the main method of a class} */
    public static ChildJvm of(Class<?> main) {
        return new ChildJvm(main);
    }

    /** {@return this, with more options for the JVM} */
    public ChildJvm jvm(String... options) {
        jvmArguments.addAll(List.of(options));
        return this;
    }

    /** {@return this, with more arguments for the main method} */
    public ChildJvm arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** {@return this, to run in a network namespace} */
    public ChildJvm in(Netns namespace) {
        netns = Optional.of(namespace);
        return this;
    }

    /** {@return this, to run in a folder} */
    public ChildJvm directory(Path folder) {
        directory = Optional.of(folder);
        return this;
    }

    /** {@return this, with the modules of this JVM on its class path, all with native access} */
    public ChildJvm onClassPath() {
        onClassPath = true;
        return this;
    }

    /** {@return the command line} */
    public List<String> command() {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        List<String> inherited = ManagementFactory.getRuntimeMXBean()
                .getInputArguments()
                .stream()
                .filter(a -> INHERITED.stream().anyMatch(a::startsWith))
                .toList();
        List<String> classPath = new ArrayList<>();
        if (onClassPath) {
            java.add("--enable-native-access=ALL-UNNAMED");
            inherited.stream().map(ChildJvm::pathIn).forEach(classPath::add);
        } else {
            java.addAll(inherited);
        }
        java.addAll(FENCE);
        classPath.add(System.getProperty("java.class.path", ""));
        classPath.removeIf(String::isEmpty);
        if (!classPath.isEmpty()) {
            java.addAll(List.of("--class-path",
                    absolute(String.join(File.pathSeparator, classPath))));
        }
        java.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        java.addAll(jvmArguments);
        if (mainModule.isPresent() && !onClassPath) {
            java.addAll(List.of("--module", mainModule.get() + "/" + mainClass));
        } else {
            java.add(mainClass);
        }
        java.addAll(arguments);
        return netns.map(n -> n.command(java)).orElse(java);
    }

    /** {@return the folders and jars that an option about modules names, or nothing} */
    private static String pathIn(String option) {
        boolean names = option.startsWith("--module-path=") || option.startsWith("--upgrade-")
                || option.startsWith("--patch-module=");
        return names ? option.substring(option.lastIndexOf('=') + 1) : "";
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /** {@return the started JVM} */
    public Subprocess start() {
        Subprocess.Builder builder = Subprocess.builder(command());
        for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
            builder.withoutEnv(name);
        }
        directory.ifPresent(builder::directory);
        return builder.start();
    }
}
