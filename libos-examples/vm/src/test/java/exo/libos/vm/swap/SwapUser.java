// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Env;
import exo.api.mem.Window;

import static exo.libos.vm.swap.SwapBench.soon;

/** A libOS that has pages in a window, and is connected to the server. */
record SwapUser(Env env, SwapClient client, Window window) {
    /** What a test does as such a libOS. */
    interface Body {
        void run(SwapUser user) throws Exception;
    }

    /** Connects, and allocates all pages of a window. */
    static SwapUser open(Env env, int pages) {
        SwapClient client = SwapBench.connect(env);
        Window window = env.memory().bindWindow(pages);
        window.allocPages(0, pages);
        return new SwapUser(env, client, window);
    }

    SwapTicket out(int firstPage, int pageCount) {
        return client.swapOut(window, firstPage, pageCount, soon());
    }

    void in(SwapTicket ticket, int firstPage) {
        client.swapIn(ticket, window, firstPage, soon());
    }

    void fill(int page, long salt) {
        SwapBench.fill(env, window, page, salt);
    }

    void check(int page, long salt) {
        SwapBench.check(env, window, page, salt);
    }

    int framesHeld() {
        return env.account().framesHeld();
    }
}
