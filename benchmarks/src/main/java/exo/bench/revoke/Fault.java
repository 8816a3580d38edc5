// SPDX-License-Identifier: Apache-2.0
package exo.bench.revoke;

import exo.api.upcall.RevokeRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/** What a libOS does when its frames are wanted. */
enum Fault {
    /** Returns them: no fault at all. */
    IN_TIME("answers in time") {
        @Override
        void answer(Holding holding, RevokeRequest request) {
            holding.release((int) request.count());
        }
    },
    /** Returns them when they are taken already. */
    LATE("answers late") {
        @Override
        void answer(Holding holding, RevokeRequest request) {
            long late = request.deadlineNanos() + LATE_NANOS;
            for (long left = LATE_NANOS; left > 0; left = late - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            holding.release((int) request.count());
        }
    },
    /** Does as if nothing had been said. */
    NEVER("never answers") {
        @Override
        void answer(Holding holding, RevokeRequest request) {}
    },
    /** Returns pages that show nothing, and pages by names that are not current. */
    WRONG("returns others") {
        @Override
        void answer(Holding holding, RevokeRequest request) {
            holding.releaseOthers();
        }
    },
    /** Throws, which ends it. */
    THROWS("throws") {
        @Override
        void answer(Holding holding, RevokeRequest request) {
            throw new IllegalStateException("the libOS throws, as this fault wants it to");
        }
    },
    /** Waits for a byte that nobody writes to a pipe of the host. */
    BLOCKED("blocked in I/O") {
        @Override
        void answer(Holding holding, RevokeRequest request) {
            try {
                holding.pipe().source().read(ByteBuffer.allocate(1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },
    /** Has reads from disk under way into each of them, and takes no completion. */
    TRANSFERS("has transfers on them") {
        @Override
        void answer(Holding holding, RevokeRequest request) {}
    };

    private static final long LATE_NANOS = 3_000_000;

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    /** {@return what it is called in a table} */
    String words() {
        return words;
    }

    /** Answers, on the thread of the libOS. */
    abstract void answer(Holding holding, RevokeRequest request);
}
