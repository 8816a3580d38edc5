// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.gib;

import exo.api.Blame;
import exo.api.CapabilityException;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A gib of another environment, attached for reading or for writing.
 *
 * <p><b>Lifetime.</b> It shows the gib until it is detached by {@link #close}, or the gib ends or
 * is taken back. From that moment it shows void: zeros, and what this side wrote since. Nothing
 * else of anybody is ever seen there. The kernel announces it by {@code onRepossession} with the
 * cause {@code OWNER_GONE} or {@code REVOKED}; {@link #isLive} tells at any time.
 *
 * <p><b>Thread-safety.</b> The thread that attached it; the segment any thread. <b>Cost.</b> Cold;
 * access to the segment costs what access to memory costs. The frames are not charged here.
 */
public final class GibView implements AutoCloseable {
    private final Window window;
    private final Mode mode;
    private boolean closed;

    private GibView(Window window, Mode mode) {
        this.window = window;
        this.mode = mode;
    }

    /**
     * Attaches a gib that was granted.
     *
     * @param env the environment
     * @param frames the capability, as it was granted
     * @param mode what for
     * @return the view
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if it was granted for reading
     *         and is attached for writing; or as {@link Window#map}; no effect
     * @throws IllegalArgumentException if the size is no power of two, so that it is no gib
     */
    public static GibView attach(Env env, Frames frames, Mode mode) {
        Objects.requireNonNull(mode, "mode");
        int count = frames.count();
        if (Integer.bitCount(count) != 1) {
            throw new IllegalArgumentException(
                    "a gib has a power of two of pages, but the capability " + frames.label()
                            + " has " + count);
        }
        if (!frames.rights().contains(mode.rights())) {
            throw new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER,
                    "gib " + frames.label(),
                    "it was given out with " + frames.rights() + ", and to attach it as " + mode
                            + " takes " + mode.rights(),
                    "attach it as " + Mode.READ + ", or ask its owner for more");
        }
        Window window = env.memory().bindWindow(count, mode.rights());
        try {
            window.map(0, frames, 0, count);
        } catch (RuntimeException e) {
            window.close();
            throw e;
        }
        return new GibView(window, mode);
    }

    /**
     * Attaches a gib that is offered under a name.
     *
     * @param env the environment
     * @param key a key that dominates the name with {@link exo.api.Rights#READ} and the rights of
     *        the mode
     * @param name the name
     * @param mode what for
     * @param label the label of the capability in this environment's key-ring
     * @return the view; the capability stays in the key-ring when it is closed
     * @throws exo.api.ExoException as {@link exo.api.name.Names#find}: with {@link
     *         ErrorCode#INSUFFICIENT} too if the gib is offered for reading; no effect
     */
    public static GibView attach(Env env, NameKey key, Name name, Mode mode, String label) {
        Frames frames = env.names().find(key, name, mode.rights(), Frames.class, label);
        try {
            return attach(env, frames, mode);
        } catch (RuntimeException e) {
            env.keys().drop(frames);
            throw e;
        }
    }

    /** {@return its memory; read-only if it was attached for reading} */
    public MemorySegment segment() {
        return window.segment();
    }

    /** {@return what it was attached for} */
    public Mode mode() {
        return mode;
    }

    /** {@return whether it still shows the gib, all of it} */
    public boolean isLive() {
        return !closed && Gib.isWhole(window);
    }

    /** Detaches the gib; its memory can no longer be reached here. Idempotent. */
    @Override
    public void close() {
        closed = true;
        window.close();
    }
}
