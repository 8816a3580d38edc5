// SPDX-License-Identifier: Apache-2.0

/**
 * Programs from the object files that compilers make. It is a module of its own so that the kernel
 * needs no library for it.
 */
module exo.elf {
    requires transitive exo.api;
    requires jelf;

    exports exo.elf;
}
