// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.ErrorCode;
import exo.api.mem.Pages;

/** A page of a window of the model. */
final class ModelPage {
    /** What a page shows. */
    enum Kind {
        VOID, OWN, SHARED, VIEW, THAWED;

        boolean isUnsettled() {
            return this == VIEW || this == THAWED;
        }

        /** {@return whether a frame is charged for the page} */
        boolean isCharged() {
            return this == OWN || isUnsettled();
        }
    }

    Kind kind = Kind.VOID;
    int frame = -1;
    /** By which it is shown, if it shows frames of a capability; not for what was frozen. */
    ModelCap cap;
    boolean idle;
    boolean marked;
    /** Whether it was taken by force, and not released since. */
    boolean taken;
    /** What it holds apart from its frame: void, and views that were written. */
    long own;
    /** Whether {@link #own} counts, for views. */
    boolean written;
    /** Its name while it is in use. */
    long name = Pages.NONE;

    boolean isVoid() {
        return kind == Kind.VOID;
    }

    void show(Kind how, int shown) {
        kind = how;
        frame = shown;
        idle = false;
        written = false;
        taken = false;
        own = 0;
    }

    void loseContent() {
        kind = Kind.VOID;
        frame = -1;
        cap = null;
        idle = false;
        written = false;
        taken = false;
        own = 0;
        name = Pages.NONE;
    }

    /** {@return what the kernel says to whoever uses it as if it showed a frame of its own} */
    ErrorCode refusal() {
        return taken ? ErrorCode.REPOSSESSED : ErrorCode.STALE;
    }

    @Override
    public String toString() {
        return kind + (idle ? " idle" : "") + (marked ? " marked" : "") + " frame " + frame;
    }
}
