// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import java.io.IOException;

/** Somebody who can read blocks. */
interface Contender {
    /** {@return its name in the results} */
    String name();

    /**
     * Reads as the load says.
     *
     * @param load what to do
     * @return what was achieved
     * @throws IOException if a read failed
     * @throws InterruptedException if the thread was interrupted
     */
    Reading read(Load load) throws IOException, InterruptedException;
}
