// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel instance: boot, environments, upcalls, revocation, shutdown.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nothing survives an environment.</b> However it ends, its threads' bindings, queues and
 * windows are closed, its capabilities dropped, its quota returned.
 * <li><b>No libOS code under a lock.</b> It runs in {@code LibOs.run} and in upcall entries, and
 * nowhere else.
 * <li><b>A boot is whole or nothing.</b>
 * </ul>
 *
 * <p>It does not stop a thread that never calls the kernel: its resources are taken, the thread
 * itself stays with the JVM.
 *
 * <p>Reading order: {@code Kernel}, {@code KernelEnv}, {@code EnvLife}, {@code KernelThread},
 * {@code KernelUpcalls}, {@link exo.impl.kernel.WakeWord}, {@code ControlEvents}, {@code
 * IdleReturn}, {@code Exposure}.
 *
 * {@snippet lang="java" :
 * try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
 *     kernel.facilities().forEach(System.out::println);
 * }
 * }
 *
 * <p>Imports allowed: everything in {@code exo.api}, {@code exo.impl} and {@code exo.host}.
 *
 * <p>Lock order: {@code EnvLife}, then the capability table, then a ledger; a window's lock, then
 * the frame pool's; the locks of devices and timelines come after these, and a table of the exposed
 * information is innermost. Nothing waits under any of them but the writing of a device's
 * catalogue.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25 and 33-34.
 *
 * <p>Held by: {@code KernelTest}, {@code EnvTest}, {@code UpcallTest}, {@code RevocationTest},
 * {@code FenceTest}, {@code UnprivilegedTest}, {@code ExposureTest}, {@code EnvHostile}, {@code
 * EndHostile}, {@code NullsHostile}, {@code ForgeryHostile}, {@code FenceHostile}, {@code
 * InfoHostile}, {@code WakeWordStress}, {@code TwoWakersStress}.
 */
package exo.impl.kernel;
