// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.gib;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A segment of memory whose size is a power of two, made to be shared: its owner's side.
 *
 * <p><b>Shape.</b> {@code 2^log2} bytes, at least a page, zeros at first. The owner writes to
 * {@link #segment()}; whoever it {@linkplain #grant grants} the gib to, or finds it under a
 * {@linkplain #offer name}, {@linkplain GibView#attach attaches} it for reading or for writing, and
 * sees the same memory.
 *
 * <p><b>Order of accesses.</b> It is memory between threads: use acquire and release accesses of a
 * {@code VarHandle} for what one side writes and another reads.
 *
 * <p><b>Ownership and lifetime.</b> The frames are the owner's and are charged to it. When the gib
 * is closed, or the owner's environment ends, or its frames are taken by force, every view shows
 * void from that moment: zeros, and what its own side writes. {@link GibView#isLive} tells.
 *
 * <p><b>Thread-safety.</b> The thread that made it; the segment any thread. <b>Cost.</b> Cold:
 * each call allocates and maps; access to the segment costs what access to memory costs.
 *
 * @see "XOmB, its calls create and map: gibs, segments of a power of two in size that address
 *         spaces share by mapping them. Departure: a gib is passed by capability, and can be taken
 *         back"
 */
public final class Gib implements AutoCloseable {
    private static final int MAX_LOG2 = 33;

    private final Env env;
    private final Window window;
    private final Frames frames;
    private final int log2;
    private boolean closed;

    private Gib(Env env, Window window, Frames frames, int log2) {
        this.env = env;
        this.window = window;
        this.frames = frames;
        this.log2 = log2;
    }

    /**
     * Makes a gib.
     *
     * @param env the environment that owns it, and pays for it
     * @param log2 the binary logarithm of its size in bytes: that of the page size, usually 12, to
     *        33
     * @param label the label of its capability in the environment's key-ring
     * @return the gib, full of zeros
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many frames or objects; with {@link exo.api.ErrorCode#ALREADY_EXISTS}
     *         if the label is taken; no effect
     * @throws IllegalArgumentException if the size is smaller than a page or too large
     */
    public static Gib create(Env env, int log2, String label) {
        Objects.requireNonNull(label, "label");
        int pageLog2 = Integer.numberOfTrailingZeros(env.memory().pageBytes());
        if (log2 < pageLog2 || log2 > MAX_LOG2) {
            throw new IllegalArgumentException("a gib has 2^" + pageLog2 + " to 2^" + MAX_LOG2
                    + " bytes, but 2^" + log2 + " was asked for");
        }
        int pages = 1 << (log2 - pageLog2);
        Window window = env.memory().bindWindow(pages);
        try {
            window.allocPages(0, pages);
            return new Gib(env, window,
                    env.memory().share(window, 0, pages, Rights.READ_WRITE, label), log2);
        } catch (RuntimeException e) {
            window.close();
            throw e;
        }
    }

    /** {@return its memory} */
    public MemorySegment segment() {
        return window.segment();
    }

    /** {@return the binary logarithm of its size in bytes} */
    public int log2() {
        return log2;
    }

    /** {@return the capability for its frames} */
    public Frames frames() {
        return frames;
    }

    /** {@return whether none of its frames was taken} */
    public boolean isLive() {
        return !closed && isWhole(window);
    }

    static boolean isWhole(Window window) {
        for (int page = 0; page < window.pageCount(); page++) {
            if (window.page(page) == Pages.NONE) {
                return false;
            }
        }
        return true;
    }

    /**
     * Lets another environment attach it.
     *
     * @param to the environment; a capability with {@link Rights#GRANT}
     * @param mode the most it may do
     * @param label the label in its key-ring
     * @throws exo.api.ExoException as {@link exo.api.KeyRing#grant}; no effect
     */
    public void grant(EnvControl to, Mode mode, String label) {
        env.keys().grant(frames, to, mode.rights(), label);
    }

    /**
     * Lets whoever has a key for a name attach it.
     *
     * @param key a key that dominates the name with {@link Rights#WRITE}
     * @param name the name
     * @param mode the most that others may do
     * @throws exo.api.ExoException as {@link exo.api.name.Names#publish}; no effect
     */
    public void offer(NameKey key, Name name, Mode mode) {
        env.names().publish(key, name, frames, mode.rights());
    }

    /**
     * Takes it back from everybody it was granted to or who found it, and ends its offers. Others
     * see void from then on; it may be granted again.
     *
     * @return how many capabilities were revoked
     */
    public int revoke() {
        return env.keys().revoke(frames);
    }

    /** Ends it: its memory is gone, and every view shows void. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (frames.isLive()) { // otherwise a frame was taken, and the capability with it
                env.keys().drop(frames);
            }
            window.close();
        }
    }
}
