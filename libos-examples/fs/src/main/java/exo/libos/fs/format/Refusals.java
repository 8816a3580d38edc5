// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import exo.api.Blame;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;

/** Makes the exceptions of this file system, so that one condition reads the same everywhere. */
public final class Refusals {
    private Refusals() {}

    /**
     * {@return the refusal of a damaged or malicious volume}
     *
     * @param cause what does not fit
     */
    public static ResourceException corrupt(String cause) {
        return new ResourceException(ErrorCode.CORRUPT, Blame.HOST, "volume", cause,
                "import the source again");
    }

    /**
     * {@return the refusal of a transfer}
     *
     * @param code what went wrong
     * @param what the transfer, with its blocks
     * @param resource the extent
     */
    public static ExoException transfer(ErrorCode code, String what, String resource) {
        return switch (code) {
            case INSUFFICIENT, REVOKED, INVALID, FOREIGN -> new CapabilityException(code,
                    Blame.PEER, resource, what + " was refused",
                    "ask the holder of the extent for the right");
            case STALE -> new ResourceException(code, Blame.PEER, resource,
                    what + " was refused: a page of the window is gone",
                    "answer revoke requests before their deadline");
            case NO_SPACE, SHORT_TRANSFER -> new ResourceException(code, Blame.HOST, resource,
                    what + " ended early",
                    "free room on the host's file system that holds the image, or use another one");
            default -> new ResourceException(code, Blame.HOST, resource, what + " failed",
                    "look at the device");
        };
    }
}
