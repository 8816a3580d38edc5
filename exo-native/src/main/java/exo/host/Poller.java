// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Lets a thread sleep until a descriptor is ready, another thread wakes it, or a moment has come.
 *
 * <p><b>Thread-safety.</b> {@link #await} for one thread; the others for any, until {@link #close}.
 *
 * @see "epoll(7), eventfd(2), epoll_pwait2(2)"
 */
public final class Poller implements AutoCloseable {
    /** The moment that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int EVENTS = 8;
    private static final int EPOLLIN = 1;
    private static final int EPOLLET = 1 << 31;
    private static final int EPOLL_CLOEXEC = Descriptor.O_CLOEXEC;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EFD_NONBLOCK = 0x800;

    // Freed when the poller is forgotten, so that a call under way never loses its memory.
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment events = arena.allocate((long) EVENTS * Struct.PollEvent.BYTES, 8);
    private final MemorySegment timeout = arena.allocate(16, 8); // struct timespec; waiter only
    private final MemorySegment drained = arena.allocate(8, 8); // waiter only
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L); // constant
    private final int set;
    private final int bell;

    private Poller(int set, int bell) {
        this.set = set;
        this.bell = bell;
    }

    /**
     * Makes a poller that waits for nothing but {@link #wake}.
     *
     * @return the poller
     * @throws HostException if no descriptor is left
     */
    public static Poller create() {
        String remedy = "raise the limit on open files (ulimit -n)";
        int set = (int) Descriptor.check(
                Syscall.call(SyscallNumber.EPOLL_CREATE1, EPOLL_CLOEXEC), "epoll_create1", remedy);
        int bell = (int) Syscall.call(SyscallNumber.EVENTFD2, 0,
                EFD_NONBLOCK | Descriptor.O_CLOEXEC);
        if (bell < 0) {
            Descriptor.close(set);
            throw new HostException("eventfd2", bell, remedy);
        }
        Poller made = new Poller(set, bell);
        try {
            made.add(bell);
        } catch (HostException e) {
            made.close();
            throw e;
        }
        return made;
    }

    /**
     * Waits. It may return early for no reason.
     *
     * @param deadlineNanos until when, on the clock of {@link System#nanoTime}, or {@link #NEVER}
     */
    public void await(long deadlineNanos) {
        long where = 0;
        if (deadlineNanos != NEVER) {
            long left = Math.max(0, deadlineNanos - System.nanoTime());
            timeout.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000L);
            timeout.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000L);
            where = timeout.address();
        }
        long ready = Syscall.call(SyscallNumber.EPOLL_PWAIT2, set, events.address(), EVENTS, where,
                0, 0);
        if (ready > 0) {
            // Sets the bell back; it is not blocking, so that nothing is lost if it did not ring.
            Syscall.call(SyscallNumber.READ, bell, drained.address(), Long.BYTES);
        } else if (ready < 0 && ready != -Errno.EINTR.number()) {
            throw new HostException("epoll_pwait2", (int) ready, "use Linux 5.11 or later");
        }
    }

    /** Makes the current or the next {@link #await} return. */
    public void wake() {
        Syscall.call(SyscallNumber.WRITE, bell, one.address(), Long.BYTES);
    }

    /**
     * Waits for a descriptor too, from now on.
     *
     * @param fd the descriptor, to be readable
     * @throws HostException if it cannot be waited for
     */
    public void add(int fd) {
        add(fd, EPOLLIN);
    }

    /**
     * Waits for a descriptor too, from now on, once for each time that it becomes readable anew.
     * Whoever waits must look at what the descriptor stands for before.
     *
     * @param fd the descriptor, to become readable
     * @throws HostException if it cannot be waited for
     */
    public void addEdge(int fd) {
        add(fd, EPOLLIN | EPOLLET);
    }

    private void add(int fd, int wanted) {
        try (Arena cold = Arena.ofConfined()) {
            MemorySegment event = cold.allocate(Struct.PollEvent.BYTES, 8);
            event.set(ValueLayout.JAVA_INT, 0, wanted);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, Struct.PollEvent.DATA, fd);
            Descriptor.check(Syscall.call(SyscallNumber.EPOLL_CTL, set, EPOLL_CTL_ADD, fd,
                    event.address()), "epoll_ctl(add " + fd + ")",
                    "raise fs.epoll.max_user_watches");
        }
    }

    /**
     * Waits for a descriptor no longer. Nothing happens if it did not, or if the descriptor is
     * closed.
     *
     * @param fd the descriptor
     */
    public void remove(int fd) {
        Syscall.call(SyscallNumber.EPOLL_CTL, set, EPOLL_CTL_DEL, fd, 0);
    }

    /** Gives the descriptors back. Nobody waits any more, and nobody wakes. */
    @Override
    public void close() {
        Descriptor.close(bell);
        Descriptor.close(set);
    }
}
