// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.Status;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts; one thread writes, any thread reads. */
final class Counters {
    static final int REQUESTS = 0;
    static final int BYTES = 1;
    static final int ACCEPTED = 2;
    static final int ABORTED = 3;
    static final int OPEN = 4;
    private static final int CLASSES = 5;

    // written by the server's thread only, by release; read by acquire
    private final AtomicLongArray values = new AtomicLongArray(CLASSES + 6);

    void add(int counter, long amount) {
        values.setRelease(counter, values.getPlain(counter) + amount);
    }

    void answered(Status status) {
        add(CLASSES + status.code() / 100, 1);
    }

    private long of(int counter) {
        return values.getAcquire(counter);
    }

    CheetahCounters snapshot() {
        return new CheetahCounters(of(REQUESTS), of(CLASSES + 2), of(CLASSES + 3),
                of(CLASSES + 4), of(CLASSES + 5), of(BYTES), of(ACCEPTED), of(ABORTED), of(OPEN));
    }
}
