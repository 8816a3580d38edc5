// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.cache;

import java.util.Arrays;

/**
 * Shares pages out to runs of several sizes, and decides which run must go when there is no room.
 *
 * <p><b>Shape.</b> Pages come in groups of one chunk (64 KiB). A group is cut into slots of one
 * size class, for as long as it holds any run: slots of one unit, of four units, or the whole
 * group. Slots are numbered by units; the number of a slot is that of its first unit.
 *
 * <p><b>States of a slot.</b> <i>Free</i>; <i>pinned</i> while it is read into or borrowed;
 * <i>awaited</i> when it was read because somebody asked and nobody has borrowed it yet;
 * <i>idle</i> when nobody needs it. Free to pinned by {@link #take}; pinned to idle, awaited or
 * free, and idle and awaited to pinned, by the methods of those names; idle and awaited to free by
 * eviction.
 *
 * <p><b>Replacement.</b> The idle slot of the wanted class that was used longest ago goes, unless
 * there is a whole group without pinned slots that was used longer ago: then that group is cut
 * anew. Awaited slots go only if nothing is idle, and nothing is pinned or they have been awaited
 * for {@value #PATIENCE} steps: otherwise, when more asks than there is room for, the first to ask
 * again would throw out what others have waited for, and nobody would get on.
 *
 * <p>hot: no allocation. Confined.
 */
public final class SlotPool {
    /** Hears that a slot was taken from the run it held. */
    public interface Evictions {
        /**
         * Takes note.
         *
         * @param slot the slot
         */
        void onEviction(int slot);
    }

    /** How many later requests an awaited slot is kept for. */
    static final long PATIENCE = 1 << 14;
    /** How many groups are looked at when one is to be cut anew. */
    private static final int LOOK = 8;
    private static final int NO_CLASS = -1;

    private static final byte FREE = 0;
    private static final byte PINNED = 1;
    private static final byte AWAITED = 2;
    private static final byte IDLE = 3;

    private static final int EMPTY_WHOLE = 0; // lists of groups
    private static final int EMPTY_PART = 1;
    private static final int UNPINNED = 2;

    private final Evictions evictions;
    private final int units;
    private final int[] spans;
    private final boolean[] whole;
    private final boolean[] retired;
    private final int[] classOf;
    private final int[] pinnedIn;
    private final int[] usedIn;
    private final long[] groupUsedAt;
    private final byte[] state;
    private final long[] slotUsedAt;
    private final IntLists groups;
    private final IntLists slots;
    private final int awaitedList;
    private int pinned;
    private int living;
    private long clock;

    /**
     * Makes a pool.
     *
     * @param whole for each group, whether its frames are consecutive; others are cut into units
     * @param units the units of a group, a power of two
     * @param evictions hears what is evicted
     */
    public SlotPool(boolean[] whole, int units, Evictions evictions) {
        this.evictions = evictions;
        this.units = units;
        this.spans = units > 4
                ? new int[]{1, 4, units}
                : units > 1 ? new int[]{1, units} : new int[]{1};
        this.whole = whole.clone();
        int groupCount = whole.length;
        this.living = groupCount;
        this.retired = new boolean[groupCount];
        this.classOf = new int[groupCount];
        this.pinnedIn = new int[groupCount];
        this.usedIn = new int[groupCount];
        this.groupUsedAt = new long[groupCount];
        this.state = new byte[groupCount * units];
        this.slotUsedAt = new long[groupCount * units];
        this.groups = new IntLists(groupCount, 3);
        this.slots = new IntLists(groupCount * units, 2 * spans.length + 1);
        this.awaitedList = 2 * spans.length;
        Arrays.fill(classOf, NO_CLASS);
        for (int group = 0; group < groupCount; group++) {
            groups.addLast(whole[group] ? EMPTY_WHOLE : EMPTY_PART, group);
        }
    }

    /** {@return how many groups have not been retired} */
    public int living() {
        return living;
    }

    /** {@return how many slots there can be} */
    public int slotCount() {
        return state.length;
    }

    /**
     * {@return how many units a slot has}
     *
     * @param slot a slot that is not free
     */
    public int span(int slot) {
        return spans[classOf[slot / units]];
    }

    /**
     * {@return a pinned slot, or -1 if there is no room}
     *
     * @param unitCount how many units it must have at least, at most a group
     * @param mayTakeAwaited whether slots that somebody waits for may go
     */
    public int take(int unitCount, boolean mayTakeAwaited) {
        clock++;
        int wanted = 0;
        while (spans[wanted] < unitCount) {
            wanted++;
        }
        int slot = freeSlot(wanted);
        while (slot < 0 && (evict(wanted) || (mayTakeAwaited && evictAwaited()))) {
            slot = freeSlot(wanted);
        }
        if (slot >= 0) {
            slots.remove(slot);
            usedIn[slot / units]++;
            becomePinned(slot);
        }
        return slot;
    }

    private int freeSlot(int wanted) {
        int slot = slots.first(freeList(wanted));
        if (slot < 0) {
            int group = wanted == 0 ? groups.first(EMPTY_PART) : -1;
            group = group < 0 ? groups.first(EMPTY_WHOLE) : group;
            if (group >= 0) {
                cut(group, wanted);
                slot = group * units;
            }
        }
        return slot;
    }

    private void cut(int group, int wanted) {
        groups.remove(group);
        classOf[group] = wanted;
        for (int unit = 0; unit < units; unit += spans[wanted]) {
            slots.addLast(freeList(wanted), group * units + unit);
        }
        groups.addFirst(UNPINNED, group);
    }

    private static int freeList(int sizeClass) {
        return 2 * sizeClass;
    }

    private static int idleList(int sizeClass) {
        return 2 * sizeClass + 1;
    }

    /** Makes room for a slot of a class. {@return whether there is room now} */
    private boolean evict(int wanted) {
        int idle = slots.first(idleList(wanted));
        int group = groupToCut(wanted);
        if (idle >= 0 && (group < 0 || slotUsedAt[idle] <= groupUsedAt[group])) {
            evictSlot(idle);
            return true;
        }
        if (group >= 0) {
            clear(group);
            return true;
        }
        return false;
    }

    private int groupToCut(int wanted) {
        int group = groups.first(UNPINNED);
        for (int i = 0; i < LOOK && group >= 0; i++) {
            if (classOf[group] != wanted && (wanted == 0 || whole[group])) {
                return group;
            }
            group = groups.after(group);
        }
        return -1;
    }

    private boolean evictAwaited() {
        int oldest = slots.first(awaitedList);
        if (oldest < 0 || (pinned > 0 && clock - slotUsedAt[oldest] <= PATIENCE)) {
            return false;
        }
        pin(oldest);
        toIdle(oldest);
        evictSlot(oldest);
        return true;
    }

    private void evictSlot(int slot) {
        evictions.onEviction(slot);
        slots.remove(slot);
        becomeFree(slot);
    }

    /** Empties a group without pinned slots, so that it can be cut anew. */
    private void clear(int group) {
        int span = spans[classOf[group]];
        for (int unit = 0; unit < units; unit += span) {
            int slot = group * units + unit;
            if (state[slot] == IDLE) {
                evictSlot(slot);
            }
            slots.remove(slot);
        }
        groups.remove(group);
        classOf[group] = NO_CLASS;
        if (!retired[group]) {
            groups.addLast(whole[group] ? EMPTY_WHOLE : EMPTY_PART, group);
        }
    }

    private void becomeFree(int slot) {
        int group = slot / units;
        state[slot] = FREE;
        usedIn[group]--;
        if (!retired[group]) {
            slots.addFirst(freeList(classOf[group]), slot);
        }
    }

    private void becomePinned(int slot) {
        int group = slot / units;
        state[slot] = PINNED;
        pinned++;
        if (pinnedIn[group]++ == 0) {
            groups.remove(group);
        }
    }

    private void becomeUnpinned(int slot) {
        int group = slot / units;
        groupUsedAt[group] = clock;
        slotUsedAt[slot] = clock;
        if (--pinnedIn[group] == 0) {
            groups.addLast(UNPINNED, group);
        }
    }

    /**
     * Pins a slot that is idle or awaited.
     *
     * @param slot the slot
     */
    public void pin(int slot) {
        clock++;
        boolean awaited = state[slot] == AWAITED;
        slots.remove(slot);
        if (awaited) {
            state[slot] = PINNED; // its group counts it as pinned already
            pinned++;
        } else {
            becomePinned(slot);
        }
    }

    /**
     * Lets a pinned slot go: it stays until its room is needed.
     *
     * @param slot the slot
     */
    public void toIdle(int slot) {
        state[slot] = IDLE;
        pinned--;
        becomeUnpinned(slot);
        slots.addLast(idleList(classOf[slot / units]), slot);
        settle(slot / units);
    }

    /**
     * Keeps a pinned slot for whoever asked for it.
     *
     * @param slot the slot
     */
    public void toAwaited(int slot) {
        state[slot] = AWAITED;
        pinned--;
        slotUsedAt[slot] = clock;
        slots.addLast(awaitedList, slot);
    }

    /**
     * Frees a pinned slot.
     *
     * @param slot the slot
     */
    public void free(int slot) {
        pinned--;
        becomeUnpinned(slot);
        becomeFree(slot);
        settle(slot / units);
    }

    /**
     * {@return whether the slot was read because somebody asked, and nobody has borrowed it yet}
     *
     * @param slot the slot
     */
    public boolean isAwaited(int slot) {
        return state[slot] == AWAITED;
    }

    /**
     * Takes a group out of use: its free and idle slots now, the others as they are let go.
     *
     * @param group the group
     */
    public void retire(int group) {
        if (retired[group]) {
            return;
        }
        retired[group] = true;
        living--;
        if (classOf[group] == NO_CLASS) {
            groups.remove(group);
            return;
        }
        int span = spans[classOf[group]];
        for (int unit = 0; unit < units; unit += span) {
            int slot = group * units + unit;
            if (state[slot] == AWAITED) {
                pin(slot);
                toIdle(slot);
            }
            if (state[slot] == IDLE) {
                evictSlot(slot);
            } else if (state[slot] == FREE) {
                slots.remove(slot);
            }
        }
        settle(group);
    }

    /** A retired group is over when its last slot was let go. */
    private void settle(int group) {
        if (retired[group] && classOf[group] != NO_CLASS && pinnedIn[group] == 0) {
            clear(group);
        }
    }

    /**
     * {@return a group that nobody uses or that was used longest ago, retired; or -1 if all are
     * pinned}
     */
    public int retireAny() {
        int group = groups.first(EMPTY_PART);
        group = group < 0 ? groups.first(EMPTY_WHOLE) : group;
        group = group < 0 ? groups.first(UNPINNED) : group;
        if (group >= 0) {
            retire(group);
        }
        return group;
    }

    /**
     * {@return whether a group was retired and none of its slots is in use any more}
     *
     * @param group the group
     */
    public boolean isOver(int group) {
        return retired[group] && usedIn[group] == 0;
    }
}
