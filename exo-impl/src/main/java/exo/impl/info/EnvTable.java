// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.Account;
import exo.api.Quota;
import exo.api.info.EnvFigures;
import exo.api.info.InfoLayout;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The table of environments. An environment has a place in it from its birth to its end, the lowest
 * that is free then; when there is none, it is counted and not listed.
 *
 * <p><b>Locking.</b> The table's lock guards everything.
 */
public final class EnvTable {
    private final TableWriter table;
    private final Map<Long, Integer> places = new HashMap<>(); // guarded by table
    private final BitSet taken = new BitSet(); // guarded by table
    private long created; // guarded by table
    private long live; // guarded by table

    /**
     * Makes the table, with nobody in it.
     *
     * @param table where it lies
     */
    public EnvTable(TableWriter table) {
        this.table = table;
    }

    /**
     * Lists an environment.
     *
     * @param env what is to be said of it
     */
    public void born(EnvFigures env) {
        synchronized (table) {
            created++;
            live++;
            int place = taken.nextClearBit(0);
            if (place < table.capacity() && table.begin()) {
                try {
                    taken.set(place);
                    places.put(env.id(), place);
                    table.used(taken.length());
                    write(place, env);
                } finally {
                    table.end();
                }
            }
        }
    }

    /**
     * Brings the figures of an environment up to date; passed over if it has no place.
     *
     * @param env its figures
     */
    public void update(EnvFigures env) {
        synchronized (table) {
            Integer place = places.get(env.id());
            if (place != null && table.begin()) {
                try {
                    write(place, env);
                } finally {
                    table.end();
                }
            }
        }
    }

    private void write(int place, EnvFigures env) {
        set(place, "state",
                env.leaving() ? InfoLayout.ENV_LEAVING : InfoLayout.ENV_LIVE);
        set(place, "id", env.id());
        set(place, "parent", env.parent());
        set(place, "bornTick", env.bornTick());
        table.putName(place, InfoLayout.ENV, env.name());
        Quota quota = env.quota();
        set(place, "quotaFrames", quota.frames());
        set(place, "quotaExtraFrames", quota.extraFrames());
        set(place, "quotaHugeFrames", quota.hugeFrames());
        set(place, "quotaBlocks", quota.blocks());
        set(place, "quotaSlots", quota.slots());
        set(place, "quotaObjects", quota.objects());
        set(place, "quotaThreads", quota.threads());
        Account account = env.account();
        set(place, "framesHeld", account.framesHeld());
        set(place, "framesIdle", account.framesIdle());
        set(place, "extraFrames", account.extraFrames());
        set(place, "blocksHeld", account.blocksHeld());
        set(place, "slotsHeld", account.slotsHeld());
        set(place, "objectsHeld", account.objectsHeld());
        set(place, "threads", account.threadsAlive());
        set(place, "cpuNanos", account.cpuNanos());
        set(place, "upcalls", account.upcalls());
        set(place, "repossessions", account.repossessions());
        set(place, "packetsReceived", account.packetsReceived());
        set(place, "packetsSent", account.packetsSent());
        set(place, "packetsRefused", account.packetsRefused());
        set(place, "blocksRead", account.blocksRead());
        set(place, "blocksWritten", account.blocksWritten());
    }

    private void set(int place, String field, long value) {
        table.put(place, InfoLayout.ENV, field, value);
    }

    /**
     * Takes an environment off the list.
     *
     * @param id its number
     */
    public void gone(long id) {
        synchronized (table) {
            live--;
            Integer place = places.remove(id);
            if (place != null && table.begin()) {
                taken.clear(place);
                set(place, "state", InfoLayout.ENV_NONE);
                table.used(taken.length());
                table.end();
            }
        }
    }

    /** {@return how many environments live, listed or not} */
    public long live() {
        synchronized (table) {
            return live;
        }
    }

    /** {@return how many environments there ever were} */
    public long created() {
        synchronized (table) {
            return created;
        }
    }

    /** {@return how many live and found no place} */
    public long unlisted() {
        synchronized (table) {
            return live - places.size();
        }
    }
}
