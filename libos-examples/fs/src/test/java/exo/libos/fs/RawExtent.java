// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.PageArea;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** An extent as the bytes it holds. */
final class RawExtent implements AutoCloseable {
    private static final int PAGES = 256;

    private final Window window;
    private final PageArea area;
    private final PageArea.Span span;
    private final BlockIo io;

    RawExtent(FsBench bench, Extent extent) {
        window = bench.env.memory().bindWindow(PAGES);
        area = new PageArea(bench.env, window, 0, PAGES);
        span = area.spans(PAGES).getFirst();
        io = new BlockIo(bench.env, extent, window, 1);
    }

    byte[] read() {
        byte[] image = new byte[io.blockCount() * 4096];
        for (int block = 0; block < io.blockCount(); block += span.pageCount()) {
            int count = Math.min(span.pageCount(), io.blockCount() - block);
            io.read(block, count, span.firstPage());
            MemorySegment.copy(area.memory(span), JAVA_BYTE, 0, image, block * 4096,
                    count * 4096);
        }
        return image;
    }

    void write(byte[] image) {
        for (int block = 0; block < io.blockCount(); block += span.pageCount()) {
            int count = Math.min(span.pageCount(), io.blockCount() - block);
            MemorySegment.copy(image, block * 4096, area.memory(span), JAVA_BYTE, 0,
                    count * 4096);
            if (!io.tryWrite(block, count, span.firstPage(), 0)) {
                throw new AssertionError("the queue is full");
            }
            io.awaitCompletion();
        }
    }

    @Override
    public void close() {
        io.close();
        area.close();
        window.close();
    }
}
