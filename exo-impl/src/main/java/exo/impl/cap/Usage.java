// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import java.util.concurrent.atomic.LongAdder;

/** What an environment has consumed; counters only ever grow. Any thread may add. */
public final class Usage {
    /** Upcalls delivered. */
    public final LongAdder upcalls = new LongAdder();
    /** Resources taken by force. */
    public final LongAdder repossessions = new LongAdder();
    /** Frames taken from its receive rings. */
    public final LongAdder packetsReceived = new LongAdder();
    /** Frames sent. */
    public final LongAdder packetsSent = new LongAdder();
    /** Frames refused for their source. */
    public final LongAdder packetsRefused = new LongAdder();
    /** Blocks read. */
    public final LongAdder blocksRead = new LongAdder();
    /** Blocks written. */
    public final LongAdder blocksWritten = new LongAdder();
    /** Processor time of ended threads, in nanoseconds. */
    public final LongAdder endedCpuNanos = new LongAdder();
}
