// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import exo.host.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What this process may have of the host, as it was when it was asked.
 *
 * @param lockedBytes how much memory it may lock; {@link Long#MAX_VALUE} for no limit
 * @param openFiles how many files it may have open; {@link Long#MAX_VALUE} for no limit
 * @param pageBytes the size of a page
 * @param userId the number of the user on whose rights it acts
 * @param userName the name of that user, or empty
 * @see "prlimit(2), getrlimit(2)"
 */
public record HostLimits(long lockedBytes, long openFiles, int pageBytes, int userId,
        String userName) {
    private static final int RLIMIT_NOFILE = 7;
    private static final int RLIMIT_MEMLOCK = 8;

    /**
     * Asks the C library.
     *
     * @return the limits
     * @throws LinkageError if this JVM does not let the library be loaded, for example without
     *         native access for {@code org.jnrproject.jffi}; ask {@link #bySystemCalls} then
     */
    public static HostLimits byPosix() {
        return new HostLimits(Posix.lockedBytesLimit(), Posix.openFilesLimit(),
                Math.toIntExact(Posix.pageBytes()), Posix.userId(), Posix.userName());
    }

    /**
     * Asks the host itself, which is quick, and answers the same, but for the name of the user: it
     * is the one that the JVM took it for.
     *
     * @return the limits
     */
    public static HostLimits bySystemCalls() {
        return new HostLimits(limit(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"),
                limit(RLIMIT_NOFILE, "RLIMIT_NOFILE"), Facilities.pageBytes(),
                (int) Syscall.call(SyscallNumber.GETEUID), System.getProperty("user.name", ""));
    }

    private static long limit(int which, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(2 * Long.BYTES, Long.BYTES); // struct rlimit64
            Descriptor.check(Syscall.call(SyscallNumber.PRLIMIT64, 0, which, 0, answer.address()),
                    "prlimit(" + name + ")", "use Linux 5.11 or later");
            long soft = answer.get(ValueLayout.JAVA_LONG, 0);
            return soft < 0 ? Long.MAX_VALUE : soft; // RLIM64_INFINITY has all bits set
        }
    }
}
