// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.LibOs;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.mem.Frames;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.libos.vm.gib.Gib;
import exo.libos.vm.gib.GibView;
import exo.libos.vm.gib.Mode;
import exo.libos.vm.stretch.PagedDriver;
import exo.libos.vm.stretch.Stretch;
import exo.libos.vm.stretch.StretchDriver;
import exo.libos.vm.swap.SwapClient;
import exo.libos.vm.swap.SwapServer;
import exo.libos.vm.swap.SwapTicket;
import exo.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

/** What docs/vm.md shows. */
class ExampleTest {
    private static final long SECOND = 1_000_000_000;

    private final VmBench bench = new VmBench(QueueBackend.AUTO);

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    // @start region="pager"
    /** Keeps 4 MiB of squares in 256 KiB of frames. */
    static final class Squares implements LibOs {
        @Override
        public void run(Env env) {
            Extent swap = env.keys().find("swap", Extent.class);
            try (PagedDriver driver = PagedDriver.open(env, swap, 1024, 64)) {
                env.upcalls().handler(driver); // it answers requests for frames
                Stretch squares = driver.bindStretch(1024, Rights.READ_WRITE);
                long count = squares.byteSize() / Long.BYTES;
                for (long i = 0; i < count; i++) {
                    squares.putLong(i * Long.BYTES, i * i);
                    if (i % 4096 == 0) {
                        env.upcalls().poll(); // here the kernel may ask
                    }
                }
                for (long i = 0; i < count; i += 511) {
                    if (squares.getLong(i * Long.BYTES) != i * i) {
                        throw new IllegalStateException("lost the square of " + i);
                    }
                }
            }
        }
    }
    // @end

    @Test
    void shouldPageAnExample() {
        bench.run(VmBench.withExtent(EnvSpec.named("squares").frames(64), bench.extent(1024)),
                new Squares());
    }

    // @start region="driver"
    /** Each page holds its own number, and is made again when it is asked for. */
    static final class NumberedDriver extends StretchDriver {
        private int shown = -1; // one frame is enough

        NumberedDriver(Env env, int pageCount) {
            super(env, pageCount);
        }

        @Override
        protected void fault(int page, int access) {
            if (page != shown || !isLive(page)) {
                giveBack(1, 0);
                allocFrame(page);
                shown = page;
                long offset = window().segment().byteSize() / pageCount() * page;
                window().segment().set(JAVA_LONG, offset, page);
            }
            show(page, (access & SoftTlb.WRITE) != 0);
        }

        @Override
        public int giveBack(int frameCount, long deadlineNanos) {
            if (shown < 0) {
                return 0;
            }
            hide(shown, 1);
            window().releasePages(shown, 1);
            shown = -1;
            return 1;
        }

        @Override
        protected void taken(int page) {
            shown = -1;
        }

        @Override
        protected void bound(int firstPage, int pageCount) {}

        @Override
        protected void unbound(int firstPage, int pageCount) {
            giveBack(1, 0);
        }

        @Override
        protected void forget(int firstPage, int pageCount) {
            giveBack(1, 0);
        }
    }
    // @end

    @Test
    void shouldLetALibOsWriteItsOwnDriver() {
        bench.run(EnvSpec.named("numbered").frames(1), env -> {
            try (NumberedDriver driver = new NumberedDriver(env, 1000)) {
                Stretch stretch = driver.bindStretch(1000, Rights.READ);
                for (int page = 0; page < 1000; page += 7) {
                    assertEquals(page, stretch.getLong((long) page * bench.pageBytes()));
                    assertEquals(page, stretch.getLong((long) page * bench.pageBytes()));
                }
                assertEquals(143, driver.faults());
                assertEquals(1, env.account().framesHeld());
            }
        });
    }

    // @start region="swap"
    /** Knows nothing of paging: hands pages over when it must, and gets them back when it may. */
    static final class Needy implements LibOs, UpcallHandler {
        private final List<SwapTicket> tickets = new ArrayList<>();
        private SwapClient client;
        private Window window;

        @Override
        public void run(Env env) {
            EnvControl server = env.keys().find("server", EnvControl.class);
            client = SwapClient.connect(env, server, System.nanoTime() + SECOND);
            window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            window.segment().set(JAVA_LONG, 0, 42);
            env.upcalls().handler(this);
            while (tickets.isEmpty()) {
                env.upcalls().await(System.nanoTime() + SECOND);
            }
            window.releasePages(4, 4); // now there is room again
            client.swapIn(tickets.getFirst(), window, 0, System.nanoTime() + SECOND);
            if (window.segment().get(JAVA_LONG, 0) != 42) {
                throw new IllegalStateException("it came back as something else");
            }
        }

        @Override
        public void onRevokeRequest(RevokeRequest request) {
            tickets.add(client.swapOut(window, 0, (int) request.count(),
                    request.deadlineNanos()));
        }
    }
    // @end

    @Test
    void shouldSwapAnExample() {
        EnvControl server = bench.root.createEnv(
                VmBench.withExtent(EnvSpec.named("swap"), bench.extent(64)),
                new SwapServer("swap", 4, 64));
        EnvControl needy = bench.root.createEnv(EnvSpec.named("needy")
                .frames(9)
                .grant("server",
                        server, Rights.GRANT),
                new Needy());
        Await.until("the libOS holds its frames", VmBench.PATIENCE,
                () -> needy.account().framesHeld() == 9);
        assertEquals(0, needy.reclaimFrames(4, VmBench.PATIENCE));
        VmBench.await(needy);
        VmBench.end(server);
    }

    @Test
    void shouldShareAnExample() {
        EnvControl reader = bench.root.createEnv(EnvSpec.named("reader"), env -> {
            boolean[] granted = {false};
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onGrant(Capability capability) {
                    granted[0] = true;
                }
            });
            while (!granted[0]) {
                env.upcalls().await(System.nanoTime() + SECOND);
            }
            Frames frames = env.keys().find("board", Frames.class);
            try (GibView view = GibView.attach(env, frames, Mode.READ)) {
                long answer = view.segment().get(JAVA_LONG, 8);
                assertEquals(42, answer);
            }
        });
        // @start region="gib"
        Gib gib = Gib.create(bench.root, 16, "board"); // 64 KiB
        gib.segment().set(JAVA_LONG, 8, 42);
        gib.grant(reader, Mode.READ, "board");
        // @end
        VmBench.await(reader);
        gib.close();
        assertFalse(gib.isLive());
    }
}
