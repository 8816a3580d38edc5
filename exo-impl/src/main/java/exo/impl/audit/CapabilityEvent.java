// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import exo.api.Capability;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A capability came into being or died. */
@Name("dev.exo.Capability")
@Label("Capability")
@Category("Exo")
@StackTrace(false)
public final class CapabilityEvent extends Event {
    @Label("Kind")
    String kind;
    @Label("Label")
    String label;
    @Label("Rights")
    String rights;
    @Label("Action")
    String action;

    private CapabilityEvent() {}

    /**
     * {@return the event that a capability was made, by allocating, deriving or granting; to be
     * committed when it is}
     *
     * @param capability the capability
     */
    public static CapabilityEvent adopted(Capability capability) {
        return of(capability, "MADE");
    }

    /**
     * Records that a capability died.
     *
     * @param capability the capability
     * @param cause why
     */
    public static void died(Capability capability, String cause) {
        of(capability, cause).commit();
    }

    private static CapabilityEvent of(Capability capability, String action) {
        CapabilityEvent event = new CapabilityEvent();
        if (event.isEnabled()) {
            event.kind = capability.kind().name();
            event.label = capability.label();
            event.rights = capability.rights().toString();
            event.action = action;
        }
        return event;
    }
}
