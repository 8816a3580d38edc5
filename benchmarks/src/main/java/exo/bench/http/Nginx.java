// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Settings of nginx that make it a fair baseline: one worker, sendfile, no log, no limits. */
final class Nginx {
    private Nginx() {}

    /**
     * {@return the command that starts it}
     *
     * @param folder a folder of its own, for its settings and what it writes
     * @param files what it serves
     * @param address where it listens, with the port
     * @throws IOException if the settings cannot be written
     */
    static List<String> command(Path folder, Path files, String address) throws IOException {
        Files.createDirectories(folder);
        StringBuilder paths = new StringBuilder();
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            paths.append("  ").append(kind).append("_temp_path ").append(folder).append("/t;\n");
        }
        Path settings = Files.writeString(folder.resolve("nginx.conf"), """
                user root;
                daemon off;
                worker_processes 1;
                pid %s/pid;
                error_log stderr;
                events { worker_connections 1024; }
                http {
                  access_log off;
                  sendfile on;
                  keepalive_requests 1000000000;
                  default_type application/octet-stream;
                %s  server { listen %s; root %s; }
                }
                """.formatted(folder, paths, address, files));
        return List.of("taskset", "-c", "1", "nginx", "-c", settings.toString());
    }
}
