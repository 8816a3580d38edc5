// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A classic BPF program for a packet socket: it passes the frames to any of a set of Ethernet
 * addresses, and those to groups. <pre>
 *         ldb [0]             an odd first octet is a group's
 *         jset #1, 0, 1
 *         ret #all
 *   each: ld [2]              the last four octets
 *         jeq #low, 0, 3
 *         ldh [0]             the first two
 *         jeq #high, 0, 1
 *         ret #all
 *   end:  ret #0
 * </pre> With no address at all it passes nothing: nobody is there to receive.
 *
 * @see "packet(7); Documentation/networking/filter.rst"
 */
final class MacFilter {
    /** The most addresses of a program: with more, the host's limit on programs is near. */
    static final int MAX_ADDRESSES = 256;

    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int WHOLE_FRAME = 0x40000;
    private static final int STEPS_BEFORE = 3;
    private static final int STEPS_EACH = 5;

    private final MemorySegment steps;
    private int count;

    private MacFilter(Arena arena, int steps) {
        this.steps = arena.allocate((long) steps * Struct.FilterStep.BYTES, 8);
    }

    /**
     * {@return a {@code struct sock_fprog} with the program}
     *
     * @param arena where it is made
     * @param macs at most {@value #MAX_ADDRESSES} addresses of 48 bits, first octet highest
     */
    static MemorySegment program(Arena arena, long[] macs) {
        MacFilter filter = new MacFilter(arena, STEPS_BEFORE + STEPS_EACH * macs.length + 1);
        if (macs.length > 0) {
            filter.add(LOAD_BYTE, 0, 0, 0);
            filter.add(JUMP_SET, 0, 1, 1);
            filter.add(RETURN, 0, 0, WHOLE_FRAME);
        }
        for (long mac : macs) {
            filter.add(LOAD_WORD, 0, 0, 2);
            filter.add(JUMP_EQUAL, 0, 3, (int) mac);
            filter.add(LOAD_HALF, 0, 0, 0);
            filter.add(JUMP_EQUAL, 0, 1, (int) (mac >>> Integer.SIZE));
            filter.add(RETURN, 0, 0, WHOLE_FRAME);
        }
        filter.add(RETURN, 0, 0, 0);
        MemorySegment program = arena.allocate(Struct.FilterProgram.BYTES, 8);
        program.set(ValueLayout.JAVA_SHORT, Struct.FilterProgram.COUNT, (short) filter.count);
        program.set(ValueLayout.JAVA_LONG, Struct.FilterProgram.STEPS, filter.steps.address());
        return program;
    }

    private void add(int code, int ifTrue, int ifFalse, int operand) {
        long at = (long) count * Struct.FilterStep.BYTES;
        steps.set(ValueLayout.JAVA_SHORT, at + Struct.FilterStep.CODE, (short) code);
        steps.set(ValueLayout.JAVA_BYTE, at + Struct.FilterStep.IF_TRUE, (byte) ifTrue);
        steps.set(ValueLayout.JAVA_BYTE, at + Struct.FilterStep.IF_FALSE, (byte) ifFalse);
        steps.set(ValueLayout.JAVA_INT, at + Struct.FilterStep.OPERAND, operand);
        count++;
    }
}
