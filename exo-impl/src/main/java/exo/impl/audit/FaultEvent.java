// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A thread of the kernel could not do something, and went on: there is no caller to tell. */
@Name("dev.exo.Fault")
@Label("Fault")
@Category("Exo")
@StackTrace(false)
public final class FaultEvent extends Event {
    @Label("What")
    String what;
    @Label("Failure")
    String failure;

    private FaultEvent() {}

    /**
     * Records it.
     *
     * @param what of what it failed, such as {@code core 3}
     * @param failure how
     */
    public static void record(String what, Throwable failure) {
        FaultEvent event = new FaultEvent();
        if (event.shouldCommit()) {
            event.what = what;
            event.failure = failure.toString();
            event.commit();
        }
    }
}
