// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The word by which a thread and those who wake it agree who makes the host call that wakes.
 *
 * <p><b>States.</b> <pre>
 *   AWAKE --sleep--> ASLEEP --isToBeWoken--> SIGNALLED --awake--> AWAKE
 * </pre>
 * The thread writes ASLEEP (volatile), asks every source once more, and only then waits on the
 * host. A source becomes pending first, then its signaller looks at the word (volatile). So either
 * the thread sees the source, or the signaller sees ASLEEP; whoever moves it to SIGNALLED, and
 * nobody else, makes the host call.
 */
public final class WakeWord {
    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;
    private static final int SIGNALLED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(WakeWord.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state = AWAKE;

    /** Makes the word of a thread that is awake. */
    public WakeWord() {}

    /**
     * Says that the thread is about to wait; it asks its sources afterwards. Owner thread.
     */
    public void sleep() {
        STATE.setVolatile(this, ASLEEP); // pairs with the read in isToBeWoken
    }

    /** Says that the thread waits no longer. Owner thread. */
    public void awake() {
        STATE.setVolatile(this, AWAKE);
    }

    /**
     * {@return whether the caller, and nobody else, has to wake the thread} Any thread; its source
     * is pending already. hot: guarded by the packet benchmarks.
     */
    public boolean isToBeWoken() {
        return (int) STATE.getVolatile(this) == ASLEEP
                && STATE.compareAndSet(this, ASLEEP, SIGNALLED);
    }
}
