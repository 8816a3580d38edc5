// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Capability;
import exo.api.disk.SpillArea;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import java.util.function.BooleanSupplier;

/**
 * An environment as the resource packages see it: who calls, what it may hold, how to reach it.
 *
 * <p>Resource packages know environments only through this type, which keeps them apart from {@code
 * exo.impl.kernel}.
 */
public interface Principal {
    /** {@return the number of the environment} */
    long id();

    /** {@return the name of the environment} */
    String name();

    /**
     * Refuses the call if the environment has ended or the calling thread is not its own.
     *
     * @throws WrongThreadException if the thread belongs to another environment or to nobody
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#ENV_ENDED}
     */
    void checkCaller();

    /** {@return what the environment may hold, and holds} */
    Ledger ledger();

    /** {@return the capabilities it holds} */
    KeyTable keyTable();

    /** {@return where events for the calling thread go} */
    EventPort eventPort();

    /** {@return what the environment has consumed} */
    Usage usage();

    /**
     * Tells the environment that it has been granted a capability.
     *
     * @param capability the capability, in its key-ring already
     */
    void granted(Capability capability);

    /**
     * Tells the environment that the device is done with a page that was spilled.
     *
     * @param area where
     * @param place the place in it
     * @param over tells whether nobody needs to hear of it any more
     */
    void spilled(SpillArea area, int place, BooleanSupplier over);

    /**
     * Asks for everything that others derived from a capability, and revokes what is left.
     *
     * @param source a capability that the environment holds, checked; it stays
     * @param notice how long the holders may take
     * @return how many had to be revoked
     */
    int recall(KernelCapability source, Notice notice);

    /**
     * Adds an entry to the repossession vector and announces it.
     *
     * @param entry the entry
     */
    void repossessed(Repossession entry);
}
