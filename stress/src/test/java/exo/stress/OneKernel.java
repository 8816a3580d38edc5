// SPDX-License-Identifier: Apache-2.0
package exo.stress;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.net.NetDevice;
import exo.impl.cap.Principal;

/** The kernel of this JVM, booted when it is first asked for; it ends with the JVM. */
public final class OneKernel {
    private static final Exokernel KERNEL = Exokernel.boot(HostConfig.embedded());

    private OneKernel() {}

    /** {@return the root environment} */
    public static Env root() {
        return KERNEL.rootEnv();
    }

    /** {@return the root environment as the resource packages see it} */
    public static Principal principal() {
        return (Principal) KERNEL.rootEnv();
    }

    /** {@return the wire of the kernel} */
    public static NetDevice wire() {
        return root().keys().find("wire0", NetDevice.class);
    }
}
