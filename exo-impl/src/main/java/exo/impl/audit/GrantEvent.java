// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import exo.api.Capability;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An environment granted another one a capability. */
@Name("dev.exo.Grant")
@Label("Grant")
@Category("Exo")
@StackTrace(false)
public final class GrantEvent extends Event {
    @Label("From environment")
    String from;
    @Label("To environment")
    String to;
    @Label("Kind")
    String kind;
    @Label("Label there")
    String label;
    @Label("Rights")
    String rights;

    private GrantEvent() {}

    /**
     * Records it.
     *
     * @param from the name of the environment that granted
     * @param to the name of the environment that holds the new capability
     * @param granted the new capability
     */
    public static void record(String from, String to, Capability granted) {
        GrantEvent event = new GrantEvent();
        if (event.shouldCommit()) {
            event.from = from;
            event.to = to;
            event.kind = granted.kind().name();
            event.label = granted.label();
            event.rights = granted.rights().toString();
            event.commit();
        }
    }
}
