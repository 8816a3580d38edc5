// SPDX-License-Identifier: Apache-2.0

/** The command line. */
module exo.cli {
    requires info.picocli;

    opens exo.cli to
            info.picocli;
}
