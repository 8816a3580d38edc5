// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A TAP: an interface of the host whose wire ends in this process. What the host sends by it is
 * read here, what is written here the host receives. The host cuts segments and fills in checksums
 * before, since it is not told that anybody else would.
 *
 * <p><b>Thread-safety.</b> One thread reads, one at a time writes. {@link #close} when neither does
 * any more.
 *
 * @see "Documentation/networking/tuntap.rst"
 */
public final class TapDevice implements AutoCloseable {
    private static final String TUN = "/dev/net/tun";
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int TUNSETIFF = 0x400454ca;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_TUN_EXCL = 0x8000;
    private static final int LONGEST_NAME = 15;

    private final int fd;
    private final NetInterface on;
    private boolean closed; // guarded by this

    private TapDevice(int fd, NetInterface on) {
        this.fd = fd;
        this.on = on;
    }

    /**
     * Makes an interface, gives it an address unless that is 0, and sets it up. It vanishes at
     * {@link #close}.
     *
     * @param name its name, 1 to 15 characters
     * @param ipv4 the host's address on it, first octet highest, or 0
     * @param prefix the length of the network prefix of that address
     * @return the interface
     * @throws HostException with {@link Errno#EBUSY} if there is an interface of that name; or if
     *         the host refuses it, and nothing is left
     */
    public static TapDevice create(String name, int ipv4, int prefix) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("the name of an interface has 1 to " + LONGEST_NAME
                    + " characters, but was '" + name + "'");
        }
        int fd = (int) Descriptor.check(Descriptor.open(TUN, O_RDWR | O_NONBLOCK, 0),
                "open(" + TUN + ")", "load the host's module tun (modprobe tun), and let this user"
                        + " read and write " + TUN);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Struct.InterfaceRequest.BYTES, 8);
            request.setString(Struct.InterfaceRequest.NAME, name);
            request.set(ValueLayout.JAVA_SHORT, Struct.InterfaceRequest.VALUE,
                    (short) (IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL));
            int result = Descriptor.ioctl(fd, TUNSETIFF, request);
            Descriptor.check(result, "ioctl(TUNSETIFF, " + name + ")", remedy(result, name));
            NetInterface.setUp(name, ipv4, prefix);
            return new TapDevice(fd, NetInterface.of(name));
        } catch (HostException e) {
            Descriptor.close(fd);
            throw e;
        }
    }

    private static String remedy(int result, String name) {
        return result == -Errno.EBUSY.number()
                ? "choose another name, or remove the interface: ip link delete " + name
                : "run as root, or give the service ambient CAP_NET_ADMIN";
    }

    /** {@return the interface, as it was when it was made} */
    public NetInterface on() {
        return on;
    }

    /** {@return its descriptor, for a poller: readable if a frame is there} */
    public int fd() {
        return fd;
    }

    /**
     * Reads a frame, without waiting. hot: one host call.
     *
     * @param memory where it goes
     * @param offset where in the memory
     * @param room how many bytes there are for it; a longer frame is cut off
     * @return its length in bytes, or the negated error number
     */
    public int tryRead(Mapping memory, long offset, int room) {
        return (int) Syscall.call(SyscallNumber.READ, fd, memory.address() + offset, room);
    }

    /**
     * Writes a frame, without waiting. hot: one host call.
     *
     * @param memory where it lies
     * @param offset where in the memory
     * @param lengthBytes its length
     * @return its length in bytes, or the negated error number
     */
    public int tryWrite(Mapping memory, long offset, int lengthBytes) {
        return (int) Syscall.call(SyscallNumber.WRITE, fd, memory.address() + offset, lengthBytes);
    }

    /** Ends it: the interface vanishes. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptor.close(fd);
        }
    }
}
