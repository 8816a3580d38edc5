// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ServeCommandTest {

    @TempDir
    private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private void assertRefused(int exit, String said, String... arguments) {
        assertEquals(exit, run(arguments), err.toString());
        assertTrue(err.toString().contains(said), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void shouldWantAFolder() {
        assertRefused(2, "DIR", "serve");
    }

    @Test
    void shouldRefuseAFolderThatIsNotThere() {
        assertRefused(2, "is not there", "serve", folder.resolve("none").toString());
    }

    @Test
    void shouldRefuseAFileAsFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(2, "not a folder", "serve", file.toString());
    }

    @Test
    void shouldRefuseAPortThatDoesNotExist() {
        assertRefused(2, "0 to 65535, but was 65536", "serve", folder.toString(), "--port",
                "65536");
    }

    @Test
    void shouldRefuseFewerPagesThanTheServerNeeds() {
        assertRefused(2, "4096 to", "serve", folder.toString(), "--pages", "4095");
    }

    @Test
    void shouldRefuseAnUnknownNet() {
        assertRefused(2, "wire, packet:INTERFACE or tap:NAME", "serve", folder.toString(), "--net",
                "pigeon");
    }

    @Test
    void shouldRefuseAnInterfaceWithoutAnAddress() {
        assertRefused(2, "--address", "serve", folder.toString(), "--net", "packet:veth0");
    }

    @Test
    void shouldSayThatThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1,
                InetAddress.getByAddress(new byte[]{127, 0, 0, 1}))) {
            assertRefused(1, "choose another port with --port", "serve", folder.toString(),
                    "--port", Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void shouldRefuseACoreThatIsNotThere() {
        assertRefused(1, "core", "serve", folder.toString(), "--port", "0", "--core", "4095");
    }
}
