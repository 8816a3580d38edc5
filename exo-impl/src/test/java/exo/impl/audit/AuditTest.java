// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Configuration;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What Java Flight Recorder has to say about a kernel, field by field. */
class AuditTest {
    @TempDir
    Path folder;

    /** Something that happens in a kernel. */
    private interface Deed {
        void in(Exokernel kernel) throws InterruptedException;
    }

    private List<RecordedEvent> record(String event, Deed deed)
            throws IOException, InterruptedException {
        try (Recording recording = new Recording()) {
            recording.enable(event).withThreshold(Duration.ZERO);
            recording.start();
            try (Exokernel kernel = Exokernel.boot(
                    HostConfig.minimal().disk(DiskConfig.temporary("disk0", 4 << 20)))) {
                deed.in(kernel);
            }
            recording.stop();
            Path file = folder.resolve(event + ".jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file)
                    .stream()
                    .filter(e -> e.getEventType().getName().equals(event))
                    // The file has the events of one thread after those of another.
                    .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                    .toList();
        }
    }

    private static Stream<RecordedEvent> with(List<RecordedEvent> events, String field,
            Object value) {
        return events.stream().filter(e -> e.getValue(field).equals(value));
    }

    @Test
    void shouldRecordCapabilitiesFromTheirMakingToTheirEnd()
            throws IOException, InterruptedException {
        List<RecordedEvent> events = record("dev.exo.Capability", kernel -> {
            Env root = kernel.rootEnv();
            Extent extent = root.disk()
                    .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);
            TestEnv.run(root, EnvSpec.named("child").grant("granted", extent, Rights.READ),
                    env -> env.keys()
                            .derive(env.keys().find("granted", Extent.class),
                                    Rights.NONE, "derived"));
            root.keys().derive(extent, Rights.READ_WRITE, "revoked");
            root.keys().revoke(extent);
        });
        RecordedEvent granted = with(events, "label", "granted").findFirst().orElseThrow();
        assertEquals("EXTENT", granted.getString("kind"));
        assertEquals("READ", granted.getString("rights"));
        assertEquals("MADE", granted.getString("action"));
        assertEquals(List.of("MADE", "OWNER_GONE"),
                with(events, "label", "granted").map(e -> e.getString("action")).toList());
        assertEquals(List.of("MADE", "OWNER_GONE"),
                with(events, "label", "derived").map(e -> e.getString("action")).toList());
        assertEquals(List.of("MADE", "REVOKED"),
                with(events, "label", "revoked").map(e -> e.getString("action")).toList());
        assertEquals("READ+WRITE", with(events, "label", "revoked").findFirst()
                .orElseThrow()
                .getString("rights"));
        assertEquals(2, with(events, "label", "disk0").count());
        assertEquals(with(events, "action", "MADE").count() * 2, events.size(),
                "whatever was made died");
    }

    @Test
    void shouldRecordEnvironments() throws IOException, InterruptedException {
        List<RecordedEvent> events = record("dev.exo.Env", kernel -> {
            TestEnv.run(kernel.rootEnv(), EnvSpec.named("returns"), env -> {});
            kernel.rootEnv().createEnv(EnvSpec.named("fails"), env -> {
                throw new IllegalStateException();
            }).end(Duration.ofSeconds(10));
        });
        // A short life may end before its beginning is recorded; both are there.
        assertEquals(List.of("CREATED", "RETURNED"), with(events, "env", "returns")
                .map(e -> e.getString("action"))
                .sorted()
                .toList());
        assertEquals(List.of("CREATED", "FAILED"), with(events, "env", "fails")
                .map(e -> e.getString("action"))
                .sorted()
                .toList());
        assertEquals(1, with(events, "env", "fails").map(e -> e.getLong("id")).distinct().count());
    }

    @Test
    void shouldRecordRequestsAndRepossessions() throws IOException, InterruptedException {
        List<RecordedEvent> events = record("dev.exo.Revocation", kernel -> {
            CountDownLatch ready = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            EnvControl child = kernel.rootEnv().createEnv(EnvSpec.named("deaf").frames(4), env -> {
                Window window = env.memory().bindWindow(4);
                window.allocPagesAt(0, 4, 100);
                ready.countDown();
                done.await();
            });
            assertTrue(ready.await(20, TimeUnit.SECONDS));
            assertEquals(3, child.reclaimFrames(3, Duration.ofMillis(1)));
            done.countDown();
            TestEnv.await(child);
        });
        RecordedEvent asked = with(events, "action", "ASKED").findFirst().orElseThrow();
        assertEquals("deaf", asked.getString("env"));
        assertEquals("FRAMES", asked.getString("kind"));
        assertEquals(3, asked.getLong("resource"));
        assertEquals(List.of(101L, 102L, 103L), with(events, "action", "TAKEN: DEADLINE")
                .map(e -> e.getLong("resource"))
                .sorted()
                .toList());
        assertEquals(4, events.size());
    }

    @Test
    void shouldRecordUpcallsOnlyWhenAsked() throws IOException, InterruptedException {
        Deed deed = kernel -> TestEnv.run(kernel.rootEnv(),
                EnvSpec.named("called").objects(2000).threads(9), env -> {
                    EnvControl child = env.createEnv(EnvSpec.named("inner"), inner -> {});
                    TestEnv.end(child, Duration.ofSeconds(10));
                    assertEquals(1, env.upcalls().await(Upcalls.NEVER));
                });
        List<RecordedEvent> events = record("dev.exo.Upcall", deed);
        assertEquals(1, with(events, "env", "called").count());
        assertEquals(1, events.getFirst().getInt("count"));
        assertFalse(events.getFirst().getEventType().getField("env").getLabel().isEmpty());
        try (Recording silent = new Recording()) {
            silent.start();
            try (Exokernel kernel = Exokernel.boot(HostConfig.minimal())) {
                deed.in(kernel);
            }
            silent.stop();
            Path file = folder.resolve("silent.jfr");
            silent.dump(file);
            assertEquals(0, RecordingFile.readAllEvents(file)
                    .stream()
                    .filter(e -> e.getEventType().getName().equals("dev.exo.Upcall"))
                    .count());
        }
    }

    @Test
    void shouldRecordLeaks() throws IOException, InterruptedException {
        List<RecordedEvent> events = record("dev.exo.Leak",
                kernel -> LeakEvent.record("env x: 3 frames"));
        assertEquals(List.of("env x: 3 frames"),
                events.stream().map(e -> e.getString("what")).toList(),
                "and the kernel itself leaked nothing");
    }

    /** A recording with the settings that ship. */
    private List<RecordedEvent> recordAsShipped(Deed deed)
            throws IOException, InterruptedException, ParseException {
        Configuration settings;
        try (Reader text = new InputStreamReader(
                ClassLoader.getSystemResourceAsStream("exo.jfc"), StandardCharsets.UTF_8)) {
            settings = Configuration.create(text);
        }
        try (Recording recording = new Recording(settings)) {
            recording.start();
            try (Exokernel kernel = Exokernel.boot(
                    HostConfig.minimal().disk(DiskConfig.temporary("disk0", 4 << 20)))) {
                deed.in(kernel);
            }
            LeakEvent.record("env x: 3 frames");
            FaultEvent.record("core 3", new IllegalStateException("refused"));
            recording.stop();
            Path file = folder.resolve("shipped.jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file);
        }
    }

    private static RecordedEvent only(List<RecordedEvent> events, String type, String field,
            Object value) {
        List<RecordedEvent> found = with(events.stream()
                .filter(e -> e.getEventType().getName().equals(type))
                .toList(), field, value).toList();
        assertEquals(1, found.size(), type + " " + found);
        return found.getFirst();
    }

    @Test
    void shouldRecordEverythingWithTheSettingsThatShip()
            throws IOException, InterruptedException, ParseException {
        List<RecordedEvent> events = recordAsShipped(kernel -> {
            Env root = kernel.rootEnv();
            Extent extent = root.disk()
                    .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);
            EnvControl child = root.createEnv(EnvSpec.named("child")
                    .frames(8)
                    .grant("gift", extent, Rights.READ), env -> {
                        Window window = env.memory().bindWindow(8);
                        window.allocPages(1, 4);
                        Frames frames = env.memory().share(window, 1, 2, Rights.ALL, "frames");
                        window.map(6, frames, 0, 2);
                        env.upcalls().await(Upcalls.NEVER); // the grant
                        window.releasePages(6, 1);
                        window.allocPages(0, 1);
                        while (true) {
                            env.upcalls().await(Upcalls.NEVER);
                        }
                    });
            Await.until("the child has its pages", Duration.ofSeconds(20),
                    () -> child.account().framesHeld() == 5);
            root.keys().revoke(extent);
            child.reclaimFrames(6, Duration.ofMillis(1));
            TestEnv.end(child, Duration.ofSeconds(10));
        });
        RecordedEvent grant = only(events, "dev.exo.Grant", "label", "gift");
        assertEquals("root", grant.getString("from"));
        assertEquals("child", grant.getString("to"));
        assertEquals("EXTENT", grant.getString("kind"));
        assertEquals("READ", grant.getString("rights"));
        RecordedEvent revoke = only(events, "dev.exo.Revoke", "env", "root");
        assertEquals("EXTENT", revoke.getString("kind"));
        assertEquals(1, revoke.getInt("count"));
        RecordedEvent mapped = only(events, "dev.exo.Window", "action", "MAPPED");
        assertEquals("child", mapped.getString("env"));
        assertEquals(6, mapped.getInt("firstPage"));
        assertEquals(2, mapped.getInt("pages"));
        RecordedEvent allocated = only(events, "dev.exo.Window", "pages", 4);
        assertEquals("ALLOCATED", allocated.getString("action"));
        assertEquals(1, allocated.getInt("firstPage"));
        assertEquals("RELEASED", only(events.stream()
                .filter(e -> e.hasField("firstPage") && e.getInt("firstPage") == 6)
                .toList(), "dev.exo.Window", "pages", 1).getString("action"));
        only(events, "dev.exo.Revocation", "action", "ASKED");
        only(events, "dev.exo.Leak", "what", "env x: 3 frames");
        only(events, "dev.exo.Fault", "failure", "java.lang.IllegalStateException: refused");
        assertTrue(with(events.stream()
                .filter(e -> e.getEventType().getName().equals("dev.exo.Upcall"))
                .toList(), "env", "child").mapToInt(e -> e.getInt("count")).sum() >= 2);
        Set<String> seen = events.stream()
                .map(e -> e.getEventType().getName())
                .collect(Collectors.toSet());
        assertEquals(Set.of("dev.exo.Capability", "dev.exo.Env", "dev.exo.Fault",
                "dev.exo.Grant", "dev.exo.Leak", "dev.exo.Revocation", "dev.exo.Revoke",
                "dev.exo.Upcall",
                "dev.exo.Window"), seen, "each kind of event, and none of the JDK's");
        assertEquals(seen, FlightRecorder.getFlightRecorder()
                .getEventTypes()
                .stream()
                .map(EventType::getName)
                .filter(name -> name.startsWith("dev.exo."))
                .collect(Collectors.toSet()), "there are no other kinds");
    }
}
