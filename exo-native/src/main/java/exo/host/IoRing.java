// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An io_uring: transfers are entered in one ring, and their results arrive in another.
 *
 * <p><b>Ownership.</b> The thread that made it enters, submits and reaps; {@link #isPending},
 * {@link #kill}, {@link #tryKill} and {@link #tearDown} are for any thread, {@link #close} for the
 * owner, or for anybody after {@code kill}.
 *
 * <p><b>Cost.</b> Entering: plain stores into mapped memory. Submitting and waiting: one host call.
 *
 * <p><b>Modes.</b> The owner works its completions off whenever it enters the host, for whatever
 * reason (cooperative task work), which saves interrupts; on hosts before Linux 6.0 the plain mode
 * takes its place. Deferred task work would save a little more, but then the completions of an
 * owner that does not ask for them never show, and nobody else could tell that the device is done.
 *
 * @see "io_uring(7), io_uring_setup(2), io_uring_enter(2), io_uring_register(2)"
 */
public final class IoRing implements AutoCloseable {
    private static final int SETUP_SINGLE_ISSUER = 0x1000;
    private static final int SETUP_COOP_TASKRUN = 0x100;
    private static final int SETUP_TASKRUN_FLAG = 0x200;
    private static final int FEATURE_SINGLE_MMAP = 1;
    private static final int FEATURE_EXT_ARG = 0x100;
    private static final long SQES_OFFSET = 0x10000000L;
    private static final int ENTER_GETEVENTS = 1;
    private static final int ENTER_EXT_ARG = 8;
    private static final int ARGUMENT_BYTES = 24; // struct io_uring_getevents_arg
    private static final int ARGUMENT_TIME = 16; // its ts
    private static final int REGISTER_BUFFERS = 0;
    private static final int REGISTER_FILES = 2;
    private static final int REGISTER_EVENTFD = 4;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int SQ_OVERFLOW_OR_TASKRUN = 2 | 4;
    private static final int FIXED_FILE = 1 << 8; // flags follow the opcode
    private static final int FSYNC = 3;
    private static final int READ_FIXED = 4;
    private static final int WRITE_FIXED = 5;
    private static final int READ = 22;
    private static final int WRITE = 23;
    private static final int FSYNC_DATASYNC = 1;
    /** The host registers at most 1 GiB in one buffer. */
    private static final int BUFFER_SHIFT = 30;
    private static final int POLLHUP = 0x10;
    /** How long an owner is given to show its completions before the ring is torn down. */
    private static final long IDLE_NANOS = 20_000_000;
    /** The same, when nobody may wait: an interrupt goes there and back many times. */
    private static final long TRY_NANOS = 200_000;
    private static final long LOOK_NANOS = 20_000;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final int fd;
    private final Mapping rings;
    private final Mapping entries;
    private final MemorySegment ring;
    private final MemorySegment sqes;
    private final Offsets at;
    private final int sqMask;
    private final int cqMask;
    private final int gone; // reads the end of the pipe whose other end lives as long as the ring
    private int goneWriter; // until it is registered
    private final int bell; // an eventfd that the host rings at each completion
    private final MemorySegment argument = Arena.ofAuto().allocate(ARGUMENT_BYTES + 16, 8);
    private volatile boolean dead;
    private volatile boolean entering; // written by the owner: it may be handing entries over
    private final ReentrantLock killing = new ReentrantLock(); // may be held for seconds
    private boolean idle; // guarded by killing: nothing was under way when the ring was killed
    private boolean emptied; // guarded by killing: the mappings say nothing about the ring
    private boolean torn; // guarded by killing
    private boolean closed; // guarded by killing

    // The rest belongs to the owner.
    private int sqTail;
    private int cqHead;
    private long bufferBase;
    private long bufferBytes; // 0 while none is registered
    private long userData;
    private int result;

    /** Where the shared variables are, in bytes from the start of the rings. */
    private record Offsets(int sqHead, int sqTail, int sqFlags, int cqHead, int cqTail, int cqes) {}

    private IoRing(int fd, MemorySegment params, int[] pipe) {
        this.fd = fd;
        this.gone = pipe[0];
        this.goneWriter = pipe[1];
        this.bell = pipe[2];
        int sqCount = params.get(ValueLayout.JAVA_INT, Struct.RingParams.SQ_ENTRIES);
        int cqCount = params.get(ValueLayout.JAVA_INT, Struct.RingParams.CQ_ENTRIES);
        this.at = new Offsets(params.get(ValueLayout.JAVA_INT, Struct.RingParams.SQ_HEAD),
                params.get(ValueLayout.JAVA_INT, Struct.RingParams.SQ_TAIL),
                params.get(ValueLayout.JAVA_INT, Struct.RingParams.SQ_FLAGS),
                params.get(ValueLayout.JAVA_INT, Struct.RingParams.CQ_HEAD),
                params.get(ValueLayout.JAVA_INT, Struct.RingParams.CQ_TAIL),
                params.get(ValueLayout.JAVA_INT, Struct.RingParams.CQ_CQES));
        int array = params.get(ValueLayout.JAVA_INT, Struct.RingParams.SQ_ARRAY);
        long bytes = Math.max(array + (long) sqCount * Integer.BYTES,
                at.cqes + (long) cqCount * Struct.Cqe.BYTES);
        this.rings = Mapping.ofShared(fd, wholePages(bytes), 0);
        try {
            this.entries = Mapping.ofShared(fd, wholePages((long) sqCount * Struct.Sqe.BYTES),
                    SQES_OFFSET);
        } catch (HostException e) {
            rings.close();
            throw e;
        }
        this.ring = rings.segment();
        this.sqes = entries.segment();
        this.sqMask = sqCount - 1;
        this.cqMask = cqCount - 1;
        for (int i = 0; i < sqCount; i++) {
            ring.set(ValueLayout.JAVA_INT, array + (long) i * Integer.BYTES, i);
        }
    }

    private static long wholePages(long bytes) {
        long page = Facilities.pageBytes();
        return (bytes + page - 1) / page * page;
    }

    /**
     * Makes a ring that belongs to the calling thread.
     *
     * @param depth how many transfers can be entered at once, 1 to 4,096
     * @return the ring
     * @throws HostException if the host refuses it
     */
    public static IoRing create(int depth) {
        HostThread.prepareInterrupts(); // kill shall not have to wait for it
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(Struct.RingParams.BYTES, 8);
            int fd = setUp(depth, params,
                    SETUP_SINGLE_ISSUER | SETUP_COOP_TASKRUN | SETUP_TASKRUN_FLAG);
            if (fd == -Errno.EINVAL.number()) {
                fd = setUp(depth, params, 0);
            }
            Descriptor.check(fd, "io_uring_setup(" + depth + ")", refusalRemedy());
            int[] pipe = {-1, -1, -1};
            try {
                int features = params.get(ValueLayout.JAVA_INT, Struct.RingParams.FEATURES);
                int needed = FEATURE_SINGLE_MMAP | FEATURE_EXT_ARG;
                if ((features & needed) != needed) {
                    throw new HostException("io_uring_setup(" + depth + ") without timeouts",
                            Errno.ENOSYS.number(), "use Linux 5.11 or later");
                }
                openPipe(pipe);
                pipe[2] = openBell(fd);
                return new IoRing(fd, params, pipe);
            } catch (HostException e) {
                for (int open : new int[]{fd, pipe[0], pipe[1], pipe[2]}) {
                    if (open >= 0) {
                        Descriptor.close(open);
                    }
                }
                throw e;
            }
        }
    }

    /**
     * Makes the eventfd. The ring's own descriptor does not wake who waits for it while completions
     * wait for their owner to fetch them, as they do on a slow device.
     */
    private static int openBell(int ring) {
        int bell = (int) Descriptor.check(Syscall.call(SyscallNumber.EVENTFD2, 0,
                EFD_NONBLOCK | Descriptor.O_CLOEXEC), "eventfd2",
                "raise the limit on open files (ulimit -n)");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocateFrom(ValueLayout.JAVA_INT, bell);
            Descriptor.check(Syscall.call(SyscallNumber.IO_URING_REGISTER, ring, REGISTER_EVENTFD,
                    fds.address(), 1), "io_uring_register(eventfd)", "use Linux 5.11 or later");
            return bell;
        } catch (HostException e) {
            Descriptor.close(bell);
            throw e;
        }
    }

    private static String refusalRemedy() {
        String disabled = Facilities.setting("kernel.io_uring_disabled");
        return disabled.isEmpty() || disabled.equals("0")
                ? "use Linux 5.11 or later, and let the seccomp profile of the container permit"
                        + " io_uring"
                : "set kernel.io_uring_disabled=0 (it is " + disabled + ")";
    }

    private static int setUp(int depth, MemorySegment params, int flags) {
        params.fill((byte) 0);
        params.set(ValueLayout.JAVA_INT, Struct.RingParams.FLAGS, flags);
        return (int) Syscall.call(SyscallNumber.IO_URING_SETUP, depth, params.address());
    }

    private static void openPipe(int[] ends) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(8, 4);
            Descriptor.check(
                    Syscall.call(SyscallNumber.PIPE2, answer.address(), Descriptor.O_CLOEXEC),
                    "pipe2", "raise the limit on open files (ulimit -n)");
            ends[0] = answer.get(ValueLayout.JAVA_INT, 0);
            ends[1] = answer.get(ValueLayout.JAVA_INT, 4);
        }
    }

    /**
     * Registers the file that all transfers are with. Once, before the first of them.
     *
     * @param file the file
     * @throws HostException if the host refuses it
     */
    public void registerFile(BlockFile file) {
        try (Arena arena = Arena.ofConfined()) {
            // The end of the pipe lies in the ring's table of files, and nowhere else: the other
            // end tells when the ring and all its transfers are gone.
            MemorySegment files = arena.allocateFrom(ValueLayout.JAVA_INT, file.fd(), goneWriter);
            Descriptor.check(register(REGISTER_FILES, files, 2), "io_uring_register(files)",
                    "raise the limit on open files (ulimit -n)");
        }
        Descriptor.close(goneWriter);
        goneWriter = -1;
    }

    /**
     * Registers the memory that transfers are with, so that the host need not look its pages up for
     * each. Transfers with other memory, and transfers across a boundary of 1 GiB in it, work all
     * the same. Once.
     *
     * @param memory the memory
     * @return empty, or why the host refused
     */
    public String tryRegisterBuffers(Mapping memory) {
        int count = (int) (((memory.bytes() - 1) >> BUFFER_SHIFT) + 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vectors = arena.allocate((long) count * Struct.Vector.BYTES, 8);
            for (int i = 0; i < count; i++) {
                long offset = (long) i << BUFFER_SHIFT;
                long vector = (long) i * Struct.Vector.BYTES;
                vectors.set(ValueLayout.JAVA_LONG, vector, memory.address() + offset);
                vectors.set(ValueLayout.JAVA_LONG, vector + Struct.Vector.LENGTH,
                        Math.min(1L << BUFFER_SHIFT, memory.bytes() - offset));
            }
            int refused = register(REGISTER_BUFFERS, vectors, count);
            if (refused < 0) {
                return "io_uring_register(" + memory.bytes() + " bytes): " + Errno.of(-refused);
            }
        }
        bufferBase = memory.address();
        bufferBytes = memory.bytes();
        return "";
    }

    private int register(int what, MemorySegment array, int count) {
        return (int) Syscall.call(SyscallNumber.IO_URING_REGISTER, fd, what, array.address(),
                count);
    }

    /**
     * Enters a read. There is room. hot: no allocation.
     *
     * @param address where the bytes go
     * @param length how many
     * @param position where in the file
     * @param tag what {@link #userData} shall say at the completion
     */
    public void prepareRead(long address, int length, long position, long tag) {
        prepareTransfer(READ, READ_FIXED, address, length, position);
        enterAs(tag);
    }

    /**
     * Enters a write. There is room. hot: no allocation.
     *
     * @param address where the bytes are
     * @param length how many
     * @param position where in the file
     * @param tag what {@link #userData} shall say at the completion
     */
    public void prepareWrite(long address, int length, long position, long tag) {
        prepareTransfer(WRITE, WRITE_FIXED, address, length, position);
        enterAs(tag);
    }

    /**
     * Enters a flush of what was written. There is room. hot: no allocation.
     *
     * @param tag what {@link #userData} shall say at the completion
     */
    public void prepareFlush(long tag) {
        long entry = entry();
        sqes.asSlice(entry, Struct.Sqe.BYTES).fill((byte) 0);
        sqes.set(ValueLayout.JAVA_INT, entry, FSYNC | FIXED_FILE);
        sqes.set(ValueLayout.JAVA_INT, entry + Struct.Sqe.RW_FLAGS, FSYNC_DATASYNC);
        enterAs(tag);
    }

    /** Completes the entry at the tail. */
    private void enterAs(long tag) {
        sqes.set(ValueLayout.JAVA_LONG, entry() + Struct.Sqe.USER_DATA, tag);
        sqTail++;
    }

    private long entry() {
        return (long) (sqTail & sqMask) * Struct.Sqe.BYTES;
    }

    private void prepareTransfer(int plain, int fixed, long address, int length, long position) {
        long entry = entry();
        long first = address - bufferBase;
        boolean inOne = first >= 0 && first + length <= bufferBytes
                && (first >>> BUFFER_SHIFT) == ((first + length - 1) >>> BUFFER_SHIFT);
        sqes.set(ValueLayout.JAVA_INT, entry, (inOne ? fixed : plain) | FIXED_FILE);
        sqes.set(ValueLayout.JAVA_INT, entry + Struct.Sqe.FD, 0); // the only registered file
        sqes.set(ValueLayout.JAVA_LONG, entry + Struct.Sqe.OFFSET, position);
        sqes.set(ValueLayout.JAVA_LONG, entry + Struct.Sqe.ADDRESS, address);
        sqes.set(ValueLayout.JAVA_INT, entry + Struct.Sqe.LENGTH, length);
        sqes.set(ValueLayout.JAVA_INT, entry + Struct.Sqe.RW_FLAGS, 0);
        sqes.set(ValueLayout.JAVA_LONG, entry + Struct.Sqe.BUFFER_INDEX,
                inOne ? first >>> BUFFER_SHIFT : 0);
    }

    /**
     * Hands what was entered to the host.
     *
     * @return how many were handed over, or the negated error number; what was not handed over
     *         stays entered
     */
    public int submit() {
        return enter(0, 0, 0);
    }

    /**
     * Submits, and waits for completions.
     *
     * @param minimum for how many
     * @param timeoutNanos for how long at most; {@link Long#MAX_VALUE} without end
     * @return 0 or more, also when the time is over or a signal arrived, or the negated error
     *         number
     */
    public int submitAndWait(int minimum, long timeoutNanos) {
        int answer;
        if (minimum == 0 || timeoutNanos == Long.MAX_VALUE) {
            answer = enter(minimum, 0, 0);
        } else {
            long nanos = Math.max(0, timeoutNanos);
            argument.set(ValueLayout.JAVA_LONG, ARGUMENT_TIME, argument.address() + ARGUMENT_BYTES);
            argument.set(ValueLayout.JAVA_LONG, ARGUMENT_BYTES, nanos / 1_000_000_000L);
            argument.set(ValueLayout.JAVA_LONG, ARGUMENT_BYTES + 8, nanos % 1_000_000_000L);
            answer = enter(minimum, argument.address(), ARGUMENT_BYTES);
        }
        boolean expected = answer == -Errno.ETIME.number() || answer == -Errno.EINTR.number();
        return expected ? 0 : answer;
    }

    private int enter(int minimum, long argumentAddress, int argumentBytes) {
        INT.setRelease(ring, (long) at.sqTail, sqTail);
        int entered = sqTail - (int) INT.getAcquire(ring, (long) at.sqHead);
        int flags = ENTER_GETEVENTS | (argumentAddress == 0 ? 0 : ENTER_EXT_ARG);
        entering = true; // before dead is read: see isIdle
        int answer = dead
                ? -Errno.ECANCELED.number()
                : (int) Syscall.call(SyscallNumber.IO_URING_ENTER, fd, entered, minimum, flags,
                        argumentAddress, argumentBytes);
        entering = false;
        return answer;
    }

    /** {@return whether {@link #advance} would find a completion, perhaps after a host call} */
    public boolean isPending() {
        int tail = (int) INT.getAcquire(ring, (long) at.cqTail);
        int head = (int) INT.getAcquire(ring, (long) at.cqHead);
        int flags = (int) INT.getAcquire(ring, (long) at.sqFlags);
        return !dead && (tail != head || (flags & SQ_OVERFLOW_OR_TASKRUN) != 0);
    }

    /** {@return how many completions can be taken without a host call} */
    public int ready() {
        int count = (int) INT.getAcquire(ring, (long) at.cqTail) - cqHead;
        return dead ? 0 : count; // a killed ring shows zeros, which would not be a count
    }

    /** Takes the next completion, if there is one; {@return whether there was} */
    public boolean advance() {
        if (ready() == 0 && (!isPending() || submitAndWait(0, 0) < 0 || ready() == 0)) {
            return false;
        }
        long completion = at.cqes + (long) (cqHead & cqMask) * Struct.Cqe.BYTES;
        userData = ring.get(ValueLayout.JAVA_LONG, completion);
        result = ring.get(ValueLayout.JAVA_INT, completion + Struct.Cqe.RESULT);
        cqHead++;
        INT.setRelease(ring, (long) at.cqHead, cqHead);
        return true;
    }

    /** {@return the tag of the completion taken last} */
    public long userData() {
        return userData;
    }

    /** {@return the bytes moved by the completion taken last, or the negated error number} */
    public int result() {
        return result;
    }

    /**
     * {@return a descriptor that becomes readable anew at each completion; nobody reads it, so
     * that only {@link Poller#addEdge} can wait for it}
     */
    public int fd() {
        return bell;
    }

    /**
     * Ends the ring without its owner: what is under way is cancelled or drained. Any thread. The
     * owner's calls find nothing afterwards, and are refused.
     *
     * <p>Most often all entries have their completions at once, whether or not the owner looks at
     * them, and then nothing is under way any more, nor ever will be. Otherwise the ring is {@link
     * #tearDown torn down}, which takes the host some 40 ms at least.
     *
     * @param nanos how long to wait for the end of what is under way
     * @return whether all has ended
     * @throws HostException if the host refuses to tear the ring down; to be tried again
     */
    public boolean kill(long nanos) {
        killing.lock();
        try {
            if (isOver(IDLE_NANOS)) {
                return true;
            }
            tearDown();
            return awaitEnd(nanos);
        } finally {
            killing.unlock();
        }
    }

    /**
     * Begins to {@link #kill} the ring, and sees whether all has ended by itself. Any thread. Does
     * not wait for a device, nor for a thread that does.
     *
     * @return whether all has ended; if not, the ring is dead all the same
     */
    public boolean tryKill() {
        dead = true;
        if (!killing.tryLock()) {
            return false;
        }
        try {
            return isOver(TRY_NANOS);
        } finally {
            killing.unlock();
        }
    }

    /** {@return whether a thread is in {@link #kill}} */
    boolean isBeingKilled() {
        return killing.isLocked();
    }

    /** {@return whether nothing is under way, nor will be} Kills the ring. Holds the lock. */
    private boolean isOver(long idleNanos) {
        dead = true;
        idle = closed || idle || (!emptied && awaitIdle(idleNanos));
        return idle || goneWriter >= 0;
    }

    /**
     * Takes a ring that was killed from the host, although its owner may be in a call of it, so
     * that it holds neither the file nor the registered memory. Any thread. Idempotent.
     *
     * <p>The host ends a ring when nobody refers to it, and both the mappings and the descriptor
     * do. The mappings are replaced by ordinary memory, so that the owner may go on to write there;
     * the number of the descriptor is made to mean something inert rather than closed, so that a
     * call of the owner cannot hit a stranger's file. That all transfers have ended shows at a pipe
     * whose other end was in the ring's table of files.
     *
     * @throws HostException if the host refuses it; to be tried again
     */
    public void tearDown() {
        killing.lock();
        try {
            if (!closed && !torn) {
                emptied = true;
                rings.mapVoid(0, rings.bytes());
                entries.mapVoid(0, entries.bytes());
                Descriptor.check(Syscall.call(SyscallNumber.DUP3, gone, fd, Descriptor.O_CLOEXEC),
                        "dup3", "raise the limit on open files (ulimit -n)");
                torn = true;
            }
        } finally {
            killing.unlock();
        }
    }

    private boolean awaitIdle(long nanos) {
        long deadline = System.nanoTime() + nanos;
        while (!isIdle()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            HostThread.interruptAll(); // an owner that computes works its completions off too
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return true;
    }

    /**
     * {@return whether each entry that the host has taken is completed} The ring is dead: either
     * its owner sees that before it hands anything over, or it shows here that it has entered.
     */
    private boolean isIdle() {
        if (entering) {
            return false;
        }
        int taken = (int) INT.getAcquire(ring, (long) at.sqHead);
        return taken == (int) INT.getAcquire(ring, (long) at.cqTail); // each has one completion
    }

    /** Waits until the host has torn down a ring that was killed; {@return whether it has} */
    boolean awaitEnd(long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            MemorySegment time = arena.allocate(16, 8);
            long deadline = System.nanoTime() + nanos;
            while (true) {
                long left = Math.max(0, deadline - System.nanoTime());
                poll.set(ValueLayout.JAVA_INT, 0, gone);
                time.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000L);
                time.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000L);
                long ready = Syscall.call(SyscallNumber.PPOLL, poll.address(), 1, time.address(),
                        0);
                if (ready > 0) {
                    return (poll.get(ValueLayout.JAVA_SHORT, 6) & POLLHUP) != 0;
                }
                if (left == 0) {
                    return false;
                }
            }
        }
    }

    /** Gives everything back to the host. Idempotent. Nothing is under way, or it was killed. */
    @Override
    public void close() {
        killing.lock();
        try {
            if (!closed) {
                closed = true;
                release();
            }
        } finally {
            killing.unlock();
        }
    }

    private void release() {
        dead = true;
        Descriptor.close(fd);
        Descriptor.close(gone);
        Descriptor.close(bell);
        if (goneWriter >= 0) {
            Descriptor.close(goneWriter);
        }
        rings.close();
        entries.close();
    }
}
