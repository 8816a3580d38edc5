// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.code.ClassicProgram.Instruction;
import java.util.List;

/** Instructions of classic BPF as {@code tcpdump -d} prints them. */
final class ClassicListing {
    private static final int CLASS = 0x07;
    private static final int ALU = 0x04;
    private static final int JMP = 0x05;
    private static final int JA = 0x05;
    private static final int X = 0x08;

    /** From here on, loads read data of the Linux kernel; each fourth place has a name. */
    private static final int ANCILLARY = 0xffff_f000;
    private static final List<String> LINUX = List.of("proto", "type", "ifidx", "nla", "nlan",
            "mark", "queue", "hatype", "rxhash", "cpu", "xor_x", "vlan_tci", "vlanp", "poff",
            "random", "vlan_tpid");

    private ClassicListing() {}

    /**
     * {@return a line, without its end}
     *
     * @param index the number of the instruction
     * @param instruction the instruction
     */
    static String line(int index, Instruction instruction) {
        String operation = operation(instruction.code());
        String operand = operation.equals("unimp")
                ? "0x" + Integer.toHexString(instruction.code())
                : operand(index, instruction);
        StringBuilder line = new StringBuilder().append('(');
        line.append("0".repeat(Math.max(0, 3 - String.valueOf(index).length())))
                .append(index)
                .append(") ");
        pad(line, operation, 8).append(' ');
        boolean branches = (instruction.code() & CLASS) == JMP
                && (instruction.code() & 0xf0) != 0;
        if (!branches) {
            return line.append(operand).toString();
        }
        return pad(line, operand, 16).append(" jt ")
                .append(index + 1 + instruction.jt())
                .append("\tjf ")
                .append(index + 1 + instruction.jf())
                .toString();
    }

    private static StringBuilder pad(StringBuilder line, String text, int width) {
        return line.append(text).append(" ".repeat(Math.max(0, width - text.length())));
    }

    private static String operation(int code) {
        return switch (code) {
            case 0x00, 0x20, 0x40, 0x60, 0x80 -> "ld";
            case 0x28, 0x48 -> "ldh";
            case 0x30, 0x50 -> "ldb";
            case 0x01, 0x61 -> "ldx";
            case 0xb1 -> "ldxb";
            case 0x02 -> "st";
            case 0x03 -> "stx";
            case 0x06, 0x16 -> "ret";
            case 0x07 -> "tax";
            case 0x87 -> "txa";
            case JA -> "ja";
            default -> calculation(code);
        };
    }

    private static String calculation(int code) {
        return switch (code & ~X) {
            case 0x04 -> "add";
            case 0x14 -> "sub";
            case 0x24 -> "mul";
            case 0x34 -> "div";
            case 0x44 -> "or";
            case 0x54 -> "and";
            case 0x64 -> "lsh";
            case 0x74 -> "rsh";
            case 0x84 -> code == 0x84 ? "neg" : "unimp";
            case 0x94 -> "mod";
            case 0xa4 -> "xor";
            case 0x15 -> "jeq";
            case 0x25 -> "jgt";
            case 0x35 -> "jge";
            case 0x45 -> "jset";
            default -> "unimp";
        };
    }

    private static String operand(int index, Instruction instruction) {
        int code = instruction.code();
        int k = instruction.k();
        return switch (code) {
            case 0x20, 0x28, 0x30 -> "[" + place(k) + "]";
            case 0x40, 0x48, 0x50 -> "[x + " + k + "]";
            case 0x60, 0x61, 0x02, 0x03 -> "M[" + k + "]";
            case 0x80 -> "#pktlen";
            case 0xb1 -> "4*([" + k + "]&0xf)";
            case 0x00, 0x01 -> hex(k);
            case 0x06 -> "#" + k;
            case 0x16, 0x07, 0x87, 0x84 -> "";
            case JA -> String.valueOf(index + 1 + k);
            default -> calculated(code, k);
        };
    }

    /** {@return where an absolute load reads: in the packet, or data of the Linux kernel} */
    private static String place(int k) {
        int word = k - ANCILLARY;
        return word >= 0 && k < 0 && word % 4 == 0 && word / 4 < LINUX.size()
                ? LINUX.get(word / 4)
                : String.valueOf(k);
    }

    private static String calculated(int code, int k) {
        if ((code & X) != 0) {
            return "x";
        }
        boolean bitwise = (code & CLASS) != ALU || code == 0x44 || code == 0x54 || code == 0xa4;
        return bitwise ? hex(k) : "#" + k;
    }

    private static String hex(int k) {
        return "#0x" + Integer.toHexString(k);
    }
}
