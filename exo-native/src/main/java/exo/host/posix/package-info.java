// SPDX-License-Identifier: Apache-2.0

/**
 * Cold questions to the C library, by JNR-POSIX.
 *
 * <p>Guarantees: <ul>
 * <li><b>Lazy.</b> The library is loaded by the first call, never by loading the kernel.
 * <li><b>Confined.</b> No type of the library leaves this package.
 * </ul>
 *
 * <p>It does not serve what the library lacks: sockets, mappings, rings and scheduling go by {@code
 * exo.host.linux}.
 *
 * <p>Reading order: {@link exo.host.posix.Posix}.
 *
 * {@snippet lang="java" :
 * long files = Posix.openFilesLimit();
 * }
 *
 * <p>Imports allowed: none of Exo. Threading: no state.
 *
 * <p>Source: getrlimit(2), sysconf(3), getuid(2), getpwuid(3).
 *
 * <p>Held by: {@code HostLimitsTest}, which compares it with the system calls.
 */
package exo.host.posix;
