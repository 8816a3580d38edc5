// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

/**
 * What a client may cost at most.
 *
 * @param maxConnections connections that are served at once; one more is told to come back later
 * @param maxHeadBytes the longest head of a request in bytes, 256 to 65,536
 * @param maxBodyBytes the longest body of a request that is read and thrown away, in bytes
 * @param maxRuns runs of cached pages that one connection may hold at once, 1 to 64
 * @param maxPipelined requests that one connection is served in one turn of the event loop, 1 to
 *        1,024; the rest waits until the others had their turn
 */
public record Limits(int maxConnections, int maxHeadBytes, int maxBodyBytes, int maxRuns,
        int maxPipelined) {
    /** Checks the bounds. */
    public Limits {
        check("maxConnections", maxConnections, 1, 1 << 20);
        check("maxHeadBytes", maxHeadBytes, 256, 1 << 16);
        check("maxBodyBytes", maxBodyBytes, 0, Integer.MAX_VALUE);
        check("maxRuns", maxRuns, 1, 64);
        check("maxPipelined", maxPipelined, 1, 1024);
    }

    /**
     * {@return 960 connections, heads of 8 KiB, bodies of 64 KiB, 4 runs, 16 requests in a turn}
     */
    public static Limits standard() {
        return new Limits(960, 8192, 65_536, 4, 16);
    }

    /**
     * {@return these limits with another number of connections}
     *
     * @param changed connections that are served at once
     */
    public Limits maxConnections(int changed) {
        return new Limits(changed, maxHeadBytes, maxBodyBytes, maxRuns, maxPipelined);
    }

    /**
     * {@return these limits with another bound on heads}
     *
     * @param changed the longest head in bytes
     */
    public Limits maxHeadBytes(int changed) {
        return new Limits(maxConnections, changed, maxBodyBytes, maxRuns, maxPipelined);
    }

    /**
     * {@return these limits with another bound on bodies}
     *
     * @param changed the longest body in bytes
     */
    public Limits maxBodyBytes(int changed) {
        return new Limits(maxConnections, maxHeadBytes, changed, maxRuns, maxPipelined);
    }

    /**
     * {@return these limits with another bound on runs}
     *
     * @param changed runs that one connection may hold at once
     */
    public Limits maxRuns(int changed) {
        return new Limits(maxConnections, maxHeadBytes, maxBodyBytes, changed, maxPipelined);
    }

    /**
     * {@return these limits with another bound on requests in a turn}
     *
     * @param changed requests that one connection is served in one turn
     */
    public Limits maxPipelined(int changed) {
        return new Limits(maxConnections, maxHeadBytes, maxBodyBytes, maxRuns, changed);
    }

    static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be " + least + " to " + most + ", but was " + value);
        }
    }
}
