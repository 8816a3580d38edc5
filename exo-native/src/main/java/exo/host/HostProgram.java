// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A program of eBPF that the host itself verified, compiled, and runs: the second opinion on our
 * engine, and what it is measured against. It is attached to nothing.
 *
 * <p><b>Thread-safety.</b> Any thread runs it. {@link #close} when none does any more.
 *
 * @see "bpf(2), BPF_PROG_LOAD and BPF_PROG_TEST_RUN; Documentation/bpf/bpf_prog_run.rst"
 */
public final class HostProgram implements AutoCloseable {
    /** The least bytes of a packet that the host runs a program over. */
    public static final int MIN_PACKET_BYTES = 14;
    /** The most bytes of a packet that the host runs a program over. */
    public static final int MAX_PACKET_BYTES = 2048;

    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_TEST_RUN = 10;
    /** As much of {@code union bpf_attr} as is given to the host: more than any call here uses. */
    private static final int ATTRIBUTE_BYTES = 128;
    private static final int LOG_BYTES = 1 << 16;
    private static final String LICENSE = "GPL";

    private final int fd;
    private boolean closed; // guarded by this

    private HostProgram(int fd) {
        this.fd = fd;
    }

    /** What a program is for, which decides what it is given. */
    public enum Kind {
        /** r1 is a {@code struct __sk_buff} that begins with Ethernet: legacy packet access. */
        CLASSIFIER(3),
        /** r1 is a {@code struct xdp_md}: pointers to the packet and its end. */
        XDP(6);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /**
     * What a run left.
     *
     * @param result the lower 32 bits of r0
     * @param nanos what the host says that a run took, on average
     */
    public record Outcome(int result, int nanos) {}

    /**
     * Loads a program.
     *
     * @param kind what it is for
     * @param slots its instructions, 8 bytes each, little-endian
     * @return the program
     * @throws HostException if the host refuses it: with {@link Errno#EPERM} for want of the right
     *         to load programs, else mostly with the last line of its verifier's log as remedy
     */
    public static HostProgram load(Kind kind, byte[] slots) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(Math.max(slots.length, 1), Long.BYTES);
            MemorySegment.copy(slots, 0, code, ValueLayout.JAVA_BYTE, 0, slots.length);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment attr = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramLoad.TYPE, kind.number);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramLoad.COUNT, slots.length / Long.BYTES);
            attr.set(ValueLayout.JAVA_LONG, Struct.ProgramLoad.SLOTS, code.address());
            attr.set(ValueLayout.JAVA_LONG, Struct.ProgramLoad.LICENSE,
                    arena.allocateFrom(LICENSE).address());
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramLoad.LOG_LEVEL, 1);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramLoad.LOG_BYTES, LOG_BYTES);
            attr.set(ValueLayout.JAVA_LONG, Struct.ProgramLoad.LOG, log.address());
            long fd = Syscall.call(SyscallNumber.BPF, BPF_PROG_LOAD, attr.address(),
                    ATTRIBUTE_BYTES);
            if (fd < 0) {
                throw new HostException("bpf(BPF_PROG_LOAD)", (int) fd, remedy((int) fd, log));
            }
            return new HostProgram((int) fd);
        }
    }

    private static String remedy(int result, MemorySegment log) {
        if (result == -Errno.EPERM.number()) {
            return "run as root, or give the service ambient CAP_BPF and CAP_NET_ADMIN";
        }
        String text = log.getString(0).strip();
        return text.isEmpty()
                ? "mend the program"
                : "mend the program; the host says: " + text.substring(
                        Math.max(0, text.length() - 1000));
    }

    /**
     * Runs the program over a packet, which it may change.
     *
     * @param packet the packet, {@value #MIN_PACKET_BYTES} to {@value #MAX_PACKET_BYTES} bytes;
     *        afterwards it holds what the program left of it
     * @param repeat how many times, at least 1
     * @return what the last run left
     * @throws HostException if the host refuses
     */
    public Outcome run(byte[] packet, int repeat) {
        if (packet.length < MIN_PACKET_BYTES || packet.length > MAX_PACKET_BYTES || repeat < 1) {
            throw new IllegalArgumentException("the host runs programs over " + MIN_PACKET_BYTES
                    + " to " + MAX_PACKET_BYTES + " bytes, at least once, not over "
                    + packet.length + ", " + repeat + " times");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(packet.length);
            MemorySegment.copy(packet, 0, in, ValueLayout.JAVA_BYTE, 0, packet.length);
            MemorySegment out = arena.allocate(packet.length);
            MemorySegment attr = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramRun.FD, fd);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramRun.IN_BYTES, packet.length);
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramRun.OUT_BYTES, packet.length);
            attr.set(ValueLayout.JAVA_LONG, Struct.ProgramRun.IN, in.address());
            attr.set(ValueLayout.JAVA_LONG, Struct.ProgramRun.OUT, out.address());
            attr.set(ValueLayout.JAVA_INT, Struct.ProgramRun.REPEAT, repeat);
            Descriptor.check(
                    Syscall.call(SyscallNumber.BPF, BPF_PROG_TEST_RUN, attr.address(),
                            ATTRIBUTE_BYTES),
                    "bpf(BPF_PROG_TEST_RUN)", "use a host of Linux 4.12 or later");
            int left = attr.get(ValueLayout.JAVA_INT, Struct.ProgramRun.OUT_BYTES);
            MemorySegment.copy(out, ValueLayout.JAVA_BYTE, 0, packet, 0,
                    Math.min(Objects.checkIndex(left, packet.length + 1), packet.length));
            return new Outcome(attr.get(ValueLayout.JAVA_INT, Struct.ProgramRun.RESULT),
                    attr.get(ValueLayout.JAVA_INT, Struct.ProgramRun.NANOS));
        }
    }

    /** Gives it back to the host. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptor.close(fd);
        }
    }
}
