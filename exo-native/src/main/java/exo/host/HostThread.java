// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's view of threads: where they run, in which scheduling class, and for how long they ran.
 *
 * <p>Thread numbers are those of the host. A number of a thread that has ended is answered with
 * {@link Errno#ESRCH}, or not at all where this says so.
 *
 * @see "sched_setaffinity(2), sched(7), setpriority(2), clock_gettime(2), membarrier(2)"
 */
public final class HostThread {
    /** The ordinary scheduling class. */
    public static final int SCHED_OTHER = 0;
    /** First in, first out, before every ordinary thread. */
    public static final int SCHED_FIFO = 1;
    /** After every ordinary thread. */
    public static final int SCHED_IDLE = 5;

    private static final int CORE_MASK_BYTES = 128; // 1,024 cores, the size of cpu_set_t
    private static final int PRIO_PROCESS = 0;
    private static final int NICE_OFFSET = 20; // the raw call answers 20 - nice
    private static final long SCHEDULER_CLOCK = 2; // CPUCLOCK_SCHED
    private static final long PER_THREAD = 4; // CPUCLOCK_PERTHREAD_MASK
    private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;
    private static final int PRIVATE_EXPEDITED = 1 << 3;

    /** Made at first use, since the host takes some 10 ms for it. */
    private static final class Interrupts {
        /** Whether the host lets this process interrupt its own threads. */
        private static final boolean ARE_READY = Syscall.call(SyscallNumber.MEMBARRIER,
                REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

        private Interrupts() {}

        /** Has the class initialised, which is all there is to do. */
        static void prepare() {}
    }

    /** The cores of the process before anybody was pinned. */
    private static final List<Integer> PERMITTED = affinity();

    private HostThread() {}

    /** {@return the host's number of the calling thread} */
    public static int currentTid() {
        return (int) Syscall.call(SyscallNumber.GETTID);
    }

    /** {@return the cores that the process may use, as it was started} */
    static List<Integer> permitted() {
        return PERMITTED;
    }

    /** {@return the cores that the calling thread may run on} */
    public static List<Integer> affinity() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(CORE_MASK_BYTES, 8);
            Descriptor.check(Syscall.call(SyscallNumber.SCHED_GETAFFINITY, 0, CORE_MASK_BYTES,
                    mask.address()), "sched_getaffinity", "use a host of at most 1024 cores");
            List<Integer> cores = new ArrayList<>();
            for (int core = 0; core < CORE_MASK_BYTES * Byte.SIZE; core++) {
                int bits = mask.get(ValueLayout.JAVA_BYTE, core / Byte.SIZE);
                if ((bits >> core % Byte.SIZE & 1) != 0) {
                    cores.add(core);
                }
            }
            return List.copyOf(cores);
        }
    }

    /**
     * Pins the calling thread to a core, and reads back that it is.
     *
     * @param core the core
     * @throws HostException if the host refuses it
     */
    public static void setAffinity(int core) {
        pin(0, List.of(core));
        if (!affinity().equals(List.of(core))) {
            throw new HostException("sched_setaffinity(core " + core + "), read back " + affinity(),
                    Errno.EINVAL.number(), "leave the core in the cpuset of this process");
        }
    }

    /**
     * Lets a thread run on all cores of the process again. Nothing happens if it has ended.
     *
     * @param tid its number
     */
    public static void restoreAffinity(int tid) {
        pin(tid, PERMITTED);
    }

    private static void pin(int tid, List<Integer> cores) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(CORE_MASK_BYTES, 8);
            for (int core : cores) {
                long at = core / Byte.SIZE;
                int bits = mask.get(ValueLayout.JAVA_BYTE, at) | 1 << core % Byte.SIZE;
                mask.set(ValueLayout.JAVA_BYTE, at, (byte) bits);
            }
            long result = Syscall.call(SyscallNumber.SCHED_SETAFFINITY, tid, CORE_MASK_BYTES,
                    mask.address());
            if (result != -Errno.ESRCH.number()) {
                Descriptor.check(result, "sched_setaffinity(cores " + cores + ")",
                        "name cores that this process may use");
            }
        }
    }

    /**
     * Puts a thread into a scheduling class. Nothing happens if it has ended.
     *
     * @param tid its number
     * @param policy {@link #SCHED_OTHER}, {@link #SCHED_IDLE} or {@link #SCHED_FIFO}
     * @param priority 1 to 99 for {@code SCHED_FIFO}, otherwise 0
     * @throws HostException if the host refuses it
     */
    public static void setScheduler(int tid, int policy, int priority) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameter = arena.allocateFrom(ValueLayout.JAVA_INT, priority);
            ignoreEnded(Syscall.call(SyscallNumber.SCHED_SETSCHEDULER, tid, policy,
                    parameter.address()),
                    "sched_setscheduler(policy " + policy + ", priority " + priority + ")");
        }
    }

    /**
     * {@return the scheduling class of a thread}
     *
     * @param tid its number
     * @throws HostException if it has ended
     */
    public static int scheduler(int tid) {
        return (int) Descriptor.check(Syscall.call(SyscallNumber.SCHED_GETSCHEDULER, tid),
                "sched_getscheduler", "name a live thread");
    }

    /**
     * Sets the nice value of a thread. Nothing happens if it has ended.
     *
     * @param tid its number
     * @param nice -20 to 19; the lower, the more it gets
     * @throws HostException if the host refuses it
     */
    public static void setNice(int tid, int nice) {
        ignoreEnded(Syscall.call(SyscallNumber.SETPRIORITY, PRIO_PROCESS, tid, nice),
                "setpriority(nice " + nice + ")");
    }

    /**
     * {@return the nice value of a thread}
     *
     * @param tid its number
     * @throws HostException if it has ended
     */
    public static int nice(int tid) {
        return NICE_OFFSET - (int) Descriptor.check(
                Syscall.call(SyscallNumber.GETPRIORITY, PRIO_PROCESS, tid), "getpriority",
                "name a live thread");
    }

    private static void ignoreEnded(long result, String call) {
        if (result != -Errno.ESRCH.number()) {
            Descriptor.check(result, call, "grant CAP_SYS_NICE");
        }
    }

    /** Gets ready for {@link #interruptAll}, so that its first call does not take some 10 ms. */
    static void prepareInterrupts() {
        Interrupts.prepare();
    }

    /**
     * Makes each thread of the process that computes at this moment enter the host, which does what
     * it has put off for it, and go on. The thread does not notice. Nothing happens if the host did
     * not let the process get ready for it. Cost: about 1 us, and an interrupt on each core that
     * runs one.
     */
    static void interruptAll() {
        if (Interrupts.ARE_READY) {
            Descriptor.check(Syscall.call(SyscallNumber.MEMBARRIER, PRIVATE_EXPEDITED, 0, 0),
                    "membarrier", "let the seccomp profile of the container permit membarrier");
        }
    }

    /**
     * Tries on the calling thread what enforcement needs, and undoes it: the classes, there and
     * back, and the lowest nice value.
     *
     * @throws HostException for what the host refuses
     */
    public static void probeScheduling() {
        int tid = currentTid();
        int nice = nice(tid);
        setScheduler(tid, SCHED_FIFO, 1);
        setScheduler(tid, SCHED_IDLE, 0);
        setScheduler(tid, SCHED_OTHER, 0);
        setNice(tid, -20);
        setNice(tid, nice);
    }

    /**
     * {@return for how long a thread of this process has run in nanoseconds, or 0 if it has ended}
     *
     * @param tid its number
     */
    public static long cpuNanos(int tid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8);
            long clock = (~(long) tid << 3) | SCHEDULER_CLOCK | PER_THREAD;
            long result = Syscall.call(SyscallNumber.CLOCK_GETTIME, clock, time.address());
            return result < 0
                    ? 0
                    : time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
                            + time.get(ValueLayout.JAVA_LONG, 8);
        }
    }
}
