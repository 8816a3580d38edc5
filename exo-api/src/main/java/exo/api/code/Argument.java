// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

/**
 * What a program finds in one of its registers r1 to r5 when it begins.
 *
 * <p>Programs never see addresses of the host. A pointer is a number that means something to the
 * engine only; the verifier keeps it from being stored, compared or returned as a number.
 */
public sealed interface Argument {

    /**
     * A pointer to memory that the caller binds before it runs the program.
     *
     * @param lengthBytes how many bytes there are, at least 1
     * @param isWritable whether the program may write them
     */
    record Memory(int lengthBytes, boolean isWritable) implements Argument {
        /** Checks the length. */
        public Memory {
            if (lengthBytes < 1) {
                throw new IllegalArgumentException(
                        "memory has at least 1 byte, not " + lengthBytes);
            }
        }
    }

    /**
     * A pointer to the context of a packet: {@code struct xdp_md} of {@code linux/bpf.h}. A load of
     * 4 bytes at offset 0 gives a pointer to the packet's first byte, one at offset 4 a pointer
     * beyond its last; loads of 4 bytes at 8, 12, 16 and 20 give: the packet's first byte again,
     * and three zeros. Legacy packet access wants this pointer in r6.
     *
     * <p>The program must compare a pointer into the packet with the packet's end before it
     * accesses what lies between.
     *
     * @param isWritable whether the program may write the packet
     */
    record Packet(boolean isWritable) implements Argument {}

    /**
     * A number that the caller chooses.
     *
     * @param least the least it may be
     * @param most the most it may be, both signed 64-bit numbers
     */
    record Scalar(long least, long most) implements Argument {
        /** Checks the order. */
        public Scalar {
            if (least > most) {
                throw new IllegalArgumentException(
                        "the least number, " + least + ", is more than the most, " + most);
            }
        }
    }
}
