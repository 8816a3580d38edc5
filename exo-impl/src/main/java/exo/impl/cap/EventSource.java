// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.upcall.UpcallHandler;

/** Something that can have an upcall for the thread it belongs to. */
public interface EventSource {
    /** {@return whether there is an upcall to deliver now; the owner thread asks} */
    boolean isPending();

    /**
     * Delivers the upcall; the owner thread calls it, holding no lock.
     *
     * @param handler the libOS's upcall entries
     */
    void deliver(UpcallHandler handler);

    /**
     * {@return a host descriptor that becomes readable when the source has something and nobody
     * calls {@link EventPort#signal} for it, or -1}
     */
    default int pollDescriptor() {
        return -1;
    }
}
