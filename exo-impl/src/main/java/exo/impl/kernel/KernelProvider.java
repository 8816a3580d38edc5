// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Exokernel;
import exo.api.HostConfig;
import java.util.Objects;

/** How {@link Exokernel#boot} finds the kernel. */
public final class KernelProvider implements Exokernel.Provider {
    /** For {@link java.util.ServiceLoader}. */
    public KernelProvider() {}

    @Override
    public Exokernel boot(HostConfig config) {
        return new Kernel(Objects.requireNonNull(config, "config"));
    }
}
