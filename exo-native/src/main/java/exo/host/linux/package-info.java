// SPDX-License-Identifier: Apache-2.0

/**
 * The system calls of Linux and the layouts of their structures.
 *
 * <p>Guarantees: <ul>
 * <li><b>Two machines.</b> Each number and constant is given for x86_64 and for aarch64.
 * <li><b>No policy.</b> A call returns what the host returned, or the negative error number.
 * </ul>
 *
 * <p>It does not check addresses: its users pass those of memory that they hold.
 *
 * <p>Reading order: {@link exo.host.linux.Syscall}, {@link exo.host.linux.SyscallNumber}, {@link
 * exo.host.linux.Struct}.
 *
 * {@snippet lang="java" :
 * int tid = (int) Syscall.call(SyscallNumber.GETTID);
 * }
 *
 * <p>Imports allowed: none of Exo. Threading: no state but a place for the error number in each
 * thread.
 *
 * <p>Source: syscalls(2), and the user-space headers of the kernel.
 *
 * <p>Held by: {@code StructLayoutTest}.
 */
package exo.host.linux;
