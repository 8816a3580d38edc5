// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.Capability;
import exo.api.Env;
import exo.api.LibOs;
import exo.api.cpu.Quantum;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.api.net.Station;
import exo.libos.fs.Volume;
import exo.libos.net.NetStack;
import java.util.Objects;

/**
 * A web server that is its own operating system: it sends files from the page frames they were read
 * into, through its own TCP, from its own file system.
 *
 * <p><b>Capabilities.</b> It looks for them in the key-ring by label: <ul>
 * <li>{@value #STATION}: a {@link Station} with {@link exo.api.Rights#READ_WRITE};
 * <li>{@value #SITE}: an {@link Extent} that holds a volume, with {@link exo.api.Rights#READ};
 * <li>{@value #QUANTUM}: a {@link Quantum} to bind its thread to, if it is there.
 * </ul>
 * Its environment needs as many page frames as {@link CheetahConfig#pages} says.
 *
 * <p><b>What it serves.</b> HTTP/1.1 and 1.0, GET and HEAD, one range at a time, conditional
 * requests, directories by {@code index.html} or as a list. It never leaves the volume's root, and
 * never writes.
 *
 * <p><b>Ownership and lifetime.</b> {@link #run} returns after a stop request: connections that are
 * idle are closed, responses under way get the grace period, and then all it bound is closed in
 * order.
 *
 * <p><b>Visible revocation.</b> If page frames are asked back, pages of the file cache go, those
 * used longest ago first. A connection that was sending from pages that were taken by force is
 * reset.
 *
 * <p><b>Thread-safety.</b> {@link #counters} any thread; {@link #run} once at a time.
 *
 * @see "Engler, PhD thesis, MIT 1998, chapter 7: the Cheetah web server"
 */
public final class Cheetah implements LibOs {
    /** The label of the station. */
    public static final String STATION = "station";
    /** The label of the extent that holds the volume. */
    public static final String SITE = "site";
    /** The label of the quantum, which need not be there. */
    public static final String QUANTUM = "quantum";

    private final CheetahConfig config;
    private final Counters counters = new Counters();

    /**
     * A web server.
     *
     * @param config what it shall be
     */
    public Cheetah(CheetahConfig config) {
        this.config = Objects.requireNonNull(config, "config");
    }

    /** {@return what it shall be} */
    public CheetahConfig config() {
        return config;
    }

    /** {@return what it has done so far, over all its runs} */
    public CheetahCounters counters() {
        return counters.snapshot();
    }

    /**
     * Serves until it is asked to stop.
     *
     * @param env the environment
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#NOT_FOUND} if a capability is
     *         missing; with {@link exo.api.ErrorCode#QUOTA} if the environment has not enough
     *         frames; with {@link exo.api.ErrorCode#CORRUPT} if the extent holds no good volume
     */
    @Override
    public void run(Env env) {
        Station station = env.keys().find(STATION, Station.class);
        Extent site = env.keys().find(SITE, Extent.class);
        bindQuantum(env);
        int netPages = NetStack.pages(config.stack(), station.mtu(), env.memory().pageBytes());
        try (Window window = env.memory().bindWindow(netPages + config.cachePages());
                NetStack stack = NetStack.open(env, station, window, 0, config.stack(),
                        System::nanoTime);
                Volume volume = Volume.mount(env, site, window, netPages, config.cachePages())) {
            new Server(new Server.Parts(env, window, stack, volume), config, counters).run(this);
        }
    }

    private static void bindQuantum(Env env) {
        for (Capability capability : env.keys().all()) {
            if (capability instanceof Quantum quantum && quantum.label().equals(QUANTUM)) {
                env.cpu().bind(quantum);
            }
        }
    }
}
