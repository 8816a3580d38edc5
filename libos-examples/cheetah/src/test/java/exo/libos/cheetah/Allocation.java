// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

/** How much a thread has allocated. */
final class Allocation {
    private Allocation() {}

    /**
     * {@return bytes a thread has allocated so far}
     *
     * <p>By name: a libOS does not require the module that tells, and its tests cannot either.
     */
    static long bytes(Thread thread) {
        try {
            Object bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return (long) Class.forName("com.sun.management.ThreadMXBean")
                    .getMethod("getThreadAllocatedBytes", long.class)
                    .invoke(bean, thread.threadId());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the JVM does not tell what a thread allocates", e);
        }
    }
}
