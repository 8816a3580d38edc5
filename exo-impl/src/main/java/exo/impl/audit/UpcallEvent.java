// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Upcalls were delivered. Off unless a recording asks for it, since there may be many. */
@Name("dev.exo.Upcall")
@Label("Upcalls")
@Category("Exo")
@StackTrace(false)
@Enabled(false)
public final class UpcallEvent extends Event {
    @Label("Environment")
    String env;
    @Label("Count")
    int count;

    /**
     * Records it; call {@link #begin()} before the delivery.
     *
     * @param envName the name of the environment
     * @param delivered how many upcalls
     */
    public void delivered(String envName, int delivered) {
        end();
        if (shouldCommit()) {
            env = envName;
            count = delivered;
            commit();
        }
    }
}
