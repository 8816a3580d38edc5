// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.Blame;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.cpu.Core;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.Quantum;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.NetDevice;
import exo.api.net.Station;
import exo.cli.console.Console;
import exo.libos.cheetah.Cheetah;
import exo.libos.cheetah.CheetahConfig;
import exo.libos.cheetah.Limits;
import exo.libos.fs.ImportResult;
import exo.libos.fs.Importer;
import exo.libos.fs.SourceTotals;
import exo.libos.net.NetStack;
import exo.libos.net.StackConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The embedder of the main job: a kernel, and the environments that together serve a folder.
 *
 * <p>Who holds what: <pre>
 *   importer   the extent, to read and write; ends when the copy is complete
 *   server     the extent, to read only; a station; a core interval; page frames
 *   gateway    a station of its own, on the wire; the host's listening socket
 * </pre> None of them holds a device or another one's capabilities.
 *
 * <p><b>Thread-safety.</b> {@link #close} any thread; everything else the thread that opened it.
 */
final class WebSite implements AutoCloseable {
    private static final String DISK = "disk0";
    private static final String EXTENT = "site";
    private static final Ipv4Address GATEWAY = Ipv4Address.parse("192.0.2.1");
    private static final int HTTP = 80;
    /** 4 MiB: as long as the importer's transfers get. */
    private static final int IMPORT_PAGES = 1024;
    private static final int BLOCK_BYTES = 4096;
    private static final int MAX_CONNECTIONS = 4096;
    private static final int BUFFER_BYTES = 1 << 14;
    /** A buffer for receiving and one for sending take 8 pages: so a quarter of all, at most. */
    private static final int PAGES_PER_BUFFER = 32;
    private static final int MOST_BUFFERS = 512;
    /** Some fewer than the stack has, so that one more can be told to come back later. */
    private static final int SERVED_CONNECTIONS = MAX_CONNECTIONS - 96;
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final long START_SECONDS = 30;
    private static final Duration POLL = Duration.ofMillis(100);

    private final ServeOptions options;
    private final Console console;
    private final HostFolder folder;
    private final Exokernel kernel;
    private final Env root;
    private final Optional<ServerSocketChannel> listener;
    private final CountDownLatch ready = new CountDownLatch(1);
    private EnvControl server; // written before it serves; the opening thread only
    private EnvControl gateway; // likewise; null without a wire
    private volatile boolean closing;

    private WebSite(ServeOptions options, Console console, HostFolder folder, Exokernel kernel,
            Optional<ServerSocketChannel> listener) {
        this.options = options;
        this.console = console;
        this.folder = folder;
        this.kernel = kernel;
        this.root = kernel.rootEnv();
        this.listener = listener;
    }

    /**
     * Boots the kernel. The gateway's socket is bound first: a port that is taken is told before
     * anything else happens.
     *
     * @param options what to serve and how
     * @param console where to report
     * @return the site, not yet serving
     * @throws IOException if the folder cannot be read or the port not be had
     * @throws ExoException if the kernel cannot boot
     */
    static WebSite open(ServeOptions options, Console console) throws IOException {
        HostFolder folder = HostFolder.of(options.folder());
        Optional<ServerSocketChannel> listener = options.net().isWire()
                ? Optional.of(listen(options.port()))
                : Optional.empty();
        try {
            SourceTotals totals = SourceTotals.of(folder);
            Exokernel kernel = Exokernel.boot(config(options, totals));
            return new WebSite(options, console, folder, kernel, listener);
        } catch (RuntimeException | IOException e) {
            if (listener.isPresent()) {
                listener.get().close();
            }
            throw e;
        }
    }

    private static ServerSocketChannel listen(int port) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getByAddress(new byte[]{127, 0, 0, 1}), port);
        try {
            return socket.bind(address, Gateway.MAX_CONNECTIONS);
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot listen on 127.0.0.1:" + port + ": " + e.getMessage()
                    + "; choose another port with --port, or 0 for any", e);
        }
    }

    private static HostConfig config(ServeOptions options, SourceTotals totals) {
        // Twice, so that an import finds room beside the copy before it; a new image is sparse.
        long blocks = 2 * Importer.blocksNeeded(totals, BLOCK_BYTES);
        long bytes = Math.max(DiskConfig.DEFAULT_BYTES, blocks * BLOCK_BYTES * 9 / 8);
        DiskConfig disk = options.disk()
                .map(path -> DiskConfig.at(DISK, path).bytes(bytes))
                .orElseGet(() -> DiskConfig.temporary(DISK, bytes));
        CpuConfig cpu = options.core()
                .map(core -> CpuConfig.allPermitted().cores(List.of(core)))
                .orElseGet(CpuConfig::allPermitted);
        int gateway = options.net().isWire() ? Gateway.FRAMES : 0;
        return HostConfig.minimal()
                .memory(MemoryConfig.frames(options.pages() + gateway + IMPORT_PAGES))
                .disk(disk)
                .cpu(cpu)
                .net(options.net().config(options.offloads()))
                .grace(GRACE);
    }

    /**
     * Copies the folder, then starts to serve it and says so. When this returns, it serves.
     *
     * @throws ExoException if there is no room, or the server cannot start
     * @throws IOException if the folder cannot be read
     */
    void start() throws IOException, InterruptedException {
        Extent extent = extent();
        copy(extent);
        NetDevice device = root.keys().find(NetChoice.DEVICE, NetDevice.class);
        Ipv4Address address = options.address().ipv4();
        Station station = root.net()
                .allocStation(device, NetChoice.macFor(address), address, "server");
        startServer(extent, station);
        if (listener.isPresent()) {
            startGateway(device, listener.get());
        }
        awaitReady();
        console.print(url() + "  (" + backing() + ")");
        kernel.facilities()
                .stream()
                .filter(f -> f.state() != Facility.State.FULL)
                .forEach(f -> console.say("without: " + f));
    }

    /** {@return the extent that the disk is for, made where it is not there yet} */
    private Extent extent() {
        BlockDevice device = root.keys().find(DISK, BlockDevice.class);
        return root.disk().extentNames(device).contains(EXTENT)
                ? root.disk().openExtent(device, EXTENT)
                : root.disk().allocExtent(device, EXTENT, root.disk().freeBlockCount(device));
    }

    private void copy(Extent extent) throws InterruptedException {
        ImportReport report = new ImportReport(console);
        EnvSpec spec = EnvSpec.named("importer")
                .frames(IMPORT_PAGES)
                .grant(EXTENT, extent, Rights.READ_WRITE);
        EnvControl importer = root.createEnv(spec, env -> {
            Extent own = env.keys().find(EXTENT, Extent.class);
            try (Window window = env.memory().bindWindow(IMPORT_PAGES)) {
                ImportResult result = Importer.of(env, own, window, 0, IMPORT_PAGES)
                        .run(folder, report);
                report.finished(result, folder);
            }
        });
        Optional<EnvExit> exit;
        do {
            exit = importer.awaitExit(POLL);
            kernel.info().refresh();
        } while (exit.isEmpty());
        if (exit.get().reason() != EnvExit.Reason.RETURNED) {
            throw failed("importer", exit.get());
        }
    }

    /** {@return the server's network stack, with a part of its pages as buffers} */
    private StackConfig stack() {
        int buffers = Math.clamp(options.pages() / PAGES_PER_BUFFER, 1, MOST_BUFFERS);
        return StackConfig.network(options.address().prefix())
                .maxConnections(MAX_CONNECTIONS)
                .buffers(BUFFER_BYTES, BUFFER_BYTES, buffers);
    }

    private void startServer(Extent extent, Station station) {
        StackConfig stack = stack();
        if (options.router().isPresent()) {
            stack = stack.router(options.router().get());
        }
        int network = NetStack.pages(stack, station.mtu(), root.memory().pageBytes());
        CheetahConfig config = CheetahConfig.on(stack)
                .port(options.net().isWire() ? HTTP : options.port())
                .cachePages(options.pages() - network)
                .limits(Limits.standard().maxConnections(SERVED_CONNECTIONS))
                .onReady(cheetah -> ready.countDown());
        EnvSpec spec = EnvSpec.named("server")
                .frames(options.pages())
                .objects(EnvSpec.DEFAULT_OBJECTS + options.pages() / Pages.PAGES_PER_OBJECT)
                .grant("site", extent, Rights.READ)
                .grant("station", station, Rights.READ_WRITE)
                .grant("quantum", quantum(), Rights.READ);
        server = root.createEnv(spec, new Cheetah(config));
    }

    /** {@return the whole timeline of the core that was asked for, or of the last one} */
    private Quantum quantum() {
        Core core = root.cpu().cores().getLast();
        return root.cpu().allocQuantum(core.number(), 0, core.slotCount(), "server core");
    }

    private void startGateway(NetDevice device, ServerSocketChannel socket) {
        Station station = root.net()
                .allocStation(device, NetChoice.macFor(GATEWAY), GATEWAY, "gateway");
        EnvSpec spec = EnvSpec.named("gateway")
                .frames(Gateway.FRAMES)
                .grant(Gateway.STATION, station, Rights.READ_WRITE);
        gateway = root.createEnv(spec, new Gateway(socket, options.address().ipv4(), HTTP));
    }

    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!ready.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            if (server.isEnded()) {
                throw failed("server", server.awaitExit(POLL).orElseThrow());
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.KERNEL, "env server",
                        "it did not listen within " + START_SECONDS + " s",
                        "free the processor and start again");
            }
        }
    }

    /** {@return what ended an environment that should not have} */
    private static RuntimeException failed(String env, EnvExit exit) {
        if (exit.failure().orElse(null) instanceof RuntimeException cause) {
            return cause;
        }
        return new IllegalStateException("the environment " + env + " ended: " + exit.reason(),
                exit.failure().orElse(null));
    }

    /** {@return the address of the site} */
    String url() throws IOException {
        String host = options.address().ipv4().toString();
        int port = options.port();
        if (listener.isPresent()) {
            InetSocketAddress bound = (InetSocketAddress) listener.get().getLocalAddress();
            host = bound.getAddress().getHostAddress();
            port = bound.getPort();
        }
        return "http://" + host + (port == HTTP ? "" : ":" + port) + "/";
    }

    /** {@return in a few words what each resource is backed by} */
    private String backing() {
        StringBuilder text = new StringBuilder();
        for (Facility facility : kernel.facilities()) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(facility.name())
                    .append(": ")
                    .append(facility.backing());
        }
        return text.append("; server on core ")
                .append(root.cpu().cores().getLast().number())
                .toString();
    }

    /**
     * Waits until the site is closed from elsewhere, or a part of it has failed. Twice a second it
     * has the kernel refresh what it exposes.
     *
     * @return the exit code of the command
     */
    int awaitEnd() throws InterruptedException {
        while (!closing) {
            Optional<EnvExit> exit = server.awaitExit(POLL.multipliedBy(5));
            kernel.info().refresh(); // for exo top, and for nobody's account but this thread's
            String name = "server";
            if (exit.isEmpty() && gateway != null && gateway.isEnded()) {
                exit = gateway.awaitExit(POLL);
                name = "gateway";
            }
            if (exit.isPresent() && !closing) {
                throw failed(name, exit.get());
            }
        }
        return 0;
    }

    /** {@return whether it was closed, or is about to be} Any thread. */
    boolean isClosing() {
        return closing;
    }

    /** Stops serving and returns every resource. Idempotent; the second caller waits. */
    @Override
    public void close() {
        closing = true;
        kernel.close();
    }
}
