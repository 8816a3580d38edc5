// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

/**
 * The tables of the exposed information. Their numbers stand in the segment's directory and are
 * never used again for another meaning.
 */
public enum InfoTable {
    /** One record: the clock and the counters of the kernel; {@link InfoLayout#KERNEL}. */
    KERNEL(1),
    /** A record for each environment, or a free place; {@link InfoLayout#ENV}. */
    ENVS(2),
    /** A record for each page frame, by its number; {@link InfoLayout#FRAME}. */
    FRAMES(3),
    /** A record for each managed core; {@link InfoLayout#CORE}. */
    CORES(4),
    /** The slots of all cores, those of one core together; {@link InfoLayout#SLOT}. */
    SLOTS(5),
    /** A record for each block device; {@link InfoLayout#DISK}. */
    DISKS(6),
    /** The free runs of all block devices, those of one together; {@link InfoLayout#RUN}. */
    RUNS(7),
    /** A record for each network device; {@link InfoLayout#NET}. */
    NETS(8);

    private final int number;

    InfoTable(int number) {
        this.number = number;
    }

    /** {@return the number of the table in the directory} */
    public int number() {
        return number;
    }
}
