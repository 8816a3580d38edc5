// SPDX-License-Identifier: Apache-2.0
package exo.host.posix;

import jnr.constants.platform.RLIMIT;
import jnr.constants.platform.Sysconf;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import jnr.posix.Passwd;
import jnr.posix.RLimit;

/**
 * What the C library says about this process, by JNR-POSIX.
 *
 * <p>The first use loads and links the library, which takes about a second: nothing that starts or
 * serves comes here.
 *
 * <p><b>Thread-safety.</b> Any thread.
 *
 * @see "getrlimit(2), sysconf(3), getuid(2), getpwuid(3)"
 */
public final class Posix {
    private static final POSIX LIBRARY = POSIXFactory.getNativePOSIX();

    private Posix() {}

    /** {@return how many bytes the process may lock; {@link Long#MAX_VALUE} for no limit} */
    public static long lockedBytesLimit() {
        return limit(RLIMIT.RLIMIT_MEMLOCK);
    }

    /** {@return how many files the process may have open; {@link Long#MAX_VALUE} for no limit} */
    public static long openFilesLimit() {
        return limit(RLIMIT.RLIMIT_NOFILE);
    }

    private static long limit(RLIMIT which) {
        RLimit limit = LIBRARY.getrlimit(which.intValue());
        long soft = limit.rlimCur();
        return soft < 0 ? Long.MAX_VALUE : soft; // RLIM_INFINITY has all bits set
    }

    /** {@return the size of a page in bytes} */
    public static long pageBytes() {
        return LIBRARY.sysconf(Sysconf._SC_PAGESIZE);
    }

    /** {@return how many processors are switched on} */
    public static long processors() {
        return LIBRARY.sysconf(Sysconf._SC_NPROCESSORS_ONLN);
    }

    /** {@return the number of the user on whose rights the process acts} */
    public static int userId() {
        return LIBRARY.geteuid();
    }

    /** {@return the name of that user; empty if the host has none for the number} */
    public static String userName() {
        Passwd entry = LIBRARY.getpwuid(userId());
        return entry == null ? "" : entry.getLoginName();
    }
}
