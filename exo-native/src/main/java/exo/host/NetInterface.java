// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * A network interface of the host, as it was when it was looked at.
 *
 * @param name its name
 * @param index its number
 * @param mtu the largest payload of a frame in bytes
 * @param ipv4 the host's first IPv4 address on it, first octet highest; 0 if it has none
 * @param prefix the length of the network prefix of that address; 0 if it has none
 * @see "netdevice(7)"
 */
public record NetInterface(String name, int index, int mtu, int ipv4, int prefix) {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SIOCGIFFLAGS = 0x8913;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int SIOCGIFADDR = 0x8915;
    private static final int SIOCSIFADDR = 0x8916;
    private static final int SIOCGIFNETMASK = 0x891b;
    private static final int SIOCSIFNETMASK = 0x891c;
    private static final int SIOCGIFMTU = 0x8921;
    private static final int SIOCGIFHWADDR = 0x8927;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int ARPHRD_ETHER = 1;
    private static final short IFF_UP = 1;
    private static final ValueLayout.OfInt NETWORK_INT = ValueLayout.JAVA_INT
            .withOrder(ByteOrder.BIG_ENDIAN);

    /**
     * Looks at an interface that carries Ethernet frames and is up.
     *
     * @param name its name, at most 15 characters
     * @return the interface
     * @throws HostException with {@link Errno#ENODEV} if there is none, with {@link Errno#ENETDOWN}
     *         if it is down, with {@link Errno#EPFNOSUPPORT} if it does not carry Ethernet frames
     */
    public static NetInterface of(String name) {
        try (Arena arena = Arena.ofConfined(); Asking asking = new Asking(name, arena)) {
            int index = asking.ask(SIOCGIFINDEX, "SIOCGIFINDEX");
            asking.ask(SIOCGIFHWADDR, "SIOCGIFHWADDR");
            if (asking.request.get(ValueLayout.JAVA_SHORT,
                    Struct.InterfaceRequest.FAMILY) != ARPHRD_ETHER) {
                throw new HostException("ioctl(SIOCGIFHWADDR, " + name + ")",
                        Errno.EPFNOSUPPORT.number(),
                        "name an interface that carries Ethernet frames; this host has " + all());
            }
            if ((asking.ask(SIOCGIFFLAGS, "SIOCGIFFLAGS") & IFF_UP) == 0) {
                throw new HostException("ioctl(SIOCGIFFLAGS, " + name + ")",
                        Errno.ENETDOWN.number(), "ip link set dev " + name + " up");
            }
            int mtu = asking.ask(SIOCGIFMTU, "SIOCGIFMTU");
            int ipv4 = asking.tryIpv4(SIOCGIFADDR, "SIOCGIFADDR");
            int prefix = ipv4 == 0
                    ? 0
                    : Integer.bitCount(asking.tryIpv4(SIOCGIFNETMASK, "SIOCGIFNETMASK"));
            return new NetInterface(name, index, mtu, ipv4, prefix);
        }
    }

    /**
     * Gives an interface an IPv4 address, unless it is 0, and sets it up.
     *
     * @param name its name
     * @param ipv4 the address, first octet highest, or 0
     * @param prefix the length of its network prefix, 1 to 32
     * @throws HostException if the host refuses it
     */
    static void setUp(String name, int ipv4, int prefix) {
        try (Arena arena = Arena.ofConfined(); Asking asking = new Asking(name, arena)) {
            if (ipv4 != 0) {
                asking.setIpv4(SIOCSIFADDR, "SIOCSIFADDR", ipv4);
                asking.setIpv4(SIOCSIFNETMASK, "SIOCSIFNETMASK", -1 << (Integer.SIZE - prefix));
            }
            int flags = asking.ask(SIOCGIFFLAGS, "SIOCGIFFLAGS");
            asking.request.set(ValueLayout.JAVA_SHORT, Struct.InterfaceRequest.VALUE,
                    (short) (flags | IFF_UP));
            asking.ask(SIOCSIFFLAGS, "SIOCSIFFLAGS, IFF_UP");
        }
    }

    /** {@return the names of all interfaces that the calling thread sees, for people} */
    static String all() {
        // Two lines of headings, then "  name: numbers".
        return Facilities.lines(Path.of("/proc/thread-self/net/dev"))
                .stream()
                .skip(2)
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .collect(Collectors.joining(", "));
    }

    /** A socket to ask by, and a request. Confined to one thread. */
    private static final class Asking implements AutoCloseable {
        private final String name;
        private final MemorySegment request;
        private final int fd;

        Asking(String name, Arena arena) {
            this.name = name;
            this.request = arena.allocate(Struct.InterfaceRequest.BYTES, 8);
            request.setString(Struct.InterfaceRequest.NAME, name);
            this.fd = (int) Descriptor.check(
                    Syscall.call(SyscallNumber.SOCKET, AF_INET, SOCK_DGRAM | Descriptor.O_CLOEXEC),
                    "socket(AF_INET, SOCK_DGRAM)", "raise the limit on open files (ulimit -n)");
        }

        /** {@return the answer as a number} */
        int ask(int number, String what) {
            int result = Descriptor.ioctl(fd, number, request);
            if (result < 0) {
                throw new HostException("ioctl(" + what + ", " + name + ")", result,
                        remedy(result));
            }
            int answer = request.get(ValueLayout.JAVA_INT, Struct.InterfaceRequest.VALUE);
            boolean isShort = number == SIOCGIFFLAGS || number == SIOCSIFFLAGS;
            return isShort ? answer & 0xffff : answer;
        }

        private String remedy(int result) {
            return result == -Errno.EPERM.number()
                    ? "run as root, or give the service ambient CAP_NET_ADMIN"
                    : "name an interface of this host, which has " + all();
        }

        int tryIpv4(int number, String what) {
            request.set(ValueLayout.JAVA_SHORT, Struct.InterfaceRequest.FAMILY, (short) AF_INET);
            int result = Descriptor.ioctl(fd, number, request);
            if (result == -Errno.EADDRNOTAVAIL.number()) {
                return 0;
            }
            Descriptor.check(result, "ioctl(" + what + ", " + name + ")", remedy(result));
            return request.get(NETWORK_INT, Struct.InterfaceRequest.IPV4);
        }

        void setIpv4(int number, String what, int ipv4) {
            request.asSlice(Struct.InterfaceRequest.VALUE).fill((byte) 0);
            request.set(ValueLayout.JAVA_SHORT, Struct.InterfaceRequest.FAMILY, (short) AF_INET);
            request.set(NETWORK_INT, Struct.InterfaceRequest.IPV4, ipv4);
            int result = Descriptor.ioctl(fd, number, request);
            Descriptor.check(result, "ioctl(" + what + ", " + name + ")", remedy(result));
        }

        @Override
        public void close() {
            Descriptor.close(fd);
        }
    }
}
