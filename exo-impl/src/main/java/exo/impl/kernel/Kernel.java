// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.LeakReport;
import exo.api.info.KernelInfo;
import exo.api.mem.MemoryConfig;
import exo.api.upcall.Repossession;
import exo.impl.audit.Failures;
import exo.impl.audit.LeakEvent;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cpu.Cores;
import exo.impl.disk.Disks;
import exo.impl.mem.FramePool;
import exo.impl.name.NameSpace;
import exo.impl.net.NetDevices;
import exo.impl.revoke.FrameLender;
import exo.impl.revoke.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A kernel instance: it owns the host's resources, and the tree of environments.
 *
 * <p>Boot acquires in the order cores, exposed information, memory, disks, network, root; close
 * returns in the opposite order. A boot that fails half way returns what it had.
 */
final class Kernel implements Exokernel {
    private static final int ROOT_THREADS = 1 << 16;

    private final CapabilityTable capabilities = new CapabilityTable();
    private final NameSpace names = new NameSpace();
    private final AtomicLong envIds = new AtomicLong();
    private final Duration grace;
    private final Deque<Runnable> owned = new ArrayDeque<>(); // written at boot and close only
    private final List<Facility> facilities = new ArrayList<>(); // written at boot only
    private final Exposure info;
    private final FramePool pool;
    private final Cores cores;
    private final KernelEnv root;
    private final Map<Thread, KernelUpcalls> embedderUpcalls = new HashMap<>(); // guarded by itself
    private volatile Consumer<Thread> starter = Thread::start;
    private boolean closed; // guarded by this

    Kernel(HostConfig config) {
        this.grace = Patience.within(config.grace());
        try {
            facilities.add(Fence.probe());
            cores = own(new Cores(config.cpu()), Cores::close);
            info = own(new Exposure(config, cores.totalSlots(), cores.coreCount()),
                    Exposure::close);
            pool = own(new FramePool(config.memory(), info.frames()), FramePool::close);
            Disks disks = own(new Disks(config.disks(), pool.mapping()), Disks::close);
            NetDevices nets = own(new NetDevices(config.nets()), NetDevices::close);
            facilities.add(info.facility());
            facilities.addAll(pool.facilities());
            facilities.addAll(disks.facilities());
            facilities.addAll(cores.facilities());
            facilities.addAll(nets.facilities());
            root = new KernelEnv(this, null, envIds.getAndIncrement(), EnvSpec.named("root")
                    .frames(config.memory().frames())
                    .hugeFrames(pool.hugeFrameCount())
                    .extraFrames(MemoryConfig.MAX_FRAMES) // lent, not promised: nothing to add up
                    .blocks(disks.totalBlocks())
                    .slots(cores.totalSlots())
                    .objects(config.objects())
                    .threads(ROOT_THREADS));
            pool.onShortage(own(new FrameLender(pool, config.lending(), this::allEnvs),
                    FrameLender::close));
            disks.giveTo(root, capabilities);
            nets.giveTo(root, capabilities);
            names.giveTo(root, capabilities);
            info.begin(root, cores, disks, nets);
        } catch (RuntimeException | Error e) {
            Failures failures = new Failures();
            failures.attempt(() -> {
                throw e;
            });
            release(failures);
            throw e;
        }
    }

    private <T> T own(T resource, Consumer<T> close) {
        owned.push(() -> close.accept(resource));
        return resource;
    }

    @Override
    public Env rootEnv() {
        return root;
    }

    @Override
    public List<Facility> facilities() {
        return List.copyOf(facilities);
    }

    @Override
    public List<Facility> limits() {
        return HostReport.limits();
    }

    @Override
    public KernelInfo info() {
        return info;
    }

    /** {@return what is exposed, for the kernel to write} */
    Exposure exposure() {
        return info;
    }

    @Override
    public LeakReport leaks() {
        List<String> held = new ArrayList<>();
        collect(root, held);
        return new LeakReport(held);
    }

    private void collect(KernelEnv env, List<String> held) {
        List<KernelEnv> children = env.life().children();
        for (Charge charge : Charge.values()) {
            long used = env.ledger().used(charge) - bootCharge(env, charge);
            for (KernelEnv child : children) {
                used -= child.life().quotaOf(charge);
            }
            if (used > 0) {
                held.add("env " + env.name() + ": " + used + " " + charge.plural());
            }
        }
        children.forEach(child -> collect(child, held));
    }

    /** {@return what the environment holds since boot: the root's for devices and names} */
    private long bootCharge(KernelEnv env, Charge charge) {
        return env == root && charge == Charge.OBJECTS ? bootObjects() : 0;
    }

    private long bootObjects() {
        return capabilities.heldBy(root)
                .stream()
                .filter(c -> c.lineage().parent() == null)
                .filter(c -> switch (c.kind()) {
                    case BLOCK_DEVICE, NET_DEVICE, NAME -> true;
                    default -> false;
                })
                .count();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Failures failures = new Failures();
        for (KernelEnv child : root.life().children().reversed()) {
            failures.attempt(() -> child.life().end(grace));
        }
        root.life().leaveRoot();
        for (EnvService service : root.services()) {
            failures.attempt(service::abort);
        }
        failures.attempt(() -> capabilities.close(root, Repossession.Cause.OWNER_GONE));
        failures.attempt(() -> leaks().entries().forEach(LeakEvent::record));
        failures.attempt(info::end); // before the devices go that a refresh would look at
        synchronized (embedderUpcalls) {
            embedderUpcalls.values().forEach(port -> failures.attempt(port::close));
            embedderUpcalls.clear();
        }
        release(failures);
        failures.rethrow();
    }

    /** Returns what the host gave, in the opposite order; a failure does not keep the rest. */
    private void release(Failures failures) {
        while (!owned.isEmpty()) {
            failures.attempt(owned.pop());
        }
    }

    // ---- what environments need
    // ------------------------------------------------------------------

    CapabilityTable capabilities() {
        return capabilities;
    }

    NameSpace names() {
        return names;
    }

    FramePool pool() {
        return pool;
    }

    Cores cores() {
        return cores;
    }

    Duration grace() {
        return grace;
    }

    KernelEnv root() {
        return root;
    }

    /** {@return all living environments, creators before what they created} */
    private List<KernelEnv> allEnvs() {
        List<KernelEnv> all = new ArrayList<>(List.of(root));
        for (int next = 0; next < all.size(); next++) {
            all.addAll(all.get(next).children());
        }
        return all;
    }

    void start(Thread thread) {
        starter.accept(thread);
    }

    /** For tests, which need a host that has no more threads. */
    void startThreadsBy(Consumer<Thread> chosen) {
        starter = chosen;
    }

    long nextEnvId() {
        return envIds.getAndIncrement();
    }

    /** {@return the upcalls of the embedder's calling thread, made when it first asks} */
    KernelUpcalls embedderUpcalls(KernelEnv env) {
        synchronized (embedderUpcalls) {
            embedderUpcalls.entrySet().removeIf(e -> {
                boolean gone = !e.getKey().isAlive();
                if (gone) {
                    e.getValue().close();
                }
                return gone;
            });
            return embedderUpcalls.computeIfAbsent(Thread.currentThread(), thread -> {
                KernelUpcalls made = new KernelUpcalls(env, thread);
                if (embedderUpcalls.isEmpty()) {
                    env.control().attach(made);
                }
                made.register(env.idleReturn());
                return made;
            });
        }
    }
}
