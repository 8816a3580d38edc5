// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.libos.fs.format.Refusals;
import java.util.List;
import java.util.Optional;

/**
 * What was found in an extent.
 *
 * @param generation the newest generation that is intact
 * @param emptySlot the slot that says that no import has finished yet, or -1
 * @param highest the highest number of a generation that a superblock names, intact or not
 * @param damages what is damaged, one line each
 */
public record Found(Optional<Generation> generation, int emptySlot, long highest,
        List<String> damages) {
    /** Copies the list. */
    public Found {
        damages = List.copyOf(damages);
    }

    /**
     * {@return the generation to serve}
     *
     * @param resource the extent, for the message
     * @throws ResourceException with {@link ErrorCode#CORRUPT} if there was one and nothing of it
     *         is intact; with {@link ErrorCode#NOT_FOUND} if nothing was imported, or the first
     *         import did not finish
     */
    public Generation orRefuse(String resource) {
        if (generation.isPresent()) {
            return generation.get();
        }
        if (!damages.isEmpty()) {
            throw Refusals.corrupt(resource + " holds no intact generation: "
                    + String.join("; ", damages));
        }
        throw new ResourceException(ErrorCode.NOT_FOUND, Blame.CALLER, resource,
                emptySlot >= 0 ? "the first import did not finish" : "it holds no file system",
                "import a source");
    }
}
