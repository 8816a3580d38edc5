// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import exo.api.Capability;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.ResourceKind;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.net.PacketBinding;

/**
 * The upcall entries of a thread: the kernel calls them inside {@link Upcalls#poll} and {@link
 * Upcalls#await}. A libOS overrides those it cares for; the others do nothing.
 *
 * <p>An exception thrown by an entry leaves {@code poll} or {@code await} to the libOS's own code;
 * the events not yet delivered stay pending.
 *
 * <p>An entry may do whatever the libOS may, and poll too; what is delivered at each poll is then
 * delivered again inside, unless it was taken before.
 */
public interface UpcallHandler {
    /**
     * Frames arrived in a receive ring that was empty, or are still there.
     *
     * <p>Delivered again at each poll until the ring is empty.
     *
     * @param binding the binding of this thread
     */
    default void onPackets(PacketBinding binding) {}

    /**
     * Completions can be taken from a queue.
     *
     * <p>Delivered again at each poll until they are taken.
     *
     * @param queue the queue of this thread
     */
    default void onCompletions(ExtentQueue queue) {}

    /**
     * A quantum of this thread has begun.
     *
     * @param core the core
     * @param slot the slot that begins it
     */
    default void onSliceBegin(int core, int slot) {}

    /**
     * A quantum of this thread is over; the thread should yield.
     *
     * @param core the core
     * @param slot the first slot after it
     */
    default void onSliceEnd(int core, int slot) {}

    /**
     * The kernel, on behalf of the holder of this environment, asks for resources back.
     *
     * <p>The libOS chooses which, unless the request names a capability. What it has not returned
     * at the end of the notice is taken by force. Each stage of the notice is told; a request that
     * is met or withdrawn before it was heard is not.
     *
     * @param request what is asked for
     */
    default void onRevokeRequest(RevokeRequest request) {}

    /**
     * A resource was taken by force; it is already gone. Of more than {@link Upcalls#MAX_ENTRIES}
     * that were not heard, the others are joined, {@link Repossession#isMany}.
     *
     * @param entry the entry that was added to the repossession vector
     */
    default void onRepossession(Repossession entry) {}

    /**
     * The device is done with a page that was taken by force and spilled. Not told of a place that
     * was made free meanwhile, nor of an area that was closed.
     *
     * @param area the area
     * @param place the place, written or failed as {@link SpillArea#state} says
     */
    default void onSpilled(SpillArea area, int place) {}

    /**
     * The environment may hold more than before.
     *
     * @param kind of what: frames, blocks of extents, or slots of quanta
     * @param amount how many more
     */
    default void onQuotaGrown(ResourceKind kind, long amount) {}

    /**
     * Another environment granted a capability. Not told if it was revoked before.
     *
     * @param capability the capability, found in the key-ring by its label too
     */
    default void onGrant(Capability capability) {}

    /**
     * A child environment has ended, and what it held is back. Of children that ended unheard, the
     * last {@link Upcalls#MAX_EXITS} are told; {@link EnvControl#isEnded} says it of all.
     *
     * @param child the child
     * @param exit how it ended
     */
    default void onChildExit(EnvControl child, EnvExit exit) {}

    /** The environment shall stop: {@link exo.api.LibOs#run} should return soon. Delivered once. */
    default void onStopRequest() {}
}
