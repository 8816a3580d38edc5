// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.impl.kernel.TestEnv;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Keys that are forged, borrowed, stale or too weak, and offers that are not the caller's. */
class NamesHostile {
    private static final Name NAME = Name.of(1, 5);

    private final Exokernel kernel = Exokernel.boot(
            HostConfig.minimal().disk(DiskConfig.temporary("disk0", 4 << 20)));
    private final Env root = kernel.rootEnv();
    private final Names names = root.names();
    private final NameKey all = root.keys().find(Names.ROOT_LABEL, NameKey.class);
    private final Extent extent = root.disk()
            .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** A key that its maker calls mighty. */
    private record HomeMade(Name name, Rights rights, String label) implements NameKey {
        @Override
        public ResourceKind kind() {
            return ResourceKind.NAME;
        }

        @Override
        public boolean isLive() {
            return true;
        }
    }

    private static void assertRefused(ErrorCode code, Names names, NameKey key, Extent extent) {
        int offers = 0;
        for (Runnable call : List.<Runnable>of(
                () -> names.narrow(key, NAME, Rights.NONE, "made"),
                () -> names.publish(key, NAME, extent, Rights.NONE),
                () -> names.find(key, NAME, Rights.NONE, Capability.class, "made"),
                () -> names.withdraw(key, NAME),
                () -> names.list(key))) {
            assertEquals(code, assertThrows(ExoException.class, call::run).code(),
                    "call " + offers++);
        }
    }

    @Test
    void shouldRefuseAForgedKey() {
        int before = root.account().objectsHeld();
        assertRefused(ErrorCode.INVALID, names, new HomeMade(Name.ROOT, Rights.ALL, "x"), extent);
        try (Exokernel other = Exokernel.boot(HostConfig.minimal())) {
            NameKey foreign = other.rootEnv().keys().find(Names.ROOT_LABEL, NameKey.class);
            assertRefused(ErrorCode.INVALID, names, foreign, extent);
        }
        assertEquals(before, root.account().objectsHeld());
    }

    @Test
    void shouldRefuseTheKeyOfAnother() {
        TestEnv.run(root, EnvSpec.named("thief").grant("x", extent, Rights.ALL), env -> {
            Extent own = env.keys().find("x", Extent.class);
            assertRefused(ErrorCode.FOREIGN, env.names(), all, own);
            assertEquals(0, env.account().objectsHeld());
        });
    }

    @Test
    void shouldRefuseTheNamesOfAnother() {
        AtomicReference<Names> leaked = new AtomicReference<>();
        TestEnv.run(root, EnvSpec.named("leaking"), env -> leaked.set(env.names()));
        assertThrows(WrongThreadException.class, () -> leaked.get().list(all));
        TestEnv.run(root, EnvSpec.named("curious"), env -> {
            assertThrows(WrongThreadException.class, () -> names.list(all));
            assertThrows(WrongThreadException.class,
                    () -> names.publish(all, NAME, extent, Rights.READ));
        });
    }

    @Test
    void shouldRefuseAKeyThatWasRevokedOrDropped() {
        NameKey upper = names.narrow(all, Name.of(1), Rights.ALL, "upper");
        NameKey lower = names.narrow(upper, NAME, Rights.ALL, "lower");
        root.keys().revoke(upper);
        assertRefused(ErrorCode.REVOKED, names, lower, extent);
        root.keys().drop(upper);
        assertRefused(ErrorCode.REVOKED, names, upper, extent);
    }

    @Test
    void shouldRefuseToOfferWhatTheCallerMayNotGrant() {
        int before = root.account().objectsHeld();
        Extent noGrant = root.keys().derive(extent, Rights.READ_WRITE, "no grant");
        Extent weak = root.keys().derive(extent, Rights.READ.and(Rights.GRANT), "weak");
        Extent dead = root.keys().derive(extent, Rights.ALL, "dead");
        root.keys().drop(dead);
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(ExoException.class,
                () -> names.publish(all, NAME, noGrant, Rights.READ)).code());
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(ExoException.class,
                () -> names.publish(all, NAME, weak, Rights.READ_WRITE)).code());
        assertEquals(ErrorCode.REVOKED, assertThrows(ExoException.class,
                () -> names.publish(all, NAME, dead, Rights.READ)).code());
        NameKey reader = names.narrow(all, NAME, Rights.READ, "reader");
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(ExoException.class,
                () -> names.publish(reader, NAME, extent, Rights.READ)).code());
        TestEnv.run(root, EnvSpec.named("thief").grant("key", all, Rights.ALL), env -> {
            NameKey key = env.keys().find("key", NameKey.class);
            assertEquals(ErrorCode.FOREIGN, assertThrows(ExoException.class,
                    () -> env.names().publish(key, NAME, extent, Rights.READ)).code());
        });
        assertEquals(List.of(), names.list(all));
        assertEquals(before + 3, root.account().objectsHeld());
    }

    @Test
    void shouldNotTellWhatIsOfferedToWhoHasNoKeyForIt() {
        names.publish(all, NAME, extent, Rights.READ);
        NameKey beside = names.narrow(all, Name.of(1, 4), Rights.ALL, "beside");
        String there = assertThrows(ExoException.class, () -> names.find(beside, NAME,
                Rights.READ, Extent.class, "x")).getMessage();
        names.withdraw(all, NAME);
        String gone = assertThrows(ExoException.class, () -> names.find(beside, NAME,
                Rights.READ, Extent.class, "x")).getMessage();
        assertEquals(there, gone);
        assertTrue(there.contains("1.4") && there.contains("1.5"), there);
        assertEquals(List.of(), names.list(beside));
    }

    @Test
    void shouldNotGainByPublishingWhatWasFound() {
        names.publish(all, NAME, extent, Rights.READ.and(Rights.GRANT));
        TestEnv.run(root, EnvSpec.named("middleman")
                .grant("key", all, Rights.READ_WRITE.and(Rights.GRANT)), env -> {
                    NameKey key = env.keys().find("key", NameKey.class);
                    Extent found = env.names()
                            .find(key, NAME, Rights.READ.and(Rights.GRANT),
                                    Extent.class, "found");
                    assertEquals(ErrorCode.INSUFFICIENT,
                            assertThrows(ExoException.class, () -> env.names()
                                    .publish(key,
                                            Name.of(2), found, Rights.ALL))
                                    .code());
                    env.names().publish(key, Name.of(2), found, Rights.READ);
                    Extent again = env.names()
                            .find(key, Name.of(2), Rights.READ, Extent.class,
                                    "again");
                    assertEquals(ErrorCode.INSUFFICIENT,
                            assertThrows(ExoException.class, () -> env.names()
                                    .find(key,
                                            Name.of(2), Rights.WRITE, Extent.class, "wider"))
                                    .code());
                    env.keys().drop(found);
                    assertFalse(again.isLive());
                    assertEquals(List.of(NAME), env.names().list(key));
                });
    }

    @Test
    void shouldExhaustItselfAloneWithOffers() {
        TestEnv.run(root, EnvSpec.named("glutton")
                .objects(50)
                .grant("key", all, Rights.WRITE)
                .grant("x", extent, Rights.ALL), env -> {
                    NameKey key = env.keys().find("key", NameKey.class);
                    Extent x = env.keys().find("x", Extent.class);
                    ExoException e = assertThrows(ExoException.class, () -> {
                        for (int i = 0; i < 256; i++) {
                            env.names().publish(key, Name.of(7, i), x, Rights.READ);
                        }
                    });
                    assertEquals(ErrorCode.QUOTA, e.code());
                    assertEquals(50, env.account().objectsHeld());
                });
        assertEquals(List.of(), names.list(all));
        names.publish(all, Name.of(7, 0), extent, Rights.READ);
    }
}
