// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A null for every parameter of every method that a libOS can call on an object of the kernel: each
 * is refused with a {@link NullPointerException}, and nothing has changed afterwards.
 */
class NullsHostile {
    private final LiveObjects live = new LiveObjects();

    @AfterEach
    void closeKernel() {
        live.close();
    }

    @Test
    void shouldRefuseNullInEveryParameterWithoutEffect() throws ReflectiveOperationException {
        List<LiveObjects.Call> calls = live.calls(type -> !type.isPrimitive());
        for (LiveObjects.Call call : calls) {
            Throwable end = call.with(null);
            assertEquals(NullPointerException.class, end.getClass(), call + ": " + end);
        }
        assertTrue(calls.size() > 40, calls.size() + " parameters");
    }

    @Test
    void shouldKnowEveryInterfaceThatTheKernelImplements() {
        List<Class<?>> missing = new ArrayList<>();
        for (Object each : live.all()) {
            for (Method method : each.getClass().getMethods()) {
                Class<?> type = method.getReturnType();
                if (type.isInterface() && type.getName().startsWith("exo.api.")
                        && !live.knows(type)) {
                    missing.add(type);
                }
            }
        }
        assertEquals(List.of(), missing);
    }
}
