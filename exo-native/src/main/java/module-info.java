// SPDX-License-Identifier: Apache-2.0

/**
 * Host calls. The only module with native access; it is exported to the kernel alone.
 *
 * <p>JNR-POSIX is an automatic module, which does not pull in the modules it needs: the ones of ASM
 * are named here for it.
 */
module exo.host {
    requires org.jnrproject.constants;
    requires org.jnrproject.ffi;
    requires org.jnrproject.jffi;
    requires org.jnrproject.posix;
    requires org.objectweb.asm;
    requires org.objectweb.asm.commons;
    requires org.objectweb.asm.util;

    exports exo.host to
            exo.impl;
}
