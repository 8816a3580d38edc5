// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words that tie the project to one machine or one network. */
final class ForbiddenWords {

    /** Paths that are somebody's own. */
    private static final Pattern MACHINE_PATH = Pattern
            .compile("(?<![\\w./~$}])/(work|root|home|tmp)/\\w[\\w./-]*");
    private static final Pattern ADDRESS = Pattern
            .compile("https?://([A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,})(?![\\w.])");
    private static final Pattern SERVICE = Pattern
            .compile(
                    "\\b(?:repo|registry|mirror|proxy|artifactory|nexus)[\\w-]*"
                            + "\\.[\\w-]+\\.[a-z]{2,}");
    /** Hosts that documents and comments may point to: standards, papers, the tools we build on. */
    private static final Set<String> HOSTS = Set.of("www.apache.org", "maven.apache.org",
            "www.w3.org", "openjdk.org", "docs.oracle.com", "www.rfc-editor.org",
            "datatracker.ietf.org", "www.kernel.org", "docs.kernel.org", "man7.org", "doi.org",
            "dl.acm.org", "www.usenix.org", "pdos.csail.mit.edu", "dspace.mit.edu", "github.com",
            "picocli.info", "junit.org", "errorprone.info", "www.tcpdump.org");

    private ForbiddenWords() {}

    /** {@return the forbidden words of one file} */
    static List<Finding> check(String path, String text) {
        List<Finding> found = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher machine = MACHINE_PATH.matcher(line);
            while (machine.find()) {
                found.add(Finding.at(path, number, "machine-path", machine.group()));
            }
            Matcher address = ADDRESS.matcher(line);
            while (address.find()) {
                String host = address.group(1);
                if (!HOSTS.contains(host) && !host.matches("(.*\\.)?example(\\.\\w+)?")) {
                    found.add(Finding.at(path, number, "host", host
                            + " is not among the hosts that may be named"));
                }
            }
            Matcher service = SERVICE.matcher(line);
            while (service.find()) {
                found.add(Finding.at(path, number, "host", service.group() + " is a registry"));
            }
        }
        return found;
    }
}
