// SPDX-License-Identifier: Apache-2.0

/**
 * What a library operating system sees of the kernel: environments, capabilities, and one package
 * for each resource. It holds interfaces and values only; the kernel behind it is found by
 * {@link java.util.ServiceLoader}.
 */
module exo.api {
    exports exo.api;
    exports exo.api.code;
    exports exo.api.cpu;
    exports exo.api.disk;
    exports exo.api.info;
    exports exo.api.mem;
    exports exo.api.name;
    exports exo.api.net;
    exports exo.api.revoke;
    exports exo.api.upcall;

    uses exo.api.Exokernel.Provider;
    uses exo.api.code.CodeEngine;
}
