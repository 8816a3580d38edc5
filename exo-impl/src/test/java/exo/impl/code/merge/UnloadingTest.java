// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.ExoCodeEngine;
import exo.impl.code.KernelProgram;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Is the code that was made for a program or a set gone when nobody has them any more? */
class UnloadingTest {
    private static final long DEADLINE = Duration.ofSeconds(30).toNanos();
    private static final StackWalker WALKER = StackWalker.getInstance(
            java.util.Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE,
                    StackWalker.Option.SHOW_HIDDEN_FRAMES));

    /** Waits until a class is gone, and collects garbage until then. */
    private static void awaitUnloading(ReferenceQueue<Class<?>> gone, Reference<?> of)
            throws InterruptedException {
        long end = System.nanoTime() + DEADLINE;
        Reference<?> found = null;
        while (found == null && System.nanoTime() < end) {
            System.gc();
            found = gone.remove(50);
        }
        assertSame(of, found, "the class is still there");
    }

    /** The hidden class below a helper on the stack is the code that called it. */
    private static Class<?> caller() {
        return WALKER.walk(frames -> frames.<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                .filter(type -> type.isHidden() && type.getPackageName().endsWith(".engine"))
                .findFirst()
                .orElseThrow());
    }

    private static WeakReference<Class<?>> runOnce(ReferenceQueue<Class<?>> gone) {
        AtomicReference<Class<?>> code = new AtomicReference<>();
        Contract contract = Contract.filter()
                .withHelper(1, new Helper("here", List.of(), Helper.Result.NUMBER, true,
                        (memory, a, b, c, d, e) -> {
                            code.set(caller());
                            return 7;
                        }));
        Program program = new ExoCodeEngine().assemble("call 1\nexit");
        VerifiedProgram verified = KernelProgram.verify(program, contract);
        int result = verified.filter(Engine.COMPILE)
                .accept(MemorySegment.ofArray(new byte[8]), 0, 8);
        assertEquals(7, result);
        return new WeakReference<>(code.getAndSet(null), gone);
    }

    @Test
    void shouldUnloadTheCodeOfAProgram() throws InterruptedException {
        ReferenceQueue<Class<?>> gone = new ReferenceQueue<>();
        awaitUnloading(gone, runOnce(gone));
    }

    private static WeakReference<Class<?>> classifyOnce(ReferenceQueue<Class<?>> gone) {
        MergedClassifier set = new MergedClassifier();
        set.insert(1, FilterMaker.udp(53, 0x0a000001));
        set.insert(2, FilterMaker.udp(80, 0x0a000001));
        assertEquals(-1, set.classify(MemorySegment.ofArray(new byte[60]), 0, 60));
        Class<?> code = set.matcherClass();
        assertNotNull(code);
        assertTrue(code.isHidden());
        return new WeakReference<>(code, gone);
    }

    @Test
    void shouldUnloadTheCodeOfASet() throws InterruptedException {
        ReferenceQueue<Class<?>> gone = new ReferenceQueue<>();
        awaitUnloading(gone, classifyOnce(gone));
    }
}
