// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What all files have in common. */
final class Descriptor {
    static final int AT_FDCWD = -100;
    static final int O_CLOEXEC = 0x80000;

    private Descriptor() {}

    static void close(int fd) {
        // The result is of no use: Linux gives the descriptor back whatever it answers, close(2).
        Syscall.call(SyscallNumber.CLOSE, fd);
    }

    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Syscall.call(SyscallNumber.OPENAT, AT_FDCWD,
                    arena.allocateFrom(path).address(), flags | O_CLOEXEC, mode);
        }
    }

    static int ioctl(int fd, long request, MemorySegment argument) {
        return (int) Syscall.call(SyscallNumber.IOCTL, fd, request, argument.address());
    }

    /** {@return the result, if it is not an error} */
    static long check(long result, String call, String remedy) {
        if (result < 0) {
            throw new HostException(call, (int) result, remedy);
        }
        return result;
    }
}
