// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

/**
 * The numbers of the system calls that this module makes, on x86_64 and on aarch64.
 *
 * @see "syscalls(2); the tables of the host's headers, which a test compares"
 */
public enum SyscallNumber {
    /** Binds a socket. */
    BIND(49, 200),
    /** Loads and runs programs of eBPF. */
    BPF(321, 280),
    /** Reads the capabilities of a thread. */
    CAPGET(125, 90),
    /** Reads a clock. */
    CLOCK_GETTIME(228, 113),
    /** Gives a descriptor back. */
    CLOSE(3, 57),
    /** Makes a descriptor mean another open file. */
    DUP3(292, 24),
    /** Makes a poll set. */
    EPOLL_CREATE1(291, 20),
    /** Changes what a poll set waits for. */
    EPOLL_CTL(233, 21),
    /** Waits for a poll set, by the nanosecond. */
    EPOLL_PWAIT2(441, 441),
    /** Makes a wake-up counter. */
    EVENTFD2(290, 19),
    /** Reserves or frees space of a file. */
    FALLOCATE(285, 47),
    /** Reads or changes a descriptor. */
    FCNTL(72, 25),
    /** Makes written data durable. */
    FDATASYNC(75, 83),
    /** Locks a whole file. */
    FLOCK(73, 32),
    /** Sets the length of a file. */
    FTRUNCATE(77, 46),
    /** Tells on whose rights the process acts. */
    GETEUID(107, 175),
    /** Reads a nice value. */
    GETPRIORITY(140, 141),
    /** Reads an option of a socket. */
    GETSOCKOPT(55, 209),
    /** Names the calling thread. */
    GETTID(186, 178),
    /** Asks a device for something particular. */
    IOCTL(16, 29),
    /** Submits to an io_uring, and waits. */
    IO_URING_ENTER(426, 426),
    /** Registers resources with an io_uring. */
    IO_URING_REGISTER(427, 427),
    /** Makes an io_uring. */
    IO_URING_SETUP(425, 425),
    /** Says how memory will be used. */
    MADVISE(28, 233),
    /** Says on which nodes memory shall lie. */
    MBIND(237, 235),
    /** Interrupts the processors that run threads of this process. */
    MEMBARRIER(324, 283),
    /** Makes a file that is memory. */
    MEMFD_CREATE(319, 279),
    /** Keeps memory resident. */
    MLOCK(149, 228),
    /** Maps memory. */
    MMAP(9, 222),
    /** Unmaps memory. */
    MUNMAP(11, 215),
    /** Opens a file. */
    OPENAT(257, 56),
    /** Makes a pipe. */
    PIPE2(293, 59),
    /** Waits for descriptors. */
    PPOLL(271, 73),
    /** Reads at a position. */
    PREAD64(17, 67),
    /** Reads a resource limit. */
    PRLIMIT64(302, 261),
    /** Writes at a position. */
    PWRITE64(18, 68),
    /** Reads from a file. */
    READ(0, 63),
    /** Takes a message from a socket. */
    RECVFROM(45, 207),
    /** Reads where a thread may run. */
    SCHED_GETAFFINITY(204, 123),
    /** Reads a scheduling class. */
    SCHED_GETSCHEDULER(145, 120),
    /** Pins a thread. */
    SCHED_SETAFFINITY(203, 122),
    /** Sets a scheduling class. */
    SCHED_SETSCHEDULER(144, 119),
    /** Sends many messages. */
    SENDMMSG(307, 269),
    /** Moves a thread to a namespace. */
    SETNS(308, 268),
    /** Sets a nice value. */
    SETPRIORITY(141, 140),
    /** Sets an option of a socket. */
    SETSOCKOPT(54, 208),
    /** Makes a socket. */
    SOCKET(41, 198),
    /** Describes a file. */
    STATX(332, 291),
    /** Removes a name. */
    UNLINKAT(263, 35),
    /** Makes a descriptor that follows what happens to pages. */
    USERFAULTFD(323, 282),
    /** Writes to a file. */
    WRITE(1, 64);

    private static final boolean ARM = Machine.IS_ARM;

    private final int x86;
    private final int arm;

    SyscallNumber(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    /** {@return the number on this machine} */
    public int number() {
        return ARM ? arm : x86;
    }
}
