// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one door to the host: {@code syscall(2)}. {@link RawMemory#zero} stays in the process.
 *
 * <p>One downcall serves all system calls, so that there is one place to look at for how arguments
 * are passed and how errors come back. It is an ordinary downcall, never a critical one: while a
 * thread waits in the host, the others reach their safepoints.
 *
 * <p><b>Thread-safety.</b> Any thread. <b>Cost.</b> About 40 ns above the system call itself; no
 * allocation after a thread's first call.
 *
 * @see "syscall(2)"
 */
public final class Syscall {
    @SuppressWarnings("restricted")
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                    Linker.Option.captureCallState("errno"));

    /**
     * Where the calling thread's error number goes: one place a thread, since calls may overlap.
     */
    private static final ThreadLocal<MemorySegment> ERRNO = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Syscall() {}

    /**
     * Calls the host.
     *
     * @param number which call
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number) {
        return call(number, 0, 0, 0, 0, 0, 0);
    }

    /**
     * Calls the host.
     *
     * @param number which call
     * @param a the first argument
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number, long a) {
        return call(number, a, 0, 0, 0, 0, 0);
    }

    /**
     * Calls the host.
     *
     * @param number which call
     * @param a the first argument
     * @param b the second
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number, long a, long b) {
        return call(number, a, b, 0, 0, 0, 0);
    }

    /**
     * Calls the host.
     *
     * @param number which call
     * @param a the first argument
     * @param b the second
     * @param c the third
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    /**
     * Calls the host.
     *
     * @param number which call
     * @param a the first argument
     * @param b the second
     * @param c the third
     * @param d the fourth
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0, 0);
    }

    /**
     * Calls the host. hot: guarded by the extent queue benchmark.
     *
     * @param number which call
     * @param a the first argument
     * @param b the second
     * @param c the third
     * @param d the fourth
     * @param e the fifth
     * @param f the sixth
     * @return what it returned, or the negative error number
     */
    public static long call(SyscallNumber number, long a, long b, long c, long d, long e, long f) {
        MemorySegment errno = ERRNO.get();
        long result;
        try {
            // Safety: syscall(2) takes six words whatever the call is; which of them are addresses,
            // and that these are valid as long as the host uses them, is for the callers to see to,
            // all of which are in this module.
            result = (long) SYSCALL.invokeExact(errno, (long) number.number(), a, b, c, d, e, f);
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable impossible) { // invokeExact declares it; syscall(2) throws nothing
            throw new AssertionError(impossible);
        }
        return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
    }
}
