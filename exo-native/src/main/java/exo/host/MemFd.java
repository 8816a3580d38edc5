// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;

/**
 * A file that is memory. Confined to whoever closes it; its number may be used by any thread
 * before.
 *
 * @see "memfd_create(2)"
 */
public final class MemFd implements AutoCloseable {
    /** The size of a huge page in bytes. */
    public static final int HUGE_BYTES = 2 << 20;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;
    private static final int F_SEAL_FUTURE_WRITE = 16;
    private static final int MFD_HUGETLB = 4;
    private static final int MFD_HUGE_2MB = 21 << 26;

    private final int fd;
    private final long bytes;
    private boolean closed;

    private MemFd(int fd, long bytes) {
        this.fd = fd;
        this.bytes = bytes;
    }

    /**
     * Makes one, filled with zeros.
     *
     * @param name its name in the host's lists
     * @param bytes its length
     * @return the file
     * @throws HostException if the host refuses it
     */
    public static MemFd create(String name, long bytes) {
        return create(name, bytes, MFD_CLOEXEC);
    }

    /**
     * Makes one of huge pages, filled with zeros. It takes the pages when it is mapped.
     *
     * @param name its name in the host's lists
     * @param bytes its length, a multiple of {@link #HUGE_BYTES}
     * @return the file
     * @throws HostException if the host refuses it
     */
    public static MemFd createHuge(String name, long bytes) {
        return create(name, bytes, MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
    }

    private static MemFd create(String name, long bytes, int flags) {
        int fd;
        try (Arena arena = Arena.ofConfined()) {
            fd = (int) Descriptor.check(
                    Syscall.call(SyscallNumber.MEMFD_CREATE, arena.allocateFrom(name).address(),
                            flags | MFD_ALLOW_SEALING),
                    "memfd_create(" + name + ")", "raise the limit on open files (ulimit -n)");
        }
        long result = Syscall.call(SyscallNumber.FTRUNCATE, fd, bytes);
        if (result < 0) {
            Descriptor.close(fd);
            throw new HostException("ftruncate(" + name + ", " + bytes + " bytes)", (int) result,
                    "ask for less memory");
        }
        return new MemFd(fd, bytes);
    }

    /**
     * Makes the file read-only for ever, but for mappings for writing that are there already, and
     * fixes its length: so no process that opens it can write to it or cut it short.
     *
     * @throws HostException if the host refuses it
     * @see "fcntl(2), F_ADD_SEALS"
     */
    public void seal() {
        Descriptor.check(
                Syscall.call(SyscallNumber.FCNTL, fd, F_ADD_SEALS,
                        F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE),
                "fcntl(F_ADD_SEALS)", "use Linux 5.1 or later");
    }

    int fd() {
        return fd;
    }

    /** {@return its length in bytes} */
    public long bytes() {
        return bytes;
    }

    /** Gives the descriptor back; mappings of the file stay. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Descriptor.close(fd);
        }
    }
}
