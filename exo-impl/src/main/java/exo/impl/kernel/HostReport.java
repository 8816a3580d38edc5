// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Facility;
import exo.host.HostLimits;
import java.util.List;

/** What the host allows this process, in words. */
final class HostReport {
    private static final long KIBI = 1024;

    private HostReport() {}

    /** {@return the user and the limits; cold, since it loads JNR-POSIX where it may} */
    static List<Facility> limits() {
        HostLimits limits = ask();
        return List.of(
                Facility.full("host.user", limits.userName() + ", uid " + limits.userId()),
                Facility.full("host.locked-memory", amount(limits.lockedBytes(), KIBI, " KiB")),
                Facility.full("host.open-files", amount(limits.openFiles(), 1, "")),
                Facility.full("host.page", limits.pageBytes() + " bytes"));
    }

    private static HostLimits ask() {
        try {
            return HostLimits.byPosix();
        } catch (LinkageError e) {
            // Without native access for jffi the library cannot be loaded; the host answers too.
            return HostLimits.bySystemCalls();
        }
    }

    private static String amount(long value, long unit, String name) {
        return value == Long.MAX_VALUE ? "no limit" : value / unit + name;
    }
}
