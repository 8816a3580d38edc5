// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

/**
 * Which frames are wanted. Immutable.
 *
 * <p>A request is met as it stands or refused; whoever would take others asks again with less.
 *
 * <p><b>Colours.</b> Frames whose numbers are equal modulo the number of colours compete for the
 * same sets of a cache that is indexed by physical address. {@link Memory#frameColours} tells
 * whether colours are those of the host's frame numbers or of the pool's.
 *
 * {@snippet lang="java" :
 * window.allocPages(0, 16, FrameRequest.any().contiguous());      // one transfer may cover them
 * window.allocPages(16, 8, FrameRequest.any().colour(3, 64));     // all in one part of the cache
 * window.allocPages(24, 4, FrameRequest.at(100));                 // frames 100 to 103
 * }
 *
 * @param firstFrame the number of the first of consecutive frames, or {@link #ANY}
 * @param isContiguous whether the frames must be consecutive
 * @param colour the colour of each frame, or of the first if they must be consecutive; or {@link
 *        #ANY}
 * @param colourCount how many colours there are, a power of two, 1 to {@value #MAX_COLOURS}
 * @param node the number of the NUMA node the frames must lie on, or {@link #ANY}
 * @see "Engler, PhD thesis, MIT 1998, pages 23-24: expose names; cache colouring"
 */
public record FrameRequest(int firstFrame, boolean isContiguous, int colour, int colourCount,
        int node) {
    /** No wish. */
    public static final int ANY = -1;
    /** The most colours: more than any cache has pages in one of its ways. */
    public static final int MAX_COLOURS = 4096;

    private static final FrameRequest WHATEVER = new FrameRequest(ANY, false, ANY, 1, ANY);

    /** Checks the bounds. */
    public FrameRequest {
        if (colourCount < 1 || colourCount > MAX_COLOURS || Integer.bitCount(colourCount) != 1) {
            throw new IllegalArgumentException("there are a power of two of colours, 1 to "
                    + MAX_COLOURS + ", but " + colourCount + " were named");
        }
        if (colour != ANY && (colour < 0 || colour >= colourCount)) {
            throw new IllegalArgumentException("colours are 0 to " + (colourCount - 1) + ", but "
                    + colour + " was asked for");
        }
        if (node < ANY) {
            throw new IllegalArgumentException("a node is not negative, but was " + node);
        }
        if (firstFrame != ANY && colour != ANY) {
            throw new IllegalArgumentException(
                    "frames asked for by number have the colour they have");
        }
    }

    /** {@return a request for any frames; the kernel prefers consecutive ones} */
    public static FrameRequest any() {
        return WHATEVER;
    }

    /**
     * {@return a request for particular frames}
     *
     * @param firstFrame the number of the first; they are consecutive
     */
    public static FrameRequest at(int firstFrame) {
        // A number below 0 is refused as others that the pool does not have; ANY must be too.
        return new FrameRequest(firstFrame == ANY ? Integer.MIN_VALUE : firstFrame, true, ANY, 1,
                ANY);
    }

    /** {@return this request, refused rather than met with scattered frames} */
    public FrameRequest contiguous() {
        return new FrameRequest(firstFrame, true, colour, colourCount, node);
    }

    /**
     * {@return this request for frames of one colour}
     *
     * @param wanted the colour, from 0
     * @param ofColours how many colours there are, a power of two, 1 to {@value #MAX_COLOURS}
     */
    public FrameRequest colour(int wanted, int ofColours) {
        if (wanted < 0) {
            throw new IllegalArgumentException("colours begin with 0, but was " + wanted);
        }
        return new FrameRequest(firstFrame, isContiguous, wanted, ofColours, node);
    }

    /**
     * {@return this request for frames of one NUMA node}
     *
     * @param wanted the number of the node
     */
    public FrameRequest node(int wanted) {
        if (wanted < 0) {
            throw new IllegalArgumentException("a node is not negative, but was " + wanted);
        }
        return new FrameRequest(firstFrame, isContiguous, colour, colourCount, wanted);
    }
}
