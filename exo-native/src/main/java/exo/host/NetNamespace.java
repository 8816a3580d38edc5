// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.nio.file.Path;

/**
 * Network namespaces of the host. A socket or TAP belongs for ever to the namespace of the thread
 * that made it, whoever uses it later.
 *
 * @see "setns(2), network_namespaces(7)"
 */
public final class NetNamespace {
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x4000_0000;

    private NetNamespace() {}

    /**
     * Moves the calling thread to another namespace, and with it the threads that it starts from
     * now on.
     *
     * @param file the namespace, for example {@code /run/netns/blue}
     * @throws HostException if there is none, or this user may not enter it
     */
    public static void enter(Path file) {
        String remedy = "name a file in /run/netns, and grant CAP_SYS_ADMIN";
        int fd = (int) Descriptor.check(Descriptor.open(file.toString(), O_RDONLY, 0),
                "open(" + file + ")", remedy);
        long result = Syscall.call(SyscallNumber.SETNS, fd, CLONE_NEWNET);
        Descriptor.close(fd);
        Descriptor.check(result, "setns(" + file + ", CLONE_NEWNET)", remedy);
    }
}
