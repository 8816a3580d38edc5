// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

/** Numbers of what holds values: the scratch words, A and X; and sets of them, as bits. */
final class Cells {
    static final int WORDS = 16;
    static final int A = 16;
    static final int X = 17;
    static final int COUNT = 18;

    /** No cell. */
    static final int NONE = -1;
    /** A and X. */
    static final int BOTH = 18;

    private Cells() {}

    static int bits(int cell) {
        return switch (cell) {
            case NONE -> 0;
            case BOTH -> (1 << A) | (1 << X);
            default -> 1 << cell;
        };
    }
}
