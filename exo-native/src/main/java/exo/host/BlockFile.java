// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Machine;
import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A file or block device that holds blocks: read and written past the host's page cache where the
 * host permits it, and locked against a second user.
 *
 * <p><b>Thread-safety.</b> Any thread, until {@link #close}.
 *
 * @see "open(2), statx(2), flock(2), pread(2)"
 */
public final class BlockFile implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_DIRECT = Machine.choose(0x4000, 0x10000);
    private static final int O_TMPFILE = 0x400000 | Machine.choose(0x10000, 0x4000);
    private static final int MODE = 0600;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_DIOALIGN = 0x2000;
    private static final int TYPE_MASK = 0xf000;
    private static final int TYPE_BLOCK = 0x6000;
    private static final int TYPE_FILE = 0x8000;
    private static final int LOCK_EX_NB = 6;
    private static final int LOCK_UN = 8;
    private static final long BLKROGET = 0x125e;
    private static final long BLKSSZGET = 0x1268;
    private static final long BLKGETSIZE64 = 0x80081272L;
    private static final int LEAST_ALIGNMENT = 512;
    private static final int NO_FILE = -1;

    private final String name;
    private final int fd;
    private final boolean writable;
    private final String directCause;
    private final boolean blockDevice;
    private final int alignment;
    private final long sizeBytes;
    private int claim = NO_FILE; // guarded by this
    private boolean closed; // guarded by this

    private BlockFile(Opened opened, Status status) {
        this.name = opened.name();
        this.fd = opened.fd();
        this.writable = opened.writable() && !status.readOnly();
        this.directCause = opened.directCause();
        this.blockDevice = status.isBlockDevice();
        this.alignment = status.alignment();
        this.sizeBytes = status.sizeBytes();
    }

    /** A file that was opened, and how. */
    private record Opened(String name, int fd, boolean writable, String directCause) {}

    /** What the host says about a file. */
    private record Status(int type, boolean readOnly, long sizeBytes, int alignment,
            String lockName) {
        boolean isBlockDevice() {
            return type == TYPE_BLOCK;
        }
    }

    /**
     * Opens a file or block device for reading and writing, or for reading where the host permits
     * no more.
     *
     * @param path where; a file that does not exist is made
     * @param bytesIfNew the length that a file gets if it is made or is empty; no space is taken
     * @return the file
     * @throws HostException if the host refuses it, or it is something else; nothing is made then
     */
    public static BlockFile open(Path path, long bytesIfNew) {
        String name = path.toString();
        int existing = statusOf(name);
        if (existing == -Errno.ENOENT.number()) {
            return make(name, bytesIfNew);
        }
        Descriptor.check(existing, "statx(" + name + ")", "name a file that this user may reach");
        if (existing != TYPE_FILE && existing != TYPE_BLOCK) {
            throw new HostException("open(" + name + ")", Errno.ENOTBLK.number(),
                    "name a block device or an ordinary file");
        }
        Opened opened = openBest(name, O_RDWR);
        return finish(opened, bytesIfNew);
    }

    /** {@return the type of the file, or a negated error number} */
    private static int statusOf(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(Struct.Statx.BYTES, 8);
            long result = Syscall.call(SyscallNumber.STATX, Descriptor.AT_FDCWD,
                    arena.allocateFrom(name).address(), 0, STATX_BASIC, status.address(), 0);
            return result < 0 ? (int) result : typeIn(status);
        }
    }

    private static int typeIn(MemorySegment status) {
        return status.get(ValueLayout.JAVA_SHORT, Struct.Statx.MODE) & TYPE_MASK;
    }

    private static BlockFile make(String name, long bytes) {
        Opened opened = openBest(name, O_RDWR | O_CREAT | O_EXCL);
        try {
            return finish(opened, bytes);
        } catch (HostException e) {
            unlink(name);
            throw e;
        }
    }

    /**
     * Makes a file without a name, which vanishes with its last user.
     *
     * @param bytes its length; no space is taken
     * @return the file
     * @throws HostException if the host refuses it
     */
    public static BlockFile temporary(long bytes) {
        String folder = System.getProperty("java.io.tmpdir");
        int direct = Descriptor.open(folder, O_TMPFILE | O_RDWR | O_DIRECT, MODE);
        if (direct >= 0) {
            return finish(new Opened("a file in " + folder, direct, true, ""), bytes);
        }
        int cached = Descriptor.open(folder, O_TMPFILE | O_RDWR, MODE);
        if (cached >= 0) {
            return finish(new Opened("a file in " + folder, cached, true,
                    "open(" + folder + ", O_DIRECT): " + Errno.of(-direct)), bytes);
        }
        // Some file systems cannot make a file without a name.
        String name = folder + "/exo-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        BlockFile made = make(name, bytes);
        unlink(name);
        return made;
    }

    private static void unlink(String name) {
        try (Arena arena = Arena.ofConfined()) {
            // Nothing to be done if it fails: the name is one that this process has just made.
            Syscall.call(SyscallNumber.UNLINKAT, Descriptor.AT_FDCWD,
                    arena.allocateFrom(name).address(), 0);
        }
    }

    private static Opened openBest(String name, int flags) {
        int direct = Descriptor.open(name, flags | O_DIRECT, MODE);
        if (direct >= 0) {
            return new Opened(name, direct, true, "");
        }
        if (direct == -Errno.EINVAL.number()) {
            // open(2): with O_CREAT the file may have been made before O_DIRECT was refused.
            int cached = Descriptor.open(name, flags & ~O_EXCL, MODE);
            if (cached >= 0) {
                return new Opened(name, cached, true, "open(" + name + ", O_DIRECT): EINVAL");
            }
        }
        boolean denied = direct == -Errno.EACCES.number() || direct == -Errno.EPERM.number()
                || direct == -Errno.EROFS.number();
        if (denied && (flags & O_CREAT) == 0) {
            int readable = Descriptor.open(name, O_RDONLY | O_DIRECT, 0);
            if (readable >= 0) {
                return new Opened(name, readable, false, "");
            }
        }
        throw new HostException("open(" + name + ")", direct,
                "name a file or device that this user may read and write");
    }

    private static BlockFile finish(Opened opened, long bytesIfNew) {
        try {
            Status status = ask(opened.fd());
            if (!status.isBlockDevice() && status.sizeBytes() == 0 && opened.writable()) {
                Descriptor.check(Syscall.call(SyscallNumber.FTRUNCATE, opened.fd(), bytesIfNew),
                        "ftruncate(" + opened.name() + ", " + bytesIfNew + " bytes)",
                        "ask for fewer bytes, or use a file system that permits such files");
                status = ask(opened.fd());
            }
            return new BlockFile(opened, status);
        } catch (HostException e) {
            Descriptor.close(opened.fd());
            throw e;
        }
    }

    private static Status ask(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(Struct.Statx.BYTES, 8);
            Descriptor.check(Syscall.call(SyscallNumber.STATX, fd, arena.allocateFrom("").address(),
                    AT_EMPTY_PATH, STATX_BASIC | STATX_DIOALIGN, status.address(), 0), "statx",
                    "use Linux 5.11 or later");
            int type = typeIn(status);
            long size = status.get(ValueLayout.JAVA_LONG, Struct.Statx.SIZE);
            int align = LEAST_ALIGNMENT;
            boolean readOnly = false;
            if ((status.get(ValueLayout.JAVA_INT, Struct.Statx.MASK) & STATX_DIOALIGN) != 0) {
                align = Math.max(align,
                        status.get(ValueLayout.JAVA_INT, Struct.Statx.DIO_OFFSET_ALIGN));
                align = Math.max(align,
                        status.get(ValueLayout.JAVA_INT, Struct.Statx.DIO_MEM_ALIGN));
            }
            if (type == TYPE_BLOCK) {
                MemorySegment answer = arena.allocate(8, 8);
                Descriptor.check(Descriptor.ioctl(fd, BLKGETSIZE64, answer), "ioctl(BLKGETSIZE64)",
                        "name a block device that is there");
                size = answer.get(ValueLayout.JAVA_LONG, 0);
                Descriptor.check(Descriptor.ioctl(fd, BLKSSZGET, answer), "ioctl(BLKSSZGET)",
                        "name a block device that is there");
                align = Math.max(align, answer.get(ValueLayout.JAVA_INT, 0));
                readOnly = isReadOnly(fd, answer);
            }
            // As /proc/locks writes it: the numbers of the device in hexadecimal, the inode.
            String lockName = String.format("%02x:%02x:%d",
                    status.get(ValueLayout.JAVA_INT, Struct.Statx.DEV_MAJOR),
                    status.get(ValueLayout.JAVA_INT, Struct.Statx.DEV_MINOR),
                    status.get(ValueLayout.JAVA_LONG, Struct.Statx.INODE));
            return new Status(type, readOnly, size, align, lockName);
        }
    }

    /** Whoever has the privilege may open such a device for writing, and then not write. */
    private static boolean isReadOnly(int device, MemorySegment answer) {
        Descriptor.check(Descriptor.ioctl(device, BLKROGET, answer), "ioctl(BLKROGET)",
                "name a block device that is there");
        return answer.get(ValueLayout.JAVA_INT, 0) != 0;
    }

    /**
     * Locks the file against everybody who locks it in the same way, and a block device also
     * against being mounted.
     *
     * @return empty if it is locked now; otherwise who holds it, for people
     * @throws HostException if the host has no locks for it
     */
    public synchronized String tryLock() {
        int locked = (int) Syscall.call(SyscallNumber.FLOCK, fd, LOCK_EX_NB);
        if (locked == -Errno.EAGAIN.number()) {
            return holder();
        }
        Descriptor.check(locked, "flock(" + name + ")", "use a file system that has locks");
        if (blockDevice) {
            // A device that is opened with O_EXCL cannot be mounted, and a mounted one not opened.
            claim = Descriptor.open(name, O_RDONLY | O_EXCL, 0);
            if (claim == -Errno.EBUSY.number()) {
                Syscall.call(SyscallNumber.FLOCK, fd, LOCK_UN);
                return "the host: it is mounted, or part of another device";
            }
            Descriptor.check(claim, "open(" + name + ", O_EXCL)", "name a device of this host");
        }
        return "";
    }

    private String holder() {
        String wanted = ask(fd).lockName();
        for (String line : Facilities.lines(Path.of("/proc/locks"))) {
            // 1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF
            String[] parts = line.strip().split("\\s+", -1);
            if (parts.length > 5 && parts[1].equals("FLOCK") && parts[5].equals(wanted)) {
                return nameOf(parts[4]);
            }
        }
        return "another process";
    }

    private static String nameOf(String pid) {
        if (pid.equals(Long.toString(ProcessHandle.current().pid()))) {
            return "another kernel in this process (" + pid + ")";
        }
        List<String> names = Facilities.lines(Path.of("/proc", pid, "comm"));
        return "process " + pid + (names.isEmpty() ? "" : " (" + names.get(0) + ")");
    }

    /** {@return of what addresses, positions and lengths must be multiples, in bytes} */
    public int alignment() {
        return alignment;
    }

    /** {@return its length in bytes when it was opened} */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** {@return whether transfers pass the host's page cache by} */
    public boolean isDirect() {
        return directCause.isEmpty();
    }

    /** {@return why not, or empty} */
    public String directCause() {
        return directCause;
    }

    /** {@return whether it is a block device, not a file} */
    public boolean isBlockDevice() {
        return blockDevice;
    }

    /** {@return whether the host permits writing} */
    public boolean isWritable() {
        return writable;
    }

    /** {@return its descriptor, for registering it} */
    int fd() {
        return fd;
    }

    /**
     * Makes what was written durable.
     *
     * @throws HostException if the device failed
     */
    public void datasync() {
        Descriptor.check(tryDatasync(), "fdatasync(" + name + ")",
                "look at the host's log (dmesg)");
    }

    /** {@return 0, or the negated error number, of making what was written durable} */
    public int tryDatasync() {
        return (int) Syscall.call(SyscallNumber.FDATASYNC, fd);
    }

    /**
     * Reads at a position. hot: no allocation.
     *
     * @param address where the bytes go; mapped, aligned
     * @param length how many, aligned
     * @param position where in the file, aligned
     * @return how many were read, or the negated error number
     */
    public int pread(long address, int length, long position) {
        return (int) Syscall.call(SyscallNumber.PREAD64, fd, address, length, position);
    }

    /**
     * Writes at a position. hot: no allocation.
     *
     * @param address where the bytes are; mapped, aligned
     * @param length how many, aligned
     * @param position where in the file, aligned
     * @return how many were written, or the negated error number
     */
    public int pwrite(long address, int length, long position) {
        return (int) Syscall.call(SyscallNumber.PWRITE64, fd, address, length, position);
    }

    /**
     * Reads all of a range.
     *
     * @param buffer where the bytes go
     * @param bufferOffset where in the buffer, aligned
     * @param length how many, aligned
     * @param position where in the file, aligned
     * @throws HostException if the device failed or the file ends before
     */
    public void readFully(Mapping buffer, long bufferOffset, int length, long position) {
        transferFully(false, buffer, bufferOffset, length, position);
    }

    /**
     * Writes all of a range.
     *
     * @param buffer where the bytes are
     * @param bufferOffset where in the buffer, aligned
     * @param length how many, aligned
     * @param position where in the file, aligned
     * @throws HostException if the device failed or is full
     */
    public void writeFully(Mapping buffer, long bufferOffset, int length, long position) {
        transferFully(true, buffer, bufferOffset, length, position);
    }

    private void transferFully(boolean write, Mapping buffer, long bufferOffset, int length,
            long position) {
        Objects.checkFromIndexSize(bufferOffset, length, buffer.bytes());
        String call = (write ? "pwrite(" : "pread(") + name + ", " + length + " bytes at "
                + position + ")";
        int done = 0;
        while (done < length) {
            long address = buffer.address() + bufferOffset + done;
            int moved = write
                    ? pwrite(address, length - done, position + done)
                    : pread(address, length - done, position + done);
            if (moved == 0) {
                throw new HostException(call + " after " + done + " bytes", Errno.EIO.number(),
                        "restore the full length of the file");
            }
            done += (int) Descriptor.check(moved, call, "look at the host's log (dmesg)");
        }
    }

    /** Unlocks and closes it. Idempotent. No transfer is under way. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (claim >= 0) {
                Descriptor.close(claim);
            }
            // An io_uring that is on its way out still refers to the file, so that the lock would
            // outlive the descriptor.
            Syscall.call(SyscallNumber.FLOCK, fd, LOCK_UN);
            Descriptor.close(fd);
        }
    }
}
