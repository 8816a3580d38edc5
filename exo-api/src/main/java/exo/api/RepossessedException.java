// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.upcall.Repossession;

/**
 * The resource was taken by force, and its environment uses it as if it were still there.
 *
 * <p>A page that was taken answers so until it is released, or shows a frame again; also when its
 * entry was cleared from the repossession vector meanwhile. Methods on data paths say {@link
 * ErrorCode#STALE} instead.
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
        super(ErrorCode.REPOSSESSED, Blame.CALLER, what(entry), "it was taken by force: "
                + entry.cause() + entry.spill().map(RepossessedException::kept).orElse(""),
                remedy(entry));
        this.entry = entry;
    }

    private static String what(Repossession entry) {
        return entry.place() >= 0 ? "page " + entry.place() : entry.kind() + " " + entry.resource();
    }

    private static String kept(Repossession.Spill spill) {
        return ", and is kept in place " + spill.place() + " of a spill area";
    }

    private static String remedy(Repossession entry) {
        return switch (entry.cause()) {
            case DEADLINE -> "release it or map it anew; answer revoke requests in time";
            case REVOKED, OWNER_GONE -> "release it or map it anew; ask its owner for another";
        };
    }

    /** {@return the entry of the repossession vector} */
    public Repossession entry() {
        return entry;
    }
}
