// SPDX-License-Identifier: Apache-2.0

/**
 * What the tests of every module share. Nothing that ships requires it.
 */
module exo.testkit {
    requires java.management;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.platform.launcher;

    exports exo.testkit;
    exports exo.testkit.self;

    provides org.junit.jupiter.api.extension.Extension with
            exo.testkit.guard.Spinners;
    provides org.junit.platform.launcher.TestExecutionListener with
            exo.testkit.SkipCounter;
}
