// SPDX-License-Identifier: Apache-2.0

/** A file system on a raw extent, as a library. */
module exo.libos.fs {
    requires transitive exo.api;

    exports exo.libos.fs;
}
