// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel. Nothing in it is exported to a libOS: it is reached through {@link
 * exo.api.Exokernel#boot}.
 */
module exo.impl {
    requires exo.api;
    requires exo.host;
    requires jdk.jfr;

    provides exo.api.Exokernel.Provider with
            exo.impl.kernel.KernelProvider;
    provides exo.api.code.CodeEngine with
            exo.impl.code.ExoCodeEngine;
}
