// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import exo.api.upcall.Repossession;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A resource was asked back, or taken by force. */
@Name("dev.exo.Revocation")
@Label("Revocation")
@Category("Exo")
@StackTrace(false)
public final class RevocationEvent extends Event {
    @Label("Environment")
    String env;
    @Label("Kind")
    String kind;
    @Label("Amount or number of the resource")
    long resource;
    @Label("Action")
    String action;

    private RevocationEvent() {}

    /**
     * Records a revoke request.
     *
     * @param env the name of the environment asked
     * @param kind the kind of resource
     * @param amount how many
     */
    public static void asked(String env, String kind, long amount) {
        record(env, kind, amount, "ASKED");
    }

    /**
     * Records a repossession.
     *
     * @param env the name of the environment it was taken from
     * @param entry the entry of its vector
     */
    public static void taken(String env, Repossession entry) {
        record(env, entry.kind().name(), entry.resource(), "TAKEN: " + entry.cause());
    }

    private static void record(String env, String kind, long resource, String action) {
        RevocationEvent event = new RevocationEvent();
        if (event.shouldCommit()) {
            event.env = env;
            event.kind = kind;
            event.resource = resource;
            event.action = action;
            event.commit();
        }
    }
}
