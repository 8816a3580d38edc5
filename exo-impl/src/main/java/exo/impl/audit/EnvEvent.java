// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An environment began or ended. */
@Name("dev.exo.Env")
@Label("Environment")
@Category("Exo")
@StackTrace(false)
public final class EnvEvent extends Event {
    @Label("Name")
    String env;
    @Label("Number")
    long id;
    @Label("Action")
    String action;

    private EnvEvent() {}

    /**
     * Records it.
     *
     * @param env the name of the environment
     * @param id its number
     * @param action CREATED, or how it ended
     */
    public static void record(String env, long id, String action) {
        EnvEvent event = new EnvEvent();
        if (event.shouldCommit()) {
            event.env = env;
            event.id = id;
            event.action = action;
            event.commit();
        }
    }
}
