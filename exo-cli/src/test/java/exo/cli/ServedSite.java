// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.testkit.Subprocess;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A running {@code ./exo serve}, and an HTTP client for it. */
final class ServedSite implements AutoCloseable {
    private static final Path PROJECT = Path.of(System.getProperty("exo.basedir"));
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Subprocess process;
    private final URI root;
    private final String banner;

    private ServedSite(Subprocess process) {
        this.process = process;
        this.banner = process.awaitLine("http://", LONG);
        this.root = URI.create(banner.replaceFirst(".*(http://\\S+).*", "$1"));
    }

    /** {@return the command line of the server} */
    static List<String> command(Path folder, String... options) {
        List<String> command = new ArrayList<>(
                List.of(PROJECT.resolve("exo").toString(), "serve", folder.toString()));
        command.addAll(List.of(options));
        return command;
    }

    /** {@return a server that has printed its address} */
    static ServedSite start(List<String> command) {
        Subprocess process = Subprocess.builder(command).start();
        try {
            return new ServedSite(process);
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    /** {@return a server on the wire, at a port of the host's choice} */
    static ServedSite onWire(Path folder, String... options) {
        List<String> command = command(folder, options);
        command.addAll(List.of("--port", "0"));
        return start(command);
    }

    Subprocess process() {
        return process;
    }

    URI root() {
        return root;
    }

    /** {@return the line with the address} */
    String banner() {
        return banner;
    }

    /** {@return the address of a file below the folder} */
    URI address(Path folder, Path file) {
        try {
            String path = "/" + folder.relativize(file);
            return root.resolve(new URI(null, null, path, null).toASCIIString()
                    .replace("+", "%2B")
                    .replace(";", "%3B"));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** {@return a connection to the gateway} */
    Socket connect() throws IOException {
        return new Socket(InetAddress.getByAddress(new byte[]{127, 0, 0, 1}), root.getPort());
    }

    /** Fetches a file and compares every byte. */
    void assertServes(Path folder, Path file) throws IOException {
        URI address = address(folder, file);
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(30_000);
        assertEquals(200, connection.getResponseCode(), address.toString());
        byte[] expected = Files.readAllBytes(file);
        try (InputStream body = connection.getInputStream()) {
            byte[] got = body.readAllBytes();
            assertEquals(expected.length, got.length, address.toString());
            assertTrue(Arrays.equals(expected, got), address + " differs at byte "
                    + Arrays.mismatch(expected, got));
        }
    }

    /** Kills the server, or ends what is left of it. */
    @Override
    public void close() {
        process.close();
    }
}
