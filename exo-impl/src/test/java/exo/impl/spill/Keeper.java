// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.Env;
import exo.api.LibOs;
import exo.api.ResourceKind;
import exo.api.disk.BlockDevice;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A libOS that has pages and an area for what is taken of them, and does on its own thread what a
 * test tells it.
 */
final class Keeper implements LibOs, UpcallHandler {
    /** What the thread of the environment shall do. */
    interface Step<T> {
        T run(Env env) throws Exception;
    }

    /** What it shall do that has no answer. */
    interface Act {
        void run(Env env) throws Exception;
    }

    private final int pages;
    private final BlockingQueue<FutureTask<?>> steps = new LinkedBlockingQueue<>();
    private final List<Repossession> lost = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> spilled = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stop;
    private Env self; // written before the first step
    private Window window;
    private Extent extent;
    private SpillArea area;

    /** Makes a libOS that will have so many pages; it needs a page more to read with. */
    Keeper(int pages) {
        this.pages = pages;
    }

    @Override
    public void run(Env env) throws InterruptedException {
        self = env;
        env.upcalls().handler(this);
        window = env.memory().bindWindow(pages + 1);
        while (!stop) {
            FutureTask<?> step = steps.poll(1, TimeUnit.MILLISECONDS);
            if (step != null) {
                step.run();
            }
            env.upcalls().poll();
        }
    }

    <T> T call(Step<T> step) {
        FutureTask<T> task = new FutureTask<>(() -> step.run(self));
        steps.add(task);
        try {
            return task.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Has the thread do what has no answer. */
    void act(Act act) {
        call(env -> {
            act.run(env);
            return null;
        });
    }

    /** Fills the pages with a pattern of their own. */
    void fill() {
        act(env -> {
            window.allocPages(0, pages);
            for (int page = 0; page < pages; page++) {
                write(page, pattern(page));
            }
        });
    }

    static long pattern(int page) {
        return 0x5eed_0000_0000L + page;
    }

    void write(int page, long value) {
        long bytes = self.memory().pageBytes();
        for (long at = page * bytes; at < (page + 1) * bytes; at += Long.BYTES) {
            window.segment().set(ValueLayout.JAVA_LONG, at, value);
        }
    }

    /** Allocates an extent and binds an area on its first blocks, and keeps a page for reading. */
    SpillArea bind(int places, int buffers) {
        return call(env -> {
            BlockDevice disk = env.keys().find("disk", BlockDevice.class);
            extent = env.disk().allocExtent(disk, "", places);
            area = env.disk().bindSpill(extent, 0, places, buffers);
            return area;
        });
    }

    Window window() {
        return window;
    }

    Extent extent() {
        return extent;
    }

    List<Repossession> lost() {
        return List.copyOf(lost);
    }

    /** {@return the pages that were lost and are kept} */
    List<Repossession> kept() {
        return lost().stream().filter(entry -> entry.spill().isPresent()).toList();
    }

    long framesLost() {
        return lost().stream().filter(entry -> entry.kind() == ResourceKind.FRAMES).count();
    }

    List<Integer> spilled() {
        return List.copyOf(spilled);
    }

    /** {@return what a kept page held, which must be the same in all of it} */
    long read(Repossession entry) {
        long[] words = readAll(entry);
        for (long word : words) {
            assertEquals(words[0], word);
        }
        return words[0];
    }

    /** {@return all that a kept page held} */
    long[] readAll(Repossession entry) {
        Repossession.Spill spill = entry.spill().orElseThrow();
        return call(env -> {
            window.allocPages(pages, 1);
            try (ExtentQueue queue = env.disk().bindQueue(spill.area().extent(), window, 1)) {
                assertEquals(0, queue.tryRead(0, spill.area().block(spill.place()), 1,
                        window.page(pages), 1));
                while (queue.await(1, Upcalls.NEVER) == 0) {
                    assertEquals(1, queue.inFlight());
                }
                queue.next();
                assertEquals(1, queue.result());
            }
            long[] words = words(pages);
            window.releasePages(pages, 1);
            return words;
        });
    }

    /** {@return what a page shows} */
    long[] words(int page) {
        long bytes = self.memory().pageBytes();
        return window.segment().asSlice(page * bytes, bytes).toArray(ValueLayout.JAVA_LONG);
    }

    void stop() {
        stop = true;
    }

    @Override
    public void onRepossession(Repossession entry) {
        boolean isPage = entry.kind() == ResourceKind.FRAMES && entry.place() >= 0;
        assertEquals(isPage ? Optional.of(window) : Optional.empty(), entry.window());
        lost.add(entry);
    }

    @Override
    public void onSpilled(SpillArea where, int place) {
        spilled.add(place);
    }

    @Override
    public void onStopRequest() {
        stop = true;
    }
}
