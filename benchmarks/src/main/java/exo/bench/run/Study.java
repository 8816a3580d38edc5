// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.io.IOException;

/** One question that the benchmarks answer, with candidates and baselines measured in turn. */
public interface Study {
    /** {@return its name, by which the command line asks for it} */
    String name();

    /**
     * Measures, and adds what it found to the results.
     *
     * @param run the run
     * @throws IOException if a file or a tool of the host failed
     * @throws InterruptedException if the thread was interrupted
     */
    void measure(Run run) throws IOException, InterruptedException;
}
