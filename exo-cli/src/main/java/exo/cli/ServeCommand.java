// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.ExoException;
import exo.api.mem.MemoryConfig;
import exo.api.net.Ipv4Address;
import exo.cli.console.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code exo serve}: imports a folder into a file system on raw blocks and serves it over HTTP.
 *
 * <p>It parses and checks; {@link WebSite} does the work.
 */
@Command(name = "serve", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Serves the files below a folder over HTTP.",
                "The folder is copied into a file system on raw blocks first; later changes in it"
                        + " are served after a restart."})
final class ServeCommand implements Callable<Integer> {
    /** Fewest frames with which the server works: its network rings and a small cache. */
    static final int MIN_PAGES = 4096;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder to serve.")
    private Path folder;

    @Option(names = "--disk", paramLabel = "PATH",
            description = {"An image file or block device to keep the copy on, so that a restart"
                    + " copies only what changed.", "Without it the copy is temporary."})
    private Path disk;

    @Option(names = "--net", paramLabel = "NET", defaultValue = "wire",
            converter = NetConverter.class,
            description = {"How clients reach the server: wire (default; a gateway listens on"
                    + " 127.0.0.1 and needs no privilege), packet:INTERFACE, or tap:NAME."})
    private NetChoice net;

    @Option(names = "--address", paramLabel = "A.B.C.D/PREFIX",
            converter = AddressConverter.class,
            description = "The address of the server; needed with packet:INTERFACE.")
    private NetChoice.AddressChoice address;

    @Option(names = "--router", paramLabel = "A.B.C.D", converter = RouterConverter.class,
            description = "The router to other networks; needed if clients are there.")
    private Ipv4Address router;

    @Option(names = "--offloads",
            description = {"With packet:INTERFACE: let the host cut long segments and fill in"
                    + " their checksums.",
                    "Faster, but a capture on a virtual link shows them"
                            + " before that is done."})
    private boolean offloads;

    @Option(names = "--port", paramLabel = "N", defaultValue = "8080",
            description = "The TCP port; 0 lets the host choose on the wire."
                    + " Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--pages", paramLabel = "N", defaultValue = "16384",
            description = "Page frames for the server: its cache and its network buffers."
                    + " Default: ${DEFAULT-VALUE}.")
    private int pages;

    @Option(names = "--core", paramLabel = "N",
            description = "The core the server runs on. Default: the last one permitted.")
    private Integer core;

    /** Reads {@code --net}. */
    static final class NetConverter implements CommandLine.ITypeConverter<NetChoice> {
        @Override
        public NetChoice convert(String text) {
            return converted(() -> NetChoice.parse(text));
        }
    }

    /** Reads {@code --address}. */
    static final class AddressConverter
            implements
                CommandLine.ITypeConverter<NetChoice.AddressChoice> {
        @Override
        public NetChoice.AddressChoice convert(String text) {
            return converted(() -> NetChoice.AddressChoice.parse(text));
        }
    }

    /** Reads {@code --router}. */
    static final class RouterConverter implements CommandLine.ITypeConverter<Ipv4Address> {
        @Override
        public Ipv4Address convert(String text) {
            return converted(() -> Ipv4Address.parse(text));
        }
    }

    private static <T> T converted(java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        ServeOptions options = check();
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
        try (WebSite site = WebSite.open(options, console)) {
            // The hook also runs when the site ended by itself: closing twice does nothing.
            Runtime.getRuntime().addShutdownHook(new Thread(site::close, "exo-shutdown"));
            return serve(site);
        } catch (ExoException | IOException e) {
            console.say(e.getMessage());
            return 1;
        }
    }

    private static int serve(WebSite site) throws IOException, InterruptedException {
        try {
            site.start();
            return site.awaitEnd();
        } catch (RuntimeException e) {
            if (site.isClosing()) {
                return 0; // a signal ended it, which is what made a part of it fail
            }
            throw e;
        }
    }

    private ServeOptions check() {
        if (!Files.isDirectory(folder)) {
            throw wrong("DIR '" + folder + "' is " + (Files.exists(folder)
                    ? "not a folder"
                    : "not there"));
        }
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            throw wrong("DIR '" + folder + "' cannot be read by this user");
        }
        if (port < (net.isWire() ? 0 : 1) || port > 65_535) {
            throw wrong("--port must be " + (net.isWire() ? 0 : 1) + " to 65535, but was " + port);
        }
        int most = MemoryConfig.MAX_FRAMES / 2;
        if (pages < MIN_PAGES || pages > most) {
            throw wrong("--pages must be " + MIN_PAGES + " to " + most + ", but was " + pages);
        }
        try {
            return new ServeOptions(folder, Optional.ofNullable(disk), net,
                    net.address(Optional.ofNullable(address)), Optional.ofNullable(router), port,
                    offloads, pages,
                    Optional.ofNullable(core));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
