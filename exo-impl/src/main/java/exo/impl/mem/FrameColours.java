// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.mem.FrameRequest;
import exo.host.Mapping;
import exo.host.Pagemap;

/**
 * The colours of a pool's frames: the lowest bits of the host's frame numbers where the host tells
 * them for all frames, else of the pool's own numbers.
 *
 * <p>Immutable. The host keeps a locked frame resident, but may move it, and then its colour is not
 * what it was; it does so when it makes room for huge pages.
 */
final class FrameColours {
    private static final int MASK = FrameRequest.MAX_COLOURS - 1;

    private final char[] bits; // empty if the pool's own numbers count

    private FrameColours(char[] bits) {
        this.bits = bits;
    }

    /** {@return the colours of frames that lie in a mapping} */
    static FrameColours of(Mapping all, int frameCount) {
        long[] numbers = Pagemap.hostFrames(all.address(), frameCount);
        char[] bits = new char[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == Pagemap.UNKNOWN) {
                return new FrameColours(new char[0]);
            }
            bits[i] = (char) (numbers[i] & MASK);
        }
        return new FrameColours(bits);
    }

    boolean areOfHost() {
        return bits.length > 0;
    }

    boolean matches(int frame, FrameRequest request) {
        int number = bits.length > 0 ? bits[frame] : frame;
        return request.colour() == FrameRequest.ANY
                || (number & (request.colourCount() - 1)) == request.colour();
    }
}
