// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

/**
 * What a contender achieved.
 *
 * @param reads reads completed
 * @param nanos how long it took
 * @param threadNanos processor time of the threads that issued the reads
 * @param processNanos processor time of the whole process: with workers of the host that act for
 *        it, compilers and collector
 */
record Reading(long reads, long nanos, long threadNanos, long processNanos) {
    /** {@return reads for each second} */
    double perSecond() {
        return reads * 1e9 / nanos;
    }

    /** {@return microseconds of the issuing threads for each read} */
    double threadMicros() {
        return threadNanos / 1e3 / reads;
    }

    /** {@return microseconds of the process for each read} */
    double processMicros() {
        return processNanos / 1e3 / reads;
    }
}
