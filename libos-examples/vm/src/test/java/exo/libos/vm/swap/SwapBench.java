// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.libos.vm.VmBench;
import java.time.Duration;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A kernel with a swap server, and clients of it. */
final class SwapBench implements AutoCloseable {
    static final int SLOTS = 16;

    final VmBench bench = new VmBench(QueueBackend.AUTO);
    final Env root = bench.root;
    final Extent extent = bench.extent(SLOTS);
    EnvControl server = start(new SwapServer("swap", 4, SLOTS));

    static long soon() {
        return System.nanoTime() + VmBench.PATIENCE.toNanos();
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /** Starts a server, honest or not. */
    EnvControl start(LibOs libOs) {
        return root.createEnv(VmBench.withExtent(EnvSpec.named("swap"), extent), libOs);
    }

    /** {@return the specification of a client, which finds the server by {@link #connect}} */
    EnvSpec client(int frames) {
        return EnvSpec.named("client").frames(frames).grant("server", server, Rights.GRANT);
    }

    /** Runs code as a client with so many frames, whose pages are there and need one less. */
    void use(int frames, int pages, SwapUser.Body body) {
        bench.run(client(frames), env -> body.run(SwapUser.open(env, pages)));
    }

    /** {@return how a call is refused} */
    static ResourceException refused(Runnable call) {
        return assertThrows(ResourceException.class, call::run);
    }

    static EnvControl server(Env env) {
        return env.keys().find("server", EnvControl.class);
    }

    static SwapClient connect(Env env) {
        return SwapClient.connect(env, server(env), soon());
    }

    /** Fills a page with something that its number and a salt determine. */
    static void fill(Env env, Window window, int page, long salt) {
        long pageBytes = env.memory().pageBytes();
        for (long at = 0; at < pageBytes; at += Long.BYTES) {
            window.segment().set(JAVA_LONG, page * pageBytes + at, mix(salt, at));
        }
    }

    static void check(Env env, Window window, int page, long salt) {
        long pageBytes = env.memory().pageBytes();
        for (long at = 0; at < pageBytes; at += Long.BYTES) {
            assertEquals(mix(salt, at), window.segment().get(JAVA_LONG, page * pageBytes + at),
                    "page " + page + " at " + at);
        }
    }

    private static long mix(long salt, long at) {
        return (salt + 1) * 0x9e37_79b9_7f4a_7c15L + at * 0x1234_5671L;
    }

    @Override
    public void close() {
        if (!server.isEnded()) {
            assertEquals(0, server.account().framesHeld(), "the server needs no frames");
            VmBench.end(server);
        }
        bench.close();
    }
}
