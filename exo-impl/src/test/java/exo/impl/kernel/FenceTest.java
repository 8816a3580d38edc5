// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does the kernel say whether the fence stands, in JVMs with and without it? */
class FenceTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Boots a kernel and prints what it says about the fence. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
                Facility fence = kernel.facilities()
                        .stream()
                        .filter(f -> f.name().equals("fence"))
                        .findFirst()
                        .orElseThrow();
                System.out.println("fence " + fence.state() + " " + fence);
            }
        }
    }

    private static String fenceWith(String... options) {
        try (Subprocess child = ChildJvm.of(Child.class)
                .jvm("-XX:+UseSerialGC", "-Xmx64m")
                .jvm(options)
                .start()) {
            return child.awaitLine("^fence", LONG);
        }
    }

    @Test
    void shouldSayThatItStands() {
        String line = fenceWith();
        assertTrue(line.startsWith("fence FULL"), line);
        assertTrue(line.contains("exo.host"), line);
    }

    @Test
    void shouldNameTheFlagThatIsNotDeny() {
        String line = fenceWith("--sun-misc-unsafe-memory-access=warn");
        assertTrue(line.startsWith("fence FALLBACK"), line);
        assertTrue(line.contains("--sun-misc-unsafe-memory-access is warn"), line);
        line = fenceWith("--illegal-native-access=warn");
        assertTrue(line.contains("--illegal-native-access is warn"), line);
        assertTrue(line.contains("start java with"), "the remedy: " + line);
    }

    @Test
    void shouldNameWhoeverElseHasNativeAccess() {
        String line = fenceWith("--enable-native-access=exo.api");
        assertTrue(line.startsWith("fence FALLBACK"), line);
        assertTrue(line.contains("enabled for exo.api"), line);
        line = fenceWith("--enable-native-access=ALL-UNNAMED");
        assertTrue(line.contains("the class path"), line);
    }

    @Test
    void shouldNameTheModuleThatOpensAllOthers() {
        String line = fenceWith("--add-modules=jdk.unsupported");
        assertTrue(line.startsWith("fence FALLBACK"), line);
        assertTrue(line.contains("module jdk.unsupported is resolved"), line);
        assertTrue(line.contains("no module requiring jdk.unsupported"), "the remedy: " + line);
    }

    @Test
    void shouldFindMissingFlagsAndLetTheLastOneCount() {
        String first = "--illegal-native-access=";
        String second = "--sun-misc-unsafe-memory-access=";
        assertEquals(List.of(), Fence.missingFlags(List.of(first + "deny", second + "deny")));
        assertEquals(2, Fence.missingFlags(List.of()).size());
        assertEquals(List.of("--illegal-native-access is allow"), Fence.missingFlags(
                List.of(first + "deny", second + "deny", first + "allow")));
        assertEquals(List.of(), Fence.missingFlags(
                List.of(first + "warn", first + "deny", second + "deny")));
        assertEquals(Facility.State.FULL, Fence.judge(Set.of(), List.of()).state());
        assertEquals(Facility.State.FALLBACK, Fence.judge(Set.of("x"), List.of()).state());
    }
}
