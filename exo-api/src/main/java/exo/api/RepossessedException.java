// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.upcall.Repossession;

/**
 * The resource was taken by force after its environment did not return it in time.
 */
public final class RepossessedException extends ExoException {
    private static final long serialVersionUID = 1L;

    private final transient Repossession entry;

    /**
     * Makes the exception.
     *
     * @param entry the entry of the repossession vector
     */
    public RepossessedException(Repossession entry) {
        super(ErrorCode.REPOSSESSED, Blame.CALLER, entry.kind().toString(),
                "taken by force: " + entry, "answer revoke requests before their deadline");
        this.entry = entry;
    }

    /** {@return the entry of the repossession vector} */
    public Repossession entry() {
        return entry;
    }
}
