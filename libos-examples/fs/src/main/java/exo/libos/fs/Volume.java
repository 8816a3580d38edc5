// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.Found;
import exo.libos.fs.io.Generation;
import exo.libos.fs.io.GenerationReader;
import exo.libos.fs.io.PageArea;
import java.util.List;

/**
 * A mounted volume: one generation of what was imported into an extent, read-only.
 *
 * <p><b>Ownership and lifetime.</b> {@link #close} closes the queue and gives the pages back; close
 * it before the window. Nodes can be used afterwards, the cache not.
 *
 * <p><b>Thread-safety.</b> The thread of the window; {@link #root} any.
 */
public final class Volume implements AutoCloseable {
    private static final int DEPTH = 128;

    private final BlockIo io;
    private final PageArea area;
    private final Generation generation;
    private final List<String> damages;
    private final FileNode root;
    private final FileCache cache;
    private boolean closed;

    private Volume(BlockIo io, PageArea area, Found found, Generation generation) {
        this.io = io;
        this.area = area;
        this.generation = generation;
        this.damages = found.damages();
        this.root = FileNode.root(generation.table());
        this.cache = new FileCache(generation.table(), io, area);
    }

    /**
     * Mounts; blocks until all directories are read and checked.
     *
     * @param env the environment that holds extent and window
     * @param extent where the volume lies, with {@link exo.api.Rights#READ}
     * @param window a writable window
     * @param firstPage the first page for the cache; it and those after it show void
     * @param pageCount how many pages, at least 64 KiB; what does not fill 64 KiB is left alone
     * @return the volume, showing the newest intact generation
     * @throws ResourceException with {@link ErrorCode#NOT_FOUND} if nothing was imported into the
     *         extent, or the first import did not finish; with {@link ErrorCode#CORRUPT} if it is
     *         damaged so that no generation is intact; as {@link Window#allocPages}; no effect
     * @throws ExoException if reading is refused; no effect
     */
    public static Volume mount(Env env, Extent extent, Window window, int firstPage,
            int pageCount) {
        PageArea area = new PageArea(env, window, firstPage, pageCount);
        BlockIo io = null;
        try {
            io = new BlockIo(env, extent, window, DEPTH);
            Found found = GenerationReader.read(io, area);
            return new Volume(io, area, found, found.orRefuse(extent.toString()));
        } catch (ExoException e) {
            if (io != null) {
                io.close();
            }
            area.close();
            throw e;
        }
    }

    /** {@return the directory that holds everything} */
    public FileNode root() {
        return root;
    }

    /** {@return the content of the files} */
    public FileCache cache() {
        return cache;
    }

    /** {@return which import this is, counted from 1} */
    public long generation() {
        return generation.superblock().generation();
    }

    /** {@return a number that stands for the names, lengths and times of the imported source} */
    public long signature() {
        return generation.superblock().signature();
    }

    /**
     * {@return what of the volume was found damaged, one line each; if there is any, an older
     * generation may be shown, and importing again mends it}
     */
    public List<String> damages() {
        return damages;
    }

    /** Waits for reads under way, closes the queue, and gives the pages back. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cache.close();
            io.close();
            area.close();
        }
    }
}
