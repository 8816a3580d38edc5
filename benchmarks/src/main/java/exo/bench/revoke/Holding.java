// SPDX-License-Identifier: Apache-2.0
package exo.bench.revoke;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A libOS that holds frames, and commits one fault when they are wanted.
 *
 * <p>Its thread is that of its environment; {@link #awaitReady} and {@link #unblock} are for
 * whoever started it.
 */
final class Holding implements UpcallHandler, AutoCloseable {
    /** How many frames are wanted back. */
    static final int WANTED = 64;
    /** How many it may keep. */
    static final int KEPT = 4;
    /** What its extent is called. */
    static final String EXTENT = "extent";

    private static final int VOID_PAGES = 8;
    private static final int LOOK_MILLIS = 50;

    private final Fault fault;
    private final Pipe pipe;
    private final CountDownLatch ready = new CountDownLatch(1);
    private Window window;
    private long staleName;
    private boolean stopped;

    Holding(Fault fault) throws IOException {
        this.fault = fault;
        this.pipe = Pipe.open();
    }

    /** Runs the libOS until it is asked to stop. */
    void run(Env env) {
        window = env.memory().bindWindow(KEPT + WANTED + VOID_PAGES);
        window.allocPages(0, KEPT + WANTED);
        window.segment().fill((byte) 1);
        staleName = window.page(0);
        window.tryReturnPage(staleName);
        window.tryTakePage();
        if (fault == Fault.TRANSFERS) {
            readIntoAll(env);
        }
        env.upcalls().handler(this);
        ready.countDown();
        while (!stopped) {
            env.upcalls().await(Upcalls.NEVER);
        }
    }

    private void readIntoAll(Env env) {
        Extent extent = env.keys().find(EXTENT, Extent.class);
        ExtentQueue queue = env.disk().bindQueue(extent, window, KEPT + WANTED);
        for (int page = 0; page < KEPT + WANTED; page++) {
            int refusal = queue.tryRead(0, page, 1, window.page(page), page);
            if (refusal != 0) {
                throw new IllegalStateException("page " + page + " was refused: " + refusal);
            }
        }
        queue.submit();
    }

    @Override
    public void onRevokeRequest(RevokeRequest request) {
        fault.answer(this, request);
    }

    @Override
    public void onStopRequest() {
        stopped = true;
    }

    /** Returns pages with frames. */
    void release(int count) {
        window.releasePages(KEPT, count);
    }

    /** Returns what is not wanted: void pages, and one by an old name, which is refused. */
    void releaseOthers() {
        window.releasePages(KEPT + WANTED, VOID_PAGES);
        if (window.tryReturnPage(staleName) == 0) {
            throw new IllegalStateException("a page was returned by a stale name");
        }
    }

    Pipe pipe() {
        return pipe;
    }

    /**
     * Waits until it holds its frames.
     *
     * @param control the environment it runs in
     * @throws IllegalStateException if it ended before, with what it threw
     * @throws InterruptedException if the thread was interrupted
     */
    void awaitReady(EnvControl control) throws InterruptedException {
        while (!ready.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (control.isEnded()) {
                EnvExit exit = control.awaitExit(Duration.ZERO).orElseThrow();
                throw new IllegalStateException("the libOS ended: " + exit.reason(),
                        exit.failure().orElse(null));
            }
        }
    }

    /**
     * Lets it go on if it waits for the pipe.
     *
     * @throws IOException if the host refuses the byte
     */
    void unblock() throws IOException {
        pipe.sink().write(ByteBuffer.allocate(1));
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }
}
