// SPDX-License-Identifier: Apache-2.0
package exo.impl.audit;

import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * Pages of a window were allocated, mapped or released, as one batch. Off unless a recording asks
 * for it, since there may be many.
 */
@Name("dev.exo.Window")
@Label("Window")
@Category("Exo")
@StackTrace(false)
@Enabled(false)
public final class WindowEvent extends Event {
    @Label("Environment")
    String env;
    @Label("Action")
    String action;
    @Label("First page")
    int firstPage;
    @Label("Pages")
    int pages;

    private WindowEvent() {}

    /**
     * Records that pages show frames that were allocated for them.
     *
     * @param env the name of the environment
     * @param firstPage the number of the first page
     * @param pages how many
     */
    public static void allocated(String env, int firstPage, int pages) {
        record(env, "ALLOCATED", firstPage, pages);
    }

    /**
     * Records that pages show frames of a capability.
     *
     * @param env the name of the environment
     * @param firstPage the number of the first page
     * @param pages how many
     */
    public static void mapped(String env, int firstPage, int pages) {
        record(env, "MAPPED", firstPage, pages);
    }

    /**
     * Records that pages show nothing any more.
     *
     * @param env the name of the environment
     * @param firstPage the number of the first page
     * @param pages how many
     */
    public static void released(String env, int firstPage, int pages) {
        record(env, "RELEASED", firstPage, pages);
    }

    private static void record(String env, String action, int firstPage, int pages) {
        WindowEvent event = new WindowEvent();
        if (event.shouldCommit()) {
            event.env = env;
            event.action = action;
            event.firstPage = firstPage;
            event.pages = pages;
            event.commit();
        }
    }
}
