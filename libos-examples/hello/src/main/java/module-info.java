// SPDX-License-Identifier: Apache-2.0

/** The smallest complete library operating system. */
module exo.libos.hello {
    requires transitive exo.api;

    exports exo.libos.hello;
}
