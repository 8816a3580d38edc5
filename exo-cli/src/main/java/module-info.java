// SPDX-License-Identifier: Apache-2.0

/** The command line. */
module exo.cli {
    requires exo.api;
    requires exo.elf;
    requires exo.libos.cheetah;
    requires exo.libos.fs;
    requires exo.libos.net;
    requires info.picocli;
    requires org.jline.terminal;

    opens exo.cli to
            info.picocli;
    opens exo.cli.code to
            info.picocli;
    opens exo.cli.top to
            info.picocli;
}
