// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.host.NetNamespace;
import exo.testkit.Netns;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs code on a thread in a network namespace: the sockets it opens belong there for ever. */
final class Inside {
    private Inside() {}

    /** {@return what the code returns; what it throws is thrown} */
    static <T> T call(Netns netns, Callable<T> code) {
        FutureTask<T> task = new FutureTask<>(() -> {
            NetNamespace.enter(netns.path());
            return code.call();
        });
        Thread.ofPlatform().name("inside-" + netns.name()).start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        }
    }
}
