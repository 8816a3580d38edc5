// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ChildJvmTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** Says what it is run with. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) {
            System.out.println(Child.class.getModule() + " " + String.join(",", arguments));
            System.out.println("native access: " + Child.class.getModule().isNativeAccessEnabled());
            System.out.println("memory: " + Runtime.getRuntime().maxMemory());
            System.exit(5);
        }
    }

    @Test
    void shouldRunAClassOfTheTestsInItsModule() {
        try (Subprocess child = ChildJvm.of(Child.class)
                .jvm("-Xmx32m", "-XX:+UseSerialGC")
                .arguments("a", "b c")
                .start()) {
            String line = child.awaitLine("^module", LONG);
            assertEquals(Child.class.getModule() + " a,b c", line);
            assertEquals("native access: false", child.awaitLine("native", LONG));
            String memory = child.awaitLine("memory", LONG).substring("memory: ".length());
            assertTrue(Long.parseLong(memory) <= 32 << 20, memory);
            assertEquals(5, child.awaitExit(LONG));
        }
    }

    @Test
    void shouldRunAClassOfAModuleOnTheClassPath() {
        try (Subprocess child = ChildJvm.of(Child.class).onClassPath().start()) {
            assertTrue(child.awaitLine("module", LONG).startsWith("unnamed module"));
            assertEquals("native access: true", child.awaitLine("native", LONG));
            assertEquals(5, child.awaitExit(LONG));
        }
    }

    @Test
    void shouldPutUpTheFence() {
        assertTrue(ChildJvm.of(Child.class).command().contains("--illegal-native-access=deny"));
    }

    @Test
    @NeedsFacility(HostFacility.NETNS)
    void shouldRunInsideANamespace() {
        try (Netns netns = Netns.create();
                Subprocess child = ChildJvm.of(Child.class).in(netns).start()) {
            child.awaitLine("^module", LONG);
            assertEquals(5, child.awaitExit(LONG));
        }
    }
}
