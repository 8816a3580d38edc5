// SPDX-License-Identifier: Apache-2.0

/**
 * What the host gives: memory, files, rings, sockets and threads.
 *
 * <p>Guarantees: <ul>
 * <li><b>One door.</b> No other module of Exo reaches the host past the JDK; this one is exported
 * to the kernel alone.
 * <li><b>Named failures.</b> A call that fails says which call, with which arguments, with which
 * error number, and what would mend it; on a data path the negative error number is the result.
 * <li><b>Nothing half done.</b> What fails to open gives back what it had taken.
 * </ul>
 *
 * <p>It does not check what a libOS may do: the kernel does, before it calls.
 *
 * <p>Reading order: {@link exo.host.HostException}, {@link exo.host.Mapping}, {@link
 * exo.host.WriteTracking}, {@link
 * exo.host.BlockFile}, {@link exo.host.IoRing}, {@link exo.host.NetInterface}, {@link
 * exo.host.PacketSocket}, {@link exo.host.TapDevice}, {@link exo.host.HostThread}, {@link
 * exo.host.HostLimits}.
 *
 * {@snippet lang="java" :
 * try (MemFd file = MemFd.create("pool", 1 << 20); Mapping all = Mapping.ofShared(file)) {
 *     all.segment().fill((byte) 7);
 * }
 * }
 *
 * <p>Imports allowed: {@code exo.host.linux}, {@code exo.host.posix}. Threading: said by each
 * class; what holds a descriptor is closed by one thread when no other uses it.
 *
 * <p>Source: the manual pages of Linux that each class names; io_uring(7), packet(7).
 *
 * <p>Held by: {@code StructLayoutTest}, which asks the host's C compiler for each offset, {@code
 * BlockFileTest}, {@code WriteTrackingTest}, {@code PacketSocketTest}, {@code TapDeviceTest},
 * {@code HostLimitsTest}; the other classes are held by the tests of the kernel, which runs on
 * them.
 */
package exo.host;
