// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.LibOs;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.testkit.ChildJvm;
import exo.testkit.Command;
import exo.testkit.Subprocess;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A hostile libOS in a module of its own, compiled here and run behind the fence in another JVM:
 * what it tries, and how each attempt ends.
 */
class FenceHostile {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String MODULE = "module hostile.libos { requires exo.api;"
            + " exports hostile; }";

    /** Each attempt in Java, and how it ends: the last word is an exception or an error code. */
    private static final Map<String, String> ATTEMPTS = new LinkedHashMap<>();

    static {
        ATTEMPTS.put("Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid());",
                "IllegalCallerException");
        ATTEMPTS.put("MemorySegment.NULL.reinterpret(8);", "IllegalCallerException");
        ATTEMPTS.put("MemorySegment.class.getMethod(\"reinterpret\", long.class)"
                + ".invoke(MemorySegment.NULL, 8L);", "IllegalCallerException");
        ATTEMPTS.put("System.load(\"/lib/x86_64-linux-gnu/libm.so.6\");",
                "IllegalCallerException");
        ATTEMPTS.put("System.loadLibrary(\"zip\");", "IllegalCallerException");
        ATTEMPTS.put("SymbolLookup.libraryLookup(\"libm.so.6\", Arena.global());",
                "IllegalCallerException");
        ATTEMPTS.put("Class.forName(\"sun.misc.Unsafe\");", "ClassNotFoundException");
        ATTEMPTS.put("Class.forName(\"sun.reflect.ReflectionFactory\");",
                "ClassNotFoundException");
        ATTEMPTS.put("unsupported().loadClass(\"sun.reflect.ReflectionFactory\")"
                + ".getMethod(\"getReflectionFactory\").invoke(null);",
                "LayerInstantiationException");
        ATTEMPTS.put("Class.forName(\"jdk.internal.reflect.ReflectionFactory\")"
                + ".getMethod(\"getReflectionFactory\").invoke(null);",
                "IllegalAccessException");
        ATTEMPTS.put("new java.io.ObjectOutputStream(java.io.OutputStream.nullOutputStream())"
                + ".writeObject(mine);", "NotSerializableException");
        ATTEMPTS.put("Object.class.getDeclaredMethod(\"clone\").setAccessible(true);",
                "InaccessibleObjectException");
        ATTEMPTS.put("env.getClass().getMethod(\"ledger\").invoke(env);",
                "IllegalAccessException");
        ATTEMPTS.put("Class.forName(\"exo.impl.cap.CapabilityTable\").getConstructor()"
                + ".newInstance();", "IllegalAccessException");
        ATTEMPTS.put("mine.getClass().getDeclaredField(\"blockCount\").setAccessible(true);",
                "InaccessibleObjectException");
        ATTEMPTS.put("var f = mine.getClass().getSuperclass().getDeclaredField(\"lineage\");"
                + " f.setAccessible(true);", "InaccessibleObjectException");
        ATTEMPTS.put("MethodHandles.privateLookupIn(mine.getClass(), MethodHandles.lookup());",
                "IllegalAccessException");
        ATTEMPTS.put("Class.forName(\"exo.host.Mapping\").getMethod(\"reserve\", long.class)"
                + ".invoke(null, 4096L);", "IllegalAccessException");
        ATTEMPTS.put("hostile.Attack.class.getModule().addOpens(\"exo.impl.cap\","
                + " env.getClass().getModule());", "IllegalArgumentException");
        ATTEMPTS.put("env.getClass().getModule().addOpens(\"exo.impl.cap\","
                + " hostile.Attack.class.getModule());", "IllegalCallerException");
        ATTEMPTS.put("var layer = ModuleLayer.defineModulesWithOneLoader("
                + "Configuration.resolve(ModuleFinder.of(), java.util.List.of("
                + "ModuleLayer.boot().configuration()), ModuleFinder.of(), java.util.Set.of()),"
                + " java.util.List.of(ModuleLayer.boot()), null); layer.enableNativeAccess("
                + "hostile.Attack.class.getModule());", "IllegalArgumentException");
        ATTEMPTS.put("env.keys().derive(new Forged(), Rights.READ, \"f\");", "INVALID");
        ATTEMPTS.put("env.keys().derive(foreign, Rights.READ, \"f\");", "FOREIGN");
        ATTEMPTS.put("env.keys().drop(mine); env.keys().derive(mine, Rights.READ, \"f\");",
                "REVOKED");
        ATTEMPTS.put("foreignEnv.keys().all();", "WrongThreadException");
        ATTEMPTS.put("Exokernel.boot(HostConfig.minimal().disk(DiskConfig.at(\"disk0\","
                + " java.nio.file.Path.of(image))));", "BUSY");
        ATTEMPTS.put("for (Thread t : Thread.getAllStackTraces().keySet()) {"
                + " if (t.getName().equals(\"bystander\")) { t.run(); } }",
                "IllegalStateException");
    }

    private static String source() {
        StringBuilder body = new StringBuilder();
        int number = 0;
        for (String attempt : ATTEMPTS.keySet()) {
            body.append("say(")
                    .append(number++)
                    .append(", () -> { ")
                    .append(attempt)
                    .append(" });\n");
        }
        return """
                package hostile;
                import exo.api.*;
                import exo.api.disk.*;
                import java.lang.foreign.*;
                import java.lang.invoke.MethodHandles;
                import java.lang.module.*;
                public final class Attack implements LibOs {
                    public static volatile Extent foreign;
                    public static volatile Env foreignEnv;
                    public static volatile String image;
                    interface Attempt { void run() throws Exception; }
                    static final class Forged implements Extent {
                        public ResourceKind kind() { return ResourceKind.EXTENT; }
                        public Rights rights() { return Rights.ALL; }
                        public String label() { return "forged"; }
                        public boolean isLive() { return true; }
                        public String deviceName() { return "disk0"; }
                        public String extentName() { return ""; }
                        public long firstBlock() { return 0; }
                        public long blockCount() { return 1; }
                        public int blockBytes() { return 4096; }
                    }
                    /** Loads what the boot layer left out into a layer of its own. */
                    static ClassLoader unsupported() {
                        var boot = ModuleLayer.boot();
                        var found = boot.configuration().resolve(ModuleFinder.ofSystem(),
                                ModuleFinder.of(), java.util.Set.of("jdk.unsupported"));
                        return boot.defineModulesWithOneLoader(found,
                                Attack.class.getClassLoader()).findLoader("jdk.unsupported");
                    }
                    static void say(int number, Attempt attempt) {
                        String end = "SUCCESS";
                        try {
                            attempt.run();
                        } catch (Throwable e) {
                            Throwable t = e instanceof java.lang.reflect.InvocationTargetException
                                    ? e.getCause() : e;
                            end = t instanceof ExoException x ? x.code().name()
                                    : t.getClass().getSimpleName();
                        }
                        System.out.println("attempt " + number + " " + end);
                    }
                    public void run(Env env) {
                        Extent mine = env.keys().find("mine", Extent.class);
                        %s
                        System.out.println("over");
                    }
                }
                """.formatted(body);
    }

    /** Boots a kernel, and runs the libOS of the other module in an environment. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Class<?> attack = Class.forName("hostile.Attack");
            try (Exokernel kernel = Exokernel.boot(HostConfig.minimal()
                    .disk(DiskConfig.at("disk0", Path.of(arguments[0])).bytes(4 << 20)))) {
                Env root = kernel.rootEnv();
                BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
                attack.getField("foreign").set(null, root.disk().allocExtent(disk, "", 1));
                attack.getField("foreignEnv").set(null, root);
                attack.getField("image").set(null, arguments[0]);
                root.createEnv(EnvSpec.named("bystander"), env -> {
                    while (true) {
                        env.upcalls().await(Long.MAX_VALUE);
                    }
                });
                Extent given = root.disk().allocExtent(disk, "", 1);
                LibOs libOs = (LibOs) attack.getConstructor().newInstance();
                System.out.println("exit " + root.createEnv(EnvSpec.named("hostile")
                        .frames(2)
                        .grant("mine", given, Rights.ALL), libOs)
                        .awaitExit(LONG)
                        .orElseThrow());
            }
        }
    }

    private static Path compile(Path folder) throws IOException, URISyntaxException {
        Path sources = Files.createDirectories(folder.resolve("src/hostile"));
        Path module = Files.writeString(folder.resolve("src/module-info.java"), MODULE);
        Path attack = Files.writeString(sources.resolve("Attack.java"), source());
        Path classes = folder.resolve("hostile.libos");
        Path api = Path.of(LibOs.class.getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Command.run(Path.of(System.getProperty("java.home"), "bin", "javac").toString(), "-d",
                classes.toString(), "--module-path", api.toString(), module.toString(),
                attack.toString());
        return classes;
    }

    private static String modulePath() {
        return ChildJvm.of(Child.class)
                .command()
                .stream()
                .filter(a -> a.startsWith("--module-path="))
                .findFirst()
                .orElseThrow()
                .substring("--module-path=".length());
    }

    @Test
    void shouldHoldAgainstAModuleOfAStranger(@TempDir Path folder)
            throws IOException, URISyntaxException {
        Path classes = compile(folder);
        Path image = folder.resolve("disk.img");
        try (Subprocess child = ChildJvm.of(Child.class)
                .jvm("-XX:+UseSerialGC", "-Xmx64m", "--module-path=" + modulePath()
                        + File.pathSeparator + classes, "--add-modules", "hostile.libos")
                .arguments(image.toString())
                .start()) {
            child.awaitLine("^(over|exit)", LONG);
            Map<Integer, String> ends = new LinkedHashMap<>();
            child.output()
                    .lines()
                    .filter(l -> l.startsWith("attempt "))
                    .forEach(
                            l -> ends.put(Integer.valueOf(l.split(" ", -1)[1]),
                                    l.split(" ", -1)[2]));
            int number = 0;
            Map<String, String> found = new LinkedHashMap<>();
            for (String attempt : ATTEMPTS.keySet()) {
                found.put(attempt, ends.get(number++));
            }
            assertEquals(ATTEMPTS, found, child.errors());
            assertEquals(0, child.awaitExit(LONG));
        }
    }
}
