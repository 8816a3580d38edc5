// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Blame;
import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.KeyRing;
import exo.api.LibOs;
import exo.api.Quota;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.cpu.Cpu;
import exo.api.disk.Disk;
import exo.api.disk.SpillArea;
import exo.api.info.KernelInfo;
import exo.api.mem.Memory;
import exo.api.name.Names;
import exo.api.net.Net;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.api.upcall.Upcalls;
import exo.impl.audit.RevocationEvent;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.EventPort;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.KernelKeyRing;
import exo.impl.cap.KeyTable;
import exo.impl.cap.Ledger;
import exo.impl.cap.Revocable;
import exo.impl.cap.Usage;
import exo.impl.cpu.KernelCpu;
import exo.impl.disk.KernelDisk;
import exo.impl.mem.KernelMemory;
import exo.impl.name.KernelNames;
import exo.impl.net.KernelNet;
import exo.impl.revoke.Holder;
import exo.impl.revoke.RecallClaim;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * An environment. It joins the services of the resources with a ledger, a key-ring and a life.
 *
 * <p>This class answers who calls and what is held; {@link EnvLife} knows how it ends.
 */
final class KernelEnv implements Env, Holder {
    private final Kernel kernel;
    private final KernelEnv parent; // null for the root
    private final long id;
    private final String name;
    private final long bornTick; // milliseconds since boot
    private final Ledger ledger;
    private final Usage usage = new Usage();
    private final KeyTable keyTable = new KeyTable();
    private final KernelKeyRing keyRing;
    private final KernelMemory memory;
    private final KernelDisk disk;
    private final KernelCpu cpu;
    private final KernelNet net;
    private final KernelNames names;
    private final ControlEvents control;
    private final IdleReturn idleReturn;
    private final EnvLife life;
    private final RepossessionVector vector;
    private final AtomicLong exits = new AtomicLong(); // children that have ended
    /** By how much the quota grew since the libOS was told. Guarded by itself. */
    private final Map<ResourceKind, Long> growth = new EnumMap<>(ResourceKind.class);

    KernelEnv(Kernel kernel, KernelEnv parent, long id, EnvSpec spec) {
        this.kernel = kernel;
        this.parent = parent;
        this.id = id;
        this.name = spec.name();
        this.bornTick = kernel.exposure().tick();
        this.ledger = new Ledger(name, spec.quota(), kernel.capabilities()::settle,
                parent != null);
        this.keyRing = new KernelKeyRing(kernel.capabilities(), this);
        this.memory = new KernelMemory(kernel.pool(), kernel.capabilities(), this);
        this.disk = new KernelDisk(kernel.capabilities(), this, memory.spills());
        this.cpu = new KernelCpu(kernel.cores(), kernel.capabilities(), this);
        this.net = new KernelNet(kernel.capabilities(), this);
        this.names = new KernelNames(kernel.names(), kernel.capabilities(), this);
        this.control = new ControlEvents(parent != null);
        this.vector = new RepossessionVector(control);
        this.idleReturn = new IdleReturn(memory);
        this.life = new EnvLife(this);
    }

    // ---- what the libOS sees -----------------------------------------------------------------

    @Override
    public String name() {
        return name;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public KeyRing keys() {
        return keyRing;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public Cpu cpu() {
        return cpu;
    }

    @Override
    public Net net() {
        return net;
    }

    @Override
    public Names names() {
        return names;
    }

    @Override
    public KernelInfo info() {
        checkCaller();
        return kernel.info();
    }

    @Override
    public Upcalls upcalls() {
        checkCaller();
        return ownUpcalls();
    }

    private KernelUpcalls ownUpcalls() {
        return Thread.currentThread() instanceof KernelThread thread
                ? thread.upcalls()
                : kernel.embedderUpcalls(this);
    }

    @Override
    public Quota quota() {
        checkCaller();
        return ledger.quota();
    }

    @Override
    public Account account() {
        checkCaller();
        return snapshot();
    }

    /** {@return what the environment holds and has consumed, for itself and for its holder} */
    Account snapshot() {
        int idle = memory.idleFrames();
        return new Account((int) ledger.used(Charge.FRAMES) - idle - life.childFrames()
                + ledger.extraFrames(), idle, ledger.extraFrames(),
                ledger.used(Charge.BLOCKS) - life.childBlocks(), (int) ledger.used(Charge.SLOTS),
                (int) ledger.used(Charge.OBJECTS), life.threadCount(), life.cpuNanos(),
                usage.upcalls.sum(), usage.repossessions.sum(), usage.packetsReceived.sum(),
                usage.packetsSent.sum(), usage.packetsRefused.sum(), usage.blocksRead.sum(),
                usage.blocksWritten.sum());
    }

    @Override
    public EnvControl createEnv(EnvSpec spec, LibOs libOs) {
        Objects.requireNonNull(spec, "spec");
        Objects.requireNonNull(libOs, "libOs");
        checkCaller();
        return life.createChild(spec, libOs);
    }

    @Override
    public void startThread(String threadName, LibOs body) {
        Objects.requireNonNull(threadName, "name");
        Objects.requireNonNull(body, "body");
        checkCaller();
        life.startThread(threadName, body, false);
    }

    // ---- what the resource packages see
    // ----------------------------------------------------------

    @Override
    public boolean isCaller() {
        KernelEnv caller = Thread.currentThread() instanceof KernelThread thread
                && thread.env().kernel == kernel ? thread.env() : kernel.root();
        return caller == this;
    }

    @Override
    public void checkCaller() {
        if (!isCaller()) {
            throw new WrongThreadException("thread " + Thread.currentThread().getName()
                    + " is not one of env " + name);
        }
        if (life.isLeaving()) {
            throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER, "env " + name,
                    "it is ending", "return from LibOs.run soon after the stop request");
        }
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public KeyTable keyTable() {
        return keyTable;
    }

    @Override
    public EventPort eventPort() {
        return ownUpcalls();
    }

    @Override
    public Usage usage() {
        return usage;
    }

    @Override
    public void granted(Capability capability) {
        ControlEvents.Event event = handler -> handler.onGrant(capability);
        control.post(event.unless(() -> !capability.isLive()));
    }

    @Override
    public void spilled(SpillArea area, int place, BooleanSupplier over) {
        ControlEvents.Event event = handler -> handler.onSpilled(area, place);
        control.post(event.unless(over));
    }

    /** Tells the libOS that a child has ended; of many that it did not hear of, the last. */
    void childEnded(EnvControl child, EnvExit exit) {
        long number = exits.incrementAndGet();
        ControlEvents.Event event = handler -> handler.onChildExit(child, exit);
        control.post(event.unless(() -> exits.get() - number >= Upcalls.MAX_EXITS));
    }

    @Override
    public void repossessed(Repossession entry) {
        usage.repossessions.increment();
        RevocationEvent.taken(name, entry);
        vector.add(entry);
    }

    /** Tells the libOS that its quota grew; what it has not heard of yet is joined. */
    void quotaGrown(ResourceKind kind, long amount) {
        synchronized (growth) {
            if (growth.merge(kind, amount, Long::sum) > amount) {
                return; // an event is pending
            }
        }
        control.post(handler -> {
            long all;
            synchronized (growth) {
                all = growth.remove(kind);
            }
            handler.onQuotaGrown(kind, all);
        });
    }

    @Override
    public int recall(KernelCapability source, Notice notice) {
        return RecallClaim.recall(kernel.capabilities(), source, notice);
    }

    @Override
    public List<KernelEnv> children() {
        return life.children();
    }

    @Override
    public Revocable revocable(Charge charge) {
        return switch (charge) {
            case FRAMES -> idleReturn;
            case BLOCKS -> disk;
            case SLOTS -> cpu;
            default -> throw new IllegalArgumentException(charge.plural() + " cannot be taken");
        };
    }

    @Override
    public void ask(Ask ask) {
        ControlEvents.Event event = handler -> {
            if (idleReturn.isPending()) { // since the thread looked last
                idleReturn.deliver(handler);
            }
            ask.request().ifPresent(handler::onRevokeRequest);
        };
        control.post(event.unless(ask::isOver));
    }

    List<Repossession> repossessions(boolean clear) {
        return vector.entries(clear);
    }

    // ---- what the kernel sees ------------------------------------------------------------------

    Kernel kernel() {
        return kernel;
    }

    KernelEnv parent() {
        return parent;
    }

    long bornTick() {
        return bornTick;
    }

    EnvLife life() {
        return life;
    }

    ControlEvents control() {
        return control;
    }

    IdleReturn idleReturn() {
        return idleReturn;
    }

    KernelMemory frames() {
        return memory;
    }

    /**
     * {@return its services, in the order in which they end: what lies on windows before windows}
     */
    List<EnvService> services() {
        return List.of(net, disk, cpu, memory);
    }

    boolean isLeaving() {
        return life.isLeaving();
    }

    void threadStarted(KernelThread thread) {
        KernelUpcalls port = thread.upcalls();
        port.register(idleReturn);
        if (thread.isFirst()) {
            control.attach(port);
        }
    }

    void threadEnding(KernelThread thread) {
        life.threadEnding(thread);
    }

    void fail(Throwable failure) {
        life.fail(failure);
    }
}
