// SPDX-License-Identifier: Apache-2.0
package exo.bench.cap;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.KeyRing;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.upcall.Upcalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel in which capabilities are derived from one extent, in some shape, and revoked.
 *
 * <p>Confined to one thread; the environments that are granted something do nothing but wait.
 */
final class Subtree implements AutoCloseable {
    private static final int ENVS = 64;
    private static final int DEPTH = 62; // below the device, the extent and what is revoked

    /** How the derived capabilities hang together. */
    enum Shape {
        /** All derived from the one that is revoked, for the same environment. */
        FLAT("flat"),
        /** Chains as deep as the kernel allows. */
        DEEP("deep"),
        /** Granted to 64 environments. */
        ENVS("64 envs");

        private final String words;

        Shape(String words) {
            this.words = words;
        }

        /** {@return its name in a table} */
        String words() {
            return words;
        }
    }

    private final Exokernel kernel;
    private final Env root;
    private final KeyRing keys;
    private final Extent source;
    private final List<EnvControl> envs = new ArrayList<>();
    private final String[] labels;

    /**
     * Boots the kernel.
     *
     * @param most the most capabilities that will be derived at a time
     */
    Subtree(int most) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .disk(DiskConfig.temporary("disk0", 1 << 20))
                .objects(most + 2 * ENVS + 16)
                .grace(Duration.ofMillis(1))); // the environments wait for ever, so none is given
        root = kernel.rootEnv();
        keys = root.keys();
        Extent extent = root.disk()
                .allocExtent(keys.find("disk0", BlockDevice.class), "", 1);
        source = keys.derive(extent, Rights.ALL, "source");
        for (int i = 0; i < ENVS; i++) {
            envs.add(root.createEnv(EnvSpec.named("env-" + i).objects(1), env -> {
                while (true) {
                    env.upcalls().await(Upcalls.NEVER);
                }
            }));
        }
        labels = new String[most];
        for (int i = 0; i < most; i++) {
            labels[i] = Integer.toString(i);
        }
    }

    /** Derives so many capabilities. */
    void grow(Shape shape, int count) {
        switch (shape) {
            case FLAT -> flat(0, count);
            case DEEP -> deep(count);
            case ENVS -> {
                for (int i = 0; i < count; i++) {
                    keys.grant(source, envs.get(i % ENVS), Rights.READ, labels[i]);
                }
            }
        }
    }

    private void flat(int from, int to) {
        for (int i = from; i < to; i++) {
            keys.derive(source, Rights.READ, labels[i]);
        }
    }

    private void deep(int count) {
        Extent node = source;
        for (int i = 0; i < count; i++) {
            node = keys.derive(i % DEPTH == 0 ? source : node, Rights.READ, labels[i]);
        }
    }

    /** {@return how many were revoked} */
    int revoke() {
        return keys.revoke(source);
    }

    /** Derives some while the dead are forgotten on the way. */
    void growAmongTheDead(int count) {
        flat(0, count);
    }

    /** {@return what is still charged, for which all the dead must be forgotten first} */
    int settle() {
        return root.account().objectsHeld();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
