// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.net.Ipv4Address;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What a device is connected to: nothing but this kernel's own stations, an interface of the host,
 * or a TAP. The transmit methods are called under the device's transmit lock.
 */
interface Link extends AutoCloseable {
    /** {@return the largest payload of a frame in bytes} */
    int mtu();

    /** {@return the host's own address on the interface, if it has one} */
    Optional<Ipv4Address> hostAddress();

    /** {@return the length of its network prefix, or 0} */
    int hostPrefix();

    /** {@return what the link is, for the facilities} */
    String describe();

    /**
     * {@return where in {@link #txMemory} the next frame shall be built, or -1 if there is no room
     * now}
     */
    long txReserve();

    /** {@return memory of the kernel in which frames to be sent are built} */
    MemorySegment txMemory();

    /**
     * Takes the frame that was built in the place reserved last; it may leave at once or at the
     * next flush.
     *
     * @param lengthBytes its length
     * @param local whether all its receivers were stations of this kernel, so that it need not
     *         leave
     * @return 0, or a refusal
     */
    int txCommit(int lengthBytes, boolean local);

    /** {@return the longest IPv4 packet that {@link #txCommitUncut} takes; 0 if it takes none} */
    default int maxUncutBytes() {
        return 0;
    }

    /**
     * Sends the segment whose head was built in the place reserved last, now: its rest is not
     * looked at any more when this returns.
     *
     * @param segment the segment
     * @param memory memory of a window
     * @param restOffset where in it the rest begins
     * @return 0, or a refusal
     */
    default int txCommitUncut(LongSegment segment, MemorySegment memory, long restOffset) {
        return ErrorCode.TOO_BIG.refusal();
    }

    /** {@return how many frames were handed to the host} */
    int txFlush();

    /**
     * Says for whom frames may come in, so that others cost nothing. It may let more pass. Called
     * under the device's own lock.
     *
     * @param macs the addresses of the device's stations
     */
    void admit(long[] macs);

    /** {@return what it has done so far} */
    LinkCounters counters();

    /**
     * Starts receiving: frames that arrive go to {@link Device#receive}.
     *
     * @param device the device
     */
    void start(Device device);

    /** Ends it. Nobody sends any more; when this returns, nobody receives. Idempotent. */
    @Override
    void close();
}
