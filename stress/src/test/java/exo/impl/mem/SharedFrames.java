// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.ExoException;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.stress.OneKernel;
import java.util.concurrent.atomic.AtomicLong;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Frames that windows show while the capability for them dies. The windows are real ones. */
final class SharedFrames {
    private static final Env ROOT = OneKernel.root();
    private static final long PATTERN = 0x5a5a_5a5a_5a5a_5a5aL;
    private static final AtomicLong LABELS = new AtomicLong();
    private static final Frames SHARED = share();

    private SharedFrames() {}

    private static Frames share() {
        Window window = ROOT.memory().bindWindow(1);
        window.allocPages(0, 1);
        window.segment().set(JAVA_LONG, 0, PATTERN);
        return ROOT.memory().share(window, 0, 1, Rights.ALL, nextLabel());
    }

    private static String nextLabel() {
        return "shared-" + LABELS.getAndIncrement();
    }

    /** {@return a capability derived from one that never dies} */
    static Frames derive() {
        return derive(SHARED);
    }

    static Frames derive(Frames source) {
        return ROOT.keys().derive(source, source.rights(), nextLabel());
    }

    /** {@return frames that are frozen in a window of the calling thread, which stays open} */
    static Frames freeze(KernelWindow window) {
        window.allocPages(0, 1);
        window.segment().set(JAVA_LONG, 0, PATTERN);
        return ROOT.memory().snapshot(window, 0, 1, nextLabel());
    }

    static KernelWindow bindWindow() {
        return (KernelWindow) ROOT.memory().bindWindow(1);
    }

    static void revoke(Frames source) {
        ROOT.keys().revoke(source);
    }

    static void drop(Frames frames) {
        ROOT.keys().drop(frames);
    }

    /** {@return whether the page was mapped} */
    static boolean tryMap(KernelWindow window, Frames frames) {
        try {
            if (frames.isFrozen()) {
                window.mapCopy(0, frames, 0, 1);
            } else {
                window.map(0, frames, 0, 1);
            }
            return true;
        } catch (ExoException e) {
            return false; // the expected refusal
        }
    }

    /** {@return whether the page shows what the frames hold} Any thread. */
    static boolean showsFrame(KernelWindow window) {
        return window.segment().get(JAVA_LONG, 0) == PATTERN;
    }
}
