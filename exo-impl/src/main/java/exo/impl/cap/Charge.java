// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Quota;

/** What an environment can be charged for. */
public enum Charge {
    /** Page frames that are guaranteed. */
    FRAMES("frames"),
    /** Page frames beyond the guaranteed ones. */
    EXTRA_FRAMES("extra frames"),
    /** Frames of 2 MiB. */
    HUGE_FRAMES("huge frames"),
    /** Disk blocks. */
    BLOCKS("blocks"),
    /** Slots on core timelines. */
    SLOTS("slots"),
    /** Kernel objects. */
    OBJECTS("kernel objects"),
    /** Threads. */
    THREADS("threads");

    private final String plural;

    Charge(String plural) {
        this.plural = plural;
    }

    /**
     * {@return how much of it a quota allows}
     *
     * @param quota the quota
     */
    public long of(Quota quota) {
        return switch (this) {
            case FRAMES -> quota.frames();
            case EXTRA_FRAMES -> quota.extraFrames();
            case HUGE_FRAMES -> quota.hugeFrames();
            case BLOCKS -> quota.blocks();
            case SLOTS -> quota.slots();
            case OBJECTS -> quota.objects();
            case THREADS -> quota.threads();
        };
    }

    /**
     * {@return a quota with another amount of it}
     *
     * @param quota the quota
     * @param amount the amount
     */
    public Quota in(Quota quota, long amount) {
        return switch (this) {
            case FRAMES -> quota.withFrames((int) amount);
            case EXTRA_FRAMES -> quota.withExtraFrames((int) amount);
            case HUGE_FRAMES -> quota.withHugeFrames((int) amount);
            case BLOCKS -> quota.withBlocks(amount);
            case SLOTS -> quota.withSlots((int) amount);
            case OBJECTS -> quota.withObjects((int) amount);
            case THREADS -> quota.withThreads((int) amount);
        };
    }

    /** {@return the name of the charge in a sentence} */
    public String plural() {
        return plural;
    }
}
