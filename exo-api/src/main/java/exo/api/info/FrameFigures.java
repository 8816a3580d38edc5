// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

/**
 * A page frame.
 *
 * @param owner the environment that allocated it; {@link InfoLayout#NOBODY} if it is free
 * @param lastUseTick when it was last allocated, mapped or freed, in milliseconds since boot; 0 if
 *        never
 * @param flags of {@link InfoLayout}: {@code FRAME_USED} and the like
 * @param mappings how many pages of windows showed it at the last refresh
 */
public record FrameFigures(long owner, long lastUseTick, int flags, int mappings) {
    /** {@return whether an environment has it} */
    public boolean isUsed() {
        return (flags & InfoLayout.FRAME_USED) != 0;
    }

    /** {@return whether it will be zeroed before it is given out again} */
    public boolean isDirty() {
        return (flags & InfoLayout.FRAME_DIRTY) != 0;
    }

    /** {@return whether pages of several windows showed it at the last refresh} */
    public boolean isShared() {
        return (flags & InfoLayout.FRAME_SHARED) != 0;
    }

    /** {@return whether it was returned but still mapped at the last refresh} */
    public boolean isIdle() {
        return (flags & InfoLayout.FRAME_IDLE) != 0;
    }
}
