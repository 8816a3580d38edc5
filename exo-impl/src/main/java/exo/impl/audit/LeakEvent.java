// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Something did not come back when its environment or its kernel ended. */
@Name("dev.exo.Leak")
@Label("Leak")
@Category("Exo")
@StackTrace(false)
public final class LeakEvent extends Event {
    @Label("What")
    String what;

    private LeakEvent() {}

    /**
     * Records it.
     *
     * @param what the environment, the kind, the count
     */
    public static void record(String what) {
        LeakEvent event = new LeakEvent();
        event.what = what;
        event.commit();
    }
}
