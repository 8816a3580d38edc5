// SPDX-License-Identifier: Apache-2.0
package exo.api.cpu;

import exo.api.Capability;

/**
 * The capability for an interval of slots on a core's timeline. Its position is latency and order,
 * its length is throughput.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 31-32: the vector of time slices"
 */
public interface Quantum extends Capability {
    /** {@return the host's number of the core} */
    int core();

    /** {@return its first slot} */
    int firstSlot();

    /** {@return how many slots it has} */
    int slotCount();
}
