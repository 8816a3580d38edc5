// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.cpu.Cpu;
import exo.api.disk.Disk;
import exo.api.info.KernelInfo;
import exo.api.mem.Memory;
import exo.api.name.Names;
import exo.api.net.Net;
import exo.api.upcall.Upcalls;

/**
 * An environment: the protection domain of one libOS, as the libOS itself sees it.
 *
 * <p><b>Shape.</b> A key-ring of capabilities, upcall entries, an account, a quota, and one or more
 * threads that the kernel owns. Each resource has its own service, reached from here.
 *
 * <p><b>Ownership and lifetime.</b> The kernel creates and ends environments. After the end every
 * call throws an {@link ExoException} with {@link ErrorCode#ENV_ENDED}.
 *
 * <p><b>Thread-safety.</b> Calls on an environment, and on everything reached from it, are accepted
 * from the environment's own threads; from any other thread they throw {@link WrongThreadException}
 * and have no effect. The root environment accepts every thread that no other environment owns.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 33: processor environments and their contexts"
 */
public interface Env {
    /** {@return the name its creator gave it; not unique} */
    String name();

    /** {@return the number of this environment, unique in the kernel and never reused} */
    long id();

    /** {@return the capabilities this environment holds} */
    KeyRing keys();

    /** {@return page frames and windows} */
    Memory memory();

    /** {@return block devices, extents and their queues} */
    Disk disk();

    /** {@return core intervals} */
    Cpu cpu();

    /** {@return network stations and packet bindings} */
    Net net();

    /** {@return capabilities offered under names, and the keys to them} */
    Names names();

    /**
     * {@return what the kernel exposes of all resources, whoever holds them; it can be read by any
     * thread}
     */
    KernelInfo info();

    /** {@return the upcalls of the calling thread} */
    Upcalls upcalls();

    /** {@return what this environment may hold at most, its descendants included} */
    Quota quota();

    /** {@return what this environment holds and has consumed, its descendants not included} */
    Account account();

    /**
     * Creates a child environment and starts its libOS.
     *
     * <p>The child's quota is taken from this environment's own and returns to it at the child's
     * end. The capabilities that {@code spec} names are granted before the libOS starts.
     *
     * @param spec name, quota and first capabilities of the child
     * @param libOs the code that runs in it
     * @return the capability that controls the child, with all rights
     * @throws ResourceException with {@link ErrorCode#QUOTA} if this environment does not have what
     *         the child shall get; with {@link ErrorCode#EXHAUSTED} if the host does not start its
     *         thread; no effect
     * @throws CapabilityException if a capability named in {@code spec} may not be granted; no
     *         effect
     */
    EnvControl createEnv(EnvSpec spec, LibOs libOs);

    /**
     * Starts a further thread of this environment.
     *
     * <p>The thread has upcalls, windows and bindings of its own. An exception it does not catch
     * ends the environment.
     *
     * @param name the name of the thread, for diagnosis
     * @param body what it runs; the environment is handed in again for convenience
     * @throws ResourceException with {@link ErrorCode#QUOTA} if the environment has as many threads
     *         as it may; with {@link ErrorCode#EXHAUSTED} if the host does not start one more; no
     *         effect
     */
    void startThread(String name, LibOs body);
}
