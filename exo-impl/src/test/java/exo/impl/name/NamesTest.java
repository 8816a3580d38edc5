// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.cpu.Quantum;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.impl.cap.CapabilityTable;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static exo.impl.cap.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Who finds what under which name, who pays, and when it ends. */
class NamesTest {
    private static final Name NAME = Name.of(1, 5, 7);

    private final Exokernel kernel = Exokernel.boot(
            HostConfig.minimal().disk(DiskConfig.temporary("disk0", 4 << 20)));
    private final Env root = kernel.rootEnv();
    private final Names names = root.names();
    private final NameKey all = root.keys().find(Names.ROOT_LABEL, NameKey.class);
    private final Extent extent = root.disk()
            .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);
    private int labels;

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private String label() {
        return "label-" + labels++;
    }

    private NameKey key(Name name, Rights rights) {
        return names.narrow(all, name, rights, label());
    }

    private Extent find(NameKey key, Name name, Rights wanted) {
        return names.find(key, name, wanted, Extent.class, label());
    }

    // ---- the rule ------------------------------------------------------------------------------

    @Test
    void shouldGiveTheKeyToAllNamesToTheRootAlone() {
        assertEquals(Name.ROOT, all.name());
        assertEquals(Rights.ALL, all.rights());
        assertEquals(ResourceKind.NAME, all.kind());
        root.keys().drop(extent);
        assertEquals(List.of(), kernel.leaks().entries(), "it is there since boot");
        TestEnv.run(root, EnvSpec.named("child"),
                env -> assertEquals(List.of(), env.keys().all()));
    }

    @Test
    void shouldOpenByPrefix() {
        names.publish(all, NAME, extent, Rights.READ);
        for (String open : List.of("", "1", "1.5", "1.5.7")) {
            assertEquals(Rights.READ,
                    find(key(Name.parse(open), Rights.READ), NAME, Rights.READ).rights());
        }
        for (String closed : List.of("0", "2", "1.4", "1.5.6", "1.5.7.0", "5.7", "1.5.7.0.0.0.0")) {
            NameKey key = key(Name.parse(closed), Rights.ALL);
            assertEquals(ErrorCode.INSUFFICIENT, refusal(() -> find(key, NAME, Rights.READ)));
            assertEquals(ErrorCode.INSUFFICIENT,
                    refusal(() -> names.publish(key, NAME, extent, Rights.READ)));
            assertEquals(ErrorCode.INSUFFICIENT, refusal(() -> names.withdraw(key, NAME)));
        }
        Name deepest = Name.parse("1.2.3.4.5.6.7");
        names.publish(key(Name.of(1), Rights.WRITE), deepest, extent, Rights.READ);
        assertEquals(extent.firstBlock(),
                find(key(deepest, Rights.READ), deepest, Rights.READ).firstBlock());
    }

    @Test
    void shouldGiveRightsThatBothTheKeyAndTheOfferHave() {
        for (int offered = 0; offered < 16; offered++) {
            Name name = Name.of(offered);
            names.publish(all, name, extent, rights(offered));
        }
        for (int held = 0; held < 16; held++) {
            NameKey key = key(Name.ROOT, rights(held));
            for (int offered = 0; offered < 16; offered++) {
                for (int wanted = 0; wanted < 16; wanted++) {
                    checkRights(key, offered, rights(wanted));
                }
            }
        }
    }

    private void checkRights(NameKey key, int offered, Rights wanted) {
        boolean allowed = key.rights().contains(wanted.and(Rights.READ))
                && rights(offered).contains(wanted);
        if (allowed) {
            Extent found = find(key, Name.of(offered), wanted);
            assertEquals(wanted, found.rights());
            root.keys().drop(found);
        } else {
            assertEquals(ErrorCode.INSUFFICIENT,
                    refusal(() -> find(key, Name.of(offered), wanted)));
        }
    }

    private static Rights rights(int bits) {
        Rights rights = Rights.NONE;
        for (Rights one : List.of(Rights.READ, Rights.WRITE, Rights.GRANT, Rights.REVOKE)) {
            rights = (one.bits() & bits) == 0 ? rights : rights.and(one);
        }
        return rights;
    }

    @Test
    void shouldOnlyNarrow() {
        NameKey weak = names.narrow(all, Name.of(1, 5), Rights.READ.and(Rights.GRANT), "weak");
        assertEquals(Name.of(1, 5), weak.name());
        assertEquals(Name.of(1, 5),
                names.narrow(weak, Name.of(1, 5), Rights.READ, label()).name());
        assertEquals(Name.of(1, 5, 9),
                names.narrow(weak, Name.of(1, 5, 9), Rights.NONE, label()).name());
        for (Name wider : List.of(Name.ROOT, Name.of(1), Name.of(1, 4), Name.of(2, 5, 7))) {
            assertEquals(ErrorCode.INSUFFICIENT,
                    refusal(() -> names.narrow(weak, wider, Rights.READ, label())));
        }
        assertEquals(ErrorCode.INSUFFICIENT,
                refusal(() -> names.narrow(weak, NAME, Rights.WRITE, label())));
        assertEquals(ErrorCode.ALREADY_EXISTS,
                refusal(() -> names.narrow(weak, NAME, Rights.READ, "weak")));
        // What the key-ring derives keeps the name.
        assertEquals(Name.of(1, 5), root.keys().derive(weak, Rights.NONE, label()).name());
        assertTrue(root.keys().revoke(all) >= 4);
        assertFalse(weak.isLive());
    }

    @Test
    void shouldListWhatAKeyDominates() {
        List<String> offered = List.of("0.255", "1", "1.0", "1.5", "1.5.7", "1.5.7.0", "1.6", "2",
                "15");
        for (String name : offered.reversed()) {
            names.publish(all, Name.parse(name), extent, Rights.READ);
        }
        assertEquals(offered, names.list(all).stream().map(Name::toString).toList());
        assertEquals(List.of("1.5", "1.5.7", "1.5.7.0"),
                names.list(key(Name.of(1, 5), Rights.READ)).stream().map(Name::toString).toList());
        assertEquals(List.of(), names.list(key(Name.of(3), Rights.READ)));
        NameKey blind = key(Name.ROOT, Rights.WRITE);
        assertEquals(ErrorCode.INSUFFICIENT, refusal(() -> names.list(blind)));
    }

    @Test
    void shouldSayWhatIsNotThere() {
        assertEquals(ErrorCode.NOT_FOUND, refusal(() -> find(all, NAME, Rights.READ)));
        assertEquals(ErrorCode.NOT_FOUND, refusal(() -> names.withdraw(all, NAME)));
        names.publish(all, NAME, extent, Rights.READ_WRITE);
        ExoException e = assertThrows(ExoException.class,
                () -> names.find(all, NAME, Rights.READ, Quantum.class, label()));
        assertEquals(ErrorCode.NOT_FOUND, e.code());
        assertTrue(e.getMessage().contains("EXTENT"), e.getMessage());
        assertEquals(ErrorCode.ALREADY_EXISTS,
                refusal(() -> names.publish(all, NAME, extent, Rights.READ)));
        Capability any = names.find(all, NAME, Rights.WRITE, Capability.class, "found");
        assertSame(any, root.keys().find("found", Extent.class));
        assertEquals(ErrorCode.ALREADY_EXISTS, refusal(
                () -> names.find(all, NAME, Rights.READ, Extent.class, "found")));
    }

    @Test
    void shouldOfferKeysToo() {
        NameKey weak = key(Name.of(9), Rights.READ.and(Rights.GRANT));
        names.publish(all, Name.of(1), weak, Rights.READ);
        names.publish(weak(weak), Name.of(9, 9), extent, Rights.READ);
        NameKey found = names.find(all, Name.of(1), Rights.READ, NameKey.class, label());
        assertEquals(Name.of(9), found.name());
        find(found, Name.of(9, 9), Rights.READ);
        // A key that is offered at its own name, by itself, goes once.
        NameKey own = key(Name.of(8), Rights.ALL);
        int before = root.account().objectsHeld();
        names.publish(own, Name.of(8), own, Rights.READ);
        assertEquals(before + 1, root.account().objectsHeld());
        root.keys().drop(own);
        assertEquals(before - 1, root.account().objectsHeld());
    }

    private NameKey weak(NameKey like) {
        return key(like.name(), Rights.WRITE);
    }

    // ---- the end of things ---------------------------------------------------------------------

    @Test
    void shouldTakeBackEveryCopyByRevokingWhatWasOffered() {
        Extent copy = root.keys().derive(extent, Rights.ALL, "copy");
        names.publish(all, NAME, copy, Rights.ALL);
        NameKey reader = key(Name.of(1), Rights.ALL);
        TestEnv.run(root, EnvSpec.named("finder").grant("key", reader, Rights.ALL), env -> {
            NameKey key = env.keys().find("key", NameKey.class);
            Extent found = env.names().find(key, NAME, Rights.ALL, Extent.class, "found");
            Extent further = env.keys().derive(found, Rights.READ, "further");
            assertTrue(found.isLive() && further.isLive());
            assertEquals(2, env.account().objectsHeld(), "the finder pays");
            AtomicInteger count = new AtomicInteger();
            SideThread.start(() -> count.set(root.keys().revoke(copy))).join();
            assertEquals(2, count.get());
            assertFalse(found.isLive() || further.isLive());
            assertEquals(0, env.account().objectsHeld());
            // The offer stands: only copies were taken back.
            env.names().find(key, NAME, Rights.READ, Extent.class, "found");
        });
        root.keys().drop(copy);
        assertEquals(List.of(), names.list(all));
    }

    @Test
    void shouldLeaveWhatWasFoundWhenTheOfferIsWithdrawn() {
        int before = root.account().objectsHeld();
        names.publish(all, NAME, extent, Rights.READ);
        assertEquals(before + 1, root.account().objectsHeld());
        Extent found = find(all, NAME, Rights.READ);
        names.withdraw(key(Name.of(1), Rights.WRITE), NAME);
        assertTrue(found.isLive());
        assertEquals(ErrorCode.NOT_FOUND, refusal(() -> find(all, NAME, Rights.READ)));
        assertEquals(before + 2, root.account().objectsHeld(), "found, and the narrow key");
        names.publish(all, NAME, extent, Rights.READ);
    }

    @Test
    void shouldEndAnOfferWithItsKey() {
        NameKey key = key(Name.of(1), Rights.ALL);
        NameKey narrow = names.narrow(key, Name.of(1, 5), Rights.ALL, label());
        int before = root.account().objectsHeld();
        names.publish(narrow, NAME, extent, Rights.READ);
        Extent found = find(all, NAME, Rights.READ);
        assertEquals(1, root.keys().revoke(key));
        assertEquals(List.of(), names.list(all));
        assertEquals(before - 1 + 1, root.account().objectsHeld(), "narrow went, found came");
        assertTrue(found.isLive(), "it was derived from the extent, not from the key");
        assertEquals(ErrorCode.REVOKED,
                refusal(() -> names.publish(narrow, NAME, extent, Rights.READ)));
        names.publish(key, NAME, extent, Rights.READ);
    }

    @Test
    void shouldEndAnOfferWithWhatIsOffered() {
        Extent copy = root.keys().derive(extent, Rights.ALL, "copy");
        int before = root.account().objectsHeld();
        names.publish(all, NAME, copy, Rights.READ);
        Extent found = find(all, NAME, Rights.READ);
        root.keys().revoke(extent);
        assertFalse(found.isLive());
        assertEquals(List.of(), names.list(all));
        assertEquals(before - 1, root.account().objectsHeld());
    }

    @Test
    void shouldEndAnOfferWithItsEnvironment() throws InterruptedException {
        CountDownLatch published = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        EnvControl publisher = root.createEnv(EnvSpec.named("publisher")
                .grant("key", key(Name.of(1), Rights.ALL), Rights.WRITE)
                .grant("x", extent, Rights.ALL), env -> {
                    env.names()
                            .publish(env.keys().find("key", NameKey.class), NAME,
                                    env.keys().find("x", Extent.class), Rights.READ);
                    assertEquals(1, env.account().objectsHeld());
                    published.countDown();
                    assertTrue(leave.await(20, TimeUnit.SECONDS));
                });
        assertTrue(published.await(20, TimeUnit.SECONDS));
        Extent found = find(all, NAME, Rights.READ);
        leave.countDown();
        TestEnv.await(publisher);
        assertFalse(found.isLive());
        assertEquals(List.of(), names.list(all));
        names.publish(all, NAME, extent, Rights.READ);
    }

    // ---- limits --------------------------------------------------------------------------------

    @Test
    void shouldChargeOffersAndFindingsUpToTheLimit() {
        names.publish(all, Name.of(2), extent, Rights.READ);
        TestEnv.run(root, EnvSpec.named("poor")
                .objects(3)
                .grant("key", key(Name.ROOT, Rights.ALL), Rights.ALL)
                .grant("x", extent, Rights.ALL), env -> {
                    Names its = env.names();
                    NameKey key = env.keys().find("key", NameKey.class);
                    Extent x = env.keys().find("x", Extent.class);
                    its.publish(key, Name.of(1, 1), x, Rights.READ);
                    its.publish(key, Name.of(1, 2), x, Rights.READ);
                    its.find(key, Name.of(2), Rights.READ, Extent.class, "found");
                    assertEquals(3, env.account().objectsHeld());
                    assertEquals(ErrorCode.QUOTA,
                            refusal(() -> its.publish(key, Name.of(1, 3), x, Rights.READ)));
                    assertEquals(ErrorCode.QUOTA, refusal(() -> its.find(key, Name.of(2),
                            Rights.READ, Extent.class, "second")));
                    assertEquals(ErrorCode.QUOTA, refusal(
                            () -> its.narrow(key, Name.of(1), Rights.READ, "narrow")));
                    assertEquals(3, its.list(key).size());
                    its.withdraw(key, Name.of(1, 2));
                    its.publish(key, Name.of(1, 3), x, Rights.READ);
                    assertEquals(ErrorCode.ALREADY_EXISTS, refusal(() -> {
                        its.withdraw(key, Name.of(1, 1));
                        its.publish(key, Name.of(1, 3), x, Rights.READ);
                    }));
                    assertEquals(2, env.account().objectsHeld(), "a refused offer costs nothing");
                });
    }

    @Test
    void shouldNotFindBeyondTheGreatestDepth() {
        Extent node = extent;
        for (int i = 2; i <= CapabilityTable.MAX_DEPTH; i++) {
            node = root.keys().derive(node, Rights.ALL, label());
        }
        names.publish(all, NAME, node, Rights.READ);
        int before = root.account().objectsHeld();
        assertEquals(ErrorCode.TOO_BIG, refusal(() -> find(all, NAME, Rights.READ)));
        assertEquals(before, root.account().objectsHeld());
    }

    // ---- at the same time ----------------------------------------------------------------------

    @Test
    void shouldLetOneOfTwoHaveAName() {
        CyclicBarrier start = new CyclicBarrier(2);
        AtomicInteger standing = new AtomicInteger();
        AtomicInteger won = new AtomicInteger();
        List<EnvControl> rivals = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            rivals.add(root.createEnv(EnvSpec.named("rival-" + i)
                    .grant("key", all, Rights.WRITE)
                    .grant("x", extent, Rights.ALL), env -> {
                        NameKey key = env.keys().find("key", NameKey.class);
                        Extent x = env.keys().find("x", Extent.class);
                        start.await(20, TimeUnit.SECONDS);
                        for (int round = 0; round < 3_000; round++) {
                            try {
                                env.names().publish(key, NAME, x, Rights.READ);
                                assertEquals(1, standing.incrementAndGet());
                                won.incrementAndGet();
                                standing.decrementAndGet();
                                env.names().withdraw(key, NAME);
                            } catch (ExoException e) {
                                assertEquals(ErrorCode.ALREADY_EXISTS, e.code());
                            }
                        }
                        assertEquals(0, env.account().objectsHeld());
                    }));
        }
        rivals.forEach(TestEnv::await);
        assertTrue(won.get() > 0);
        assertEquals(List.of(), names.list(all));
    }

    @Test
    void shouldLetNoCopyEscapeWhenTheOfferIsWithdrawnAndRevoked() {
        AtomicReference<Extent> latest = new AtomicReference<>();
        AtomicInteger count = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        EnvControl finder = root.createEnv(
                EnvSpec.named("finder").grant("key", all, Rights.READ), env -> {
                    NameKey key = env.keys().find("key", NameKey.class);
                    for (int i = 0; done.getCount() > 0; i++) {
                        try {
                            latest.set(env.names()
                                    .find(key, NAME, Rights.READ, Extent.class,
                                            "found-" + i));
                            count.incrementAndGet();
                        } catch (ExoException e) {
                            // It may fill its quota while the other rests between its steps.
                            assertTrue(Set.of(ErrorCode.NOT_FOUND, ErrorCode.REVOKED,
                                    ErrorCode.QUOTA).contains(e.code()), e.getMessage());
                        }
                    }
                    // Nothing was offered when the last revocation returned.
                    assertEquals(1, env.keys().all().size());
                    assertEquals(0, env.account().objectsHeld());
                });
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (int round = 0; round < 2_000 || count.get() < 100; round++) {
            assertTrue(System.nanoTime() < giveUp, "the other finds nothing");
            names.publish(all, NAME, extent, Rights.READ);
            names.withdraw(all, NAME);
            root.keys().revoke(extent);
            Extent seen = latest.get();
            assertTrue(seen == null || !seen.isLive());
        }
        done.countDown();
        TestEnv.await(finder);
    }
}
