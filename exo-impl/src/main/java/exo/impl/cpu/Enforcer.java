// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.host.HostException;
import exo.host.HostThread;
import exo.impl.audit.FaultEvent;
import java.util.function.IntConsumer;

/**
 * How the host makes a thread go before, or after, all others of its core.
 *
 * <p>A thread inside its slices runs at nice -20, outside them in the class SCHED_IDLE, which gets
 * what nobody else wants. Both are classes of the fair scheduler: with real-time classes for the
 * threads themselves, the host's throttling of those would stop the dispatcher too.
 */
interface Enforcer {
    /** Raises a thread. */
    void promote(int tid);

    /** Lowers a thread. */
    void demote(int tid);

    /** Gives a thread back to the host's ordinary scheduling. */
    void restore(int tid);

    /** {@return the same, which records what the host refuses, and goes on} */
    default Enforcer recording(String core) {
        Enforcer strict = this;
        return new Enforcer() {
            private void call(IntConsumer call, int tid) {
                try {
                    call.accept(tid);
                } catch (HostException e) {
                    FaultEvent.record(core, e);
                }
            }

            @Override
            public void promote(int tid) {
                call(strict::promote, tid);
            }

            @Override
            public void demote(int tid) {
                call(strict::demote, tid);
            }

            @Override
            public void restore(int tid) {
                call(strict::restore, tid);
            }
        };
    }

    /** The host's scheduler. */
    Enforcer HOST = new Enforcer() {
        @Override
        public void promote(int tid) {
            HostThread.setScheduler(tid, HostThread.SCHED_OTHER, 0);
            HostThread.setNice(tid, -20);
        }

        @Override
        public void demote(int tid) {
            HostThread.setScheduler(tid, HostThread.SCHED_IDLE, 0);
        }

        @Override
        public void restore(int tid) {
            HostThread.setScheduler(tid, HostThread.SCHED_OTHER, 0);
            HostThread.setNice(tid, 0);
        }
    };

    /** Nobody: slices are announced, and obeyed or not. */
    Enforcer COOPERATIVE = new Enforcer() {
        @Override
        public void promote(int tid) {}

        @Override
        public void demote(int tid) {}

        @Override
        public void restore(int tid) {}
    };
}
