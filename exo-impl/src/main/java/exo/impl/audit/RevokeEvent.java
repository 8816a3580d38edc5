// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import exo.api.Capability;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An environment revoked everything that was derived from one of its capabilities. */
@Name("dev.exo.Revoke")
@Label("Revoke")
@Category("Exo")
@StackTrace(false)
public final class RevokeEvent extends Event {
    @Label("Environment")
    String env;
    @Label("Kind")
    String kind;
    @Label("Label")
    String label;
    @Label("Capabilities revoked")
    int count;

    /** Made before the revocation begins, so that the event lasts as long as it. */
    public RevokeEvent() {
        begin();
    }

    /**
     * Records it, when every binding was severed.
     *
     * @param holder the name of the environment that revoked
     * @param source the capability, which stays
     * @param revoked how many were derived from it
     */
    public void revoked(String holder, Capability source, int revoked) {
        end();
        if (shouldCommit()) {
            env = holder;
            kind = source.kind().name();
            label = source.label();
            count = revoked;
            commit();
        }
    }
}
