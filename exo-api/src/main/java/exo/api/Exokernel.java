// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.info.KernelInfo;
import java.util.List;
import java.util.ServiceLoader;

/**
 * One kernel instance, as its embedder sees it.
 *
 * <p><b>Shape.</b> A kernel owns a pool of page frames, any number of block devices, managed cores
 * and network devices, all named in the {@link HostConfig} it was booted from, and hands them to a
 * tree of environments whose root is {@link #rootEnv()}. Several kernels may live in one JVM
 * process as long as they do not name the same block device or image.
 *
 * <p><b>Ownership and lifetime.</b> Whoever boots a kernel closes it. {@link #close()} ends every
 * environment and returns every host resource; nothing that came from the kernel can be used
 * afterwards.
 *
 * <p><b>Thread-safety.</b> Any thread.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 15 and 21-22: the principles of an exokernel"
 */
public interface Exokernel extends AutoCloseable {

    /**
     * Boots a kernel on this host.
     *
     * <p>Facilities that the host refuses (io_uring, locked memory, real-time scheduling, …) are
     * replaced by their fallback unless the configuration demands them; {@link #facilities()} says
     * which, why, and what would mend it.
     *
     * @param config what the kernel shall own and how it shall behave
     * @return the running kernel
     * @throws ResourceException with {@link ErrorCode#UNAVAILABLE} if a facility that the
     *         configuration demands is missing, or no kernel implementation is on the module path
     *         or class path; with {@link ErrorCode#EXHAUSTED} if the host has not that
     *         much memory; with {@link ErrorCode#BUSY} if a block device or image is held by
     *         another kernel. Nothing is left behind on failure.
     * @throws HostFaultException if a host call that has no fallback failed
     */
    static Exokernel boot(HostConfig config) {
        return ServiceLoader.load(Provider.class)
                .findFirst()
                .orElseThrow(
                        () -> new ResourceException(
                                ErrorCode.UNAVAILABLE,
                                Blame.CALLER,
                                "Exokernel.Provider",
                                "no kernel implementation was found",
                                "add the artifact exo-impl (module exo.impl) to the module path"))
                .boot(config);
    }

    /**
     * {@return the root environment, which holds every resource of the kernel}
     *
     * <p>Its calls are accepted from every thread that does not belong to another environment of
     * this kernel, so that the embedder can act through it.
     */
    Env rootEnv();

    /**
     * {@return what backs each facility now, one entry for each, in a fixed order}
     */
    List<Facility> facilities();

    /** {@return what the kernel exposes of its resources, for everybody to read} */
    KernelInfo info();

    /**
     * {@return what the host allows this process at this moment: its user, the memory it may lock,
     * the files it may have open, the size of a page; one entry for each, in a fixed order}
     *
     * <p>Cost: cold. The first call in a process loads a library, which takes about a second.
     */
    List<Facility> limits();

    /**
     * {@return what is held right now that would have to come back at the end: an empty report if
     * only the root environment lives and it holds nothing beyond its boot capabilities}
     */
    LeakReport leaks();

    /**
     * Ends all environments, youngest first, and returns every resource to the host. Idempotent.
     *
     * <p>An environment whose threads do not come back within the grace period of the configuration
     * loses its resources by force and is named in the {@code dev.exo.Leak} JFR event; closing goes
     * on.
     */
    @Override
    void close();

    /** Finds a kernel implementation; {@link Exokernel#boot} is how users reach it. */
    interface Provider {
        /**
         * Boots a kernel.
         *
         * @param config as for {@link Exokernel#boot}
         * @return the running kernel
         */
        Exokernel boot(HostConfig config);
    }
}
