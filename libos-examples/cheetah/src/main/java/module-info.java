// SPDX-License-Identifier: Apache-2.0

/** A web server that sends files from the pages they were read into. */
module exo.libos.cheetah {
    requires transitive exo.api;
    requires exo.libos.fs;
    requires transitive exo.libos.net;

    exports exo.libos.cheetah;
}
