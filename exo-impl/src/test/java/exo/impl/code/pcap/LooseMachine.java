// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;

/**
 * Runs what libpcap compiles and the verifier refuses: programs that jump back, or read scratch
 * words that they have not written, which are 0.
 */
final class LooseMachine {
    /** It jumped back more often than the compiler follows headers. */
    static final int ENDLESS = -1;

    private final ClassicProgram program;
    private final byte[] packet;
    private final int[] words = new int[16];
    private int a;
    private int x;
    private boolean torn;

    private LooseMachine(ClassicProgram program, byte[] packet) {
        this.program = program;
        this.packet = packet;
    }

    /** {@return what a program returns, or {@link #ENDLESS}} */
    static int run(ClassicProgram program, byte[] packet) {
        return new LooseMachine(program, packet).run();
    }

    private int run() {
        int at = 0;
        int back = 0;
        while (back <= ProtocolTests.CHAIN_HEADERS) {
            Instruction i = program.at(at++);
            back += i.code() == 5 && i.k() < 0 ? 1 : 0;
            int with = (i.code() & 8) != 0 ? x : i.k();
            switch (i.code() & 7) {
                case 0 -> a = load(i);
                case 1 -> x = loadX(i);
                case 2 -> words[i.k()] = a;
                case 3 -> words[i.k()] = x;
                case 4 -> a = compute(i.code() & 0xf0, with);
                case 5 -> at += i.code() == 5 ? i.k() : holds(i.code(), with) ? i.jt() : i.jf();
                case 6 -> {
                    return i.k();
                }
                default -> move(i.code());
            }
            if (torn) {
                return 0;
            }
        }
        return ENDLESS;
    }

    private void move(int code) {
        if (code == 7) {
            x = a;
        } else {
            a = x;
        }
    }

    private int load(Instruction i) {
        return switch (i.code() & 0xe0) {
            case 0x00 -> i.k();
            case 0x20 -> read(Integer.toUnsignedLong(i.k()), i.code());
            case 0x40 -> read(Integer.toUnsignedLong(i.k() + x), i.code());
            case 0x60 -> words[i.k()];
            default -> packet.length;
        };
    }

    private int loadX(Instruction i) {
        return switch (i.code()) {
            case 0x01 -> i.k();
            case 0x61 -> words[i.k()];
            default -> (read(i.k(), 0x10) & 0xf) << 2;
        };
    }

    private int read(long from, int code) {
        int size = (code & 0x18) == 0 ? 4 : (code & 0x18) == 8 ? 2 : 1;
        torn = from + size > packet.length;
        int value = 0;
        for (int i = 0; i < size && !torn; i++) {
            value = value << 8 | Byte.toUnsignedInt(packet[(int) from + i]);
        }
        return value;
    }

    private int compute(int operation, int with) {
        boolean division = operation == 0x30 || operation == 0x90;
        torn = division && with == 0;
        boolean far = Integer.compareUnsigned(with, 31) > 0;
        return switch (operation) {
            case 0x00 -> a + with;
            case 0x10 -> a - with;
            case 0x20 -> a * with;
            case 0x30 -> torn ? 0 : Integer.divideUnsigned(a, with);
            case 0x40 -> a | with;
            case 0x50 -> a & with;
            case 0x60 -> far ? 0 : a << with;
            case 0x70 -> far ? 0 : a >>> with;
            case 0x80 -> -a;
            case 0x90 -> torn ? 0 : Integer.remainderUnsigned(a, with);
            default -> a ^ with;
        };
    }

    private boolean holds(int code, int with) {
        return switch (code & 0xf0) {
            case 0x10 -> a == with;
            case 0x20 -> Integer.compareUnsigned(a, with) > 0;
            case 0x30 -> Integer.compareUnsigned(a, with) >= 0;
            default -> (a & with) != 0;
        };
    }
}
