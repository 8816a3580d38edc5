// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.FrameRequest;
import exo.api.mem.Memory;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.host.Facilities;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FrameRequestTest {
    private static final int FRAMES = 64;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(FRAMES)));
    private final Env root = kernel.rootEnv();
    private final Window window = root.memory().bindWindow(FRAMES);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private static ErrorCode refusal(Runnable call) {
        return assertThrows(ResourceException.class, call::run).code();
    }

    private long colour(int page, int colours) {
        long number = root.memory().frameColours() == Memory.ColourSource.HOST
                ? window.hostFrame(page)
                : window.frame(page);
        return number & (colours - 1);
    }

    @Test
    void shouldGiveConsecutiveFramesOrNone() {
        window.allocPages(0, FRAMES);
        window.releasePages(10, 3);
        window.releasePages(20, 4);
        window.allocPages(20, 4, FrameRequest.any().contiguous());
        assertEquals(20, window.frame(20));
        window.releasePages(30, 1);
        window.releasePages(40, 1);
        Window other = root.memory().bindWindow(8);
        assertEquals(ErrorCode.NOT_CONTIGUOUS,
                refusal(() -> other.allocPages(0, 4, FrameRequest.any().contiguous())));
        assertEquals(FRAMES - 5, root.account().framesHeld(), "no effect");
        other.allocPages(0, 4); // any will do
        other.allocPages(4, 1, FrameRequest.at(40));
        assertEquals(40, other.frame(4));
    }

    @Test
    void shouldGiveFramesOfOneColour() {
        window.allocPages(0, 1);
        window.segment().fill((byte) 1);
        long wanted = colour(0, 4); // a colour that there is, whatever the host gave
        window.releasePages(0, 1);
        int count = 0;
        try {
            while (count < FRAMES) {
                window.allocPages(count, 1, FrameRequest.any().colour((int) wanted, 4));
                assertEquals(wanted, colour(count, 4));
                count++;
            }
        } catch (ResourceException e) {
            assertEquals(ErrorCode.EXHAUSTED, e.code());
        }
        assertTrue(count > 0);
        int all = count;
        window.releasePages(0, all);
        assertEquals(ErrorCode.EXHAUSTED, refusal(() -> window.allocPages(0, all + 1,
                FrameRequest.any().colour((int) wanted, 4))), "one past the end");
        window.allocPages(0, all, FrameRequest.any().colour((int) wanted, 4));
        assertEquals(all, root.account().framesHeld());
        window.releasePages(0, all);
        window.allocPages(0, 2, FrameRequest.any().colour((int) wanted, 4).contiguous());
        assertEquals(wanted, colour(0, 4));
        assertEquals(window.frame(0) + 1, window.frame(1));
        window.allocPages(2, 1, FrameRequest.any().colour(0, 1));
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        FrameRequest any = FrameRequest.any();
        for (int wrong : new int[]{0, 3, -4, FrameRequest.MAX_COLOURS * 2}) {
            assertThrows(IllegalArgumentException.class, () -> any.colour(0, wrong));
        }
        for (int wrong : new int[]{-1, 8, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> any.colour(wrong, 8));
        }
        assertThrows(IllegalArgumentException.class, () -> FrameRequest.at(1).colour(0, 2));
        assertThrows(IllegalArgumentException.class, () -> any.node(-1));
        assertEquals(FrameRequest.MAX_COLOURS,
                any.colour(FrameRequest.MAX_COLOURS - 1, FrameRequest.MAX_COLOURS).colourCount());
        for (int wrong : new int[]{-1, FRAMES, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(ErrorCode.OUT_OF_RANGE,
                    refusal(() -> window.allocPages(0, 1, FrameRequest.at(wrong))));
        }
        assertEquals(ErrorCode.UNAVAILABLE,
                refusal(() -> window.allocPages(0, 1, any.node(63))));
        assertEquals(0, root.account().framesHeld());
        assertEquals(ErrorCode.QUOTA,
                refusal(() -> root.memory()
                        .bindWindow(FRAMES + 1)
                        .allocPages(0, FRAMES + 1, any.contiguous())));
        assertThrows(IllegalStateException.class,
                () -> root.memory().bindWindow(1, Rights.READ).allocPages(0, 1, any));
    }

    @Test
    void shouldKnowTheOneNodeOfAHost() {
        if (Facilities.nodes() == 1) {
            window.allocPages(0, 1, FrameRequest.any().node(0));
            assertEquals(ErrorCode.UNAVAILABLE,
                    refusal(() -> window.allocPages(1, 1, FrameRequest.any().node(1))));
        } else {
            assertEquals(ErrorCode.UNAVAILABLE,
                    refusal(() -> window.allocPages(1, 1, FrameRequest.any().node(0))),
                    "the pool may lie on any");
        }
    }

    @Test
    void shouldBindThePoolToANodeOrRefuseToBoot() {
        try (FramePool pool = new FramePool(MemoryConfig.frames(4).node(0))) {
            assertTrue(pool.facilities().stream().anyMatch(f -> f.name().equals("memory.node")));
            assertTrue(pool.tryReserve(1));
            assertEquals(1, pool.alloc(FrameRequest.any().node(0), 1, 7).length);
        } catch (ResourceException e) { // a host without NUMA in its kernel
            assertEquals(ErrorCode.UNAVAILABLE, e.code());
        }
        ResourceException lacking = assertThrows(ResourceException.class,
                () -> new FramePool(MemoryConfig.frames(4).node(63)));
        assertEquals(ErrorCode.UNAVAILABLE, lacking.code());
        assertThrows(IllegalArgumentException.class, () -> MemoryConfig.frames(4).node(64));
        assertThrows(IllegalArgumentException.class, () -> MemoryConfig.frames(4).node(-2));
    }
}
