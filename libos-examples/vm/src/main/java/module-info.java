// SPDX-License-Identifier: Apache-2.0

/** Stretches that page themselves, shared segments, and a swap server, as a library. */
module exo.libos.vm {
    requires transitive exo.api;

    exports exo.libos.vm.gib;
    exports exo.libos.vm.stretch;
    exports exo.libos.vm.swap;
}
