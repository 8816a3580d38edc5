// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.impl.code.isa.Isa;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Writes programs as text that {@link Assembler} turns into equal programs.
 *
 * <p>Slots that are no instruction are written as {@code .slot} and a number.
 */
public final class Disassembler {
    /** Numbers up to here are written in decimal, others in hexadecimal. */
    private static final int MOST_DECIMAL = 0xffff;
    private static final int BYTES_A_LINE = 32;
    private static final int SHORTEST_RUN = 16;
    private static final int SHIFT_HIGH = 32;
    private static final String INDENT = "    ";

    private final Program program;
    private final StringBuilder text = new StringBuilder();
    private final boolean[] isTarget;
    private final boolean[] isFunction;
    private final boolean[] isSecond;
    private final String[] labels;

    private Disassembler(Program program) {
        this.program = program;
        this.isTarget = new boolean[program.length()];
        this.isFunction = new boolean[program.length()];
        this.isSecond = new boolean[program.length()];
        this.labels = new String[program.length()];
    }

    /**
     * {@return the text of a program}
     *
     * @param program the program
     * @throws IllegalArgumentException if its regions have more than 64 MiB together, or the text
     *         would be longer than {@value Assembler#MAX_CHARACTERS} characters
     */
    public static String disassemble(Program program) {
        return new Disassembler(program).write();
    }

    private String write() {
        List<Region> regions = program.regions();
        long total = regions.stream().mapToLong(Region::sizeBytes).sum();
        if (total > RegionTexts.MAX_TOTAL_BYTES) {
            throw new IllegalArgumentException("the regions of this program have " + total
                    + " bytes; in a text they have up to " + RegionTexts.MAX_TOTAL_BYTES);
        }
        regions.forEach(this::region);
        if (!regions.isEmpty()) {
            text.append('\n');
        }
        findTargets();
        nameTargets();
        for (int i = 0; i < program.length(); i++) {
            if (!isSecond[i]) {
                slot(i);
            }
        }
        checkLength();
        return text.toString();
    }

    private void checkLength() {
        if (text.length() > Assembler.MAX_CHARACTERS) {
            throw new IllegalArgumentException("the text of this program is longer than "
                    + Assembler.MAX_CHARACTERS + " characters; its regions are too large for that");
        }
    }

    // --- regions ------------------------------------------------------------------------------

    private void region(Region region) {
        text.append(".region ").append(name(region.name()));
        text.append(region.isWritable() ? " writable" : " constant").append('\n');
        byte[] content = region.content();
        int at = 0;
        while (at < content.length) {
            int run = run(content, at);
            text.append("    .bytes ");
            if (run >= SHORTEST_RUN) {
                text.append(run).append('*');
                HexFormat.of().withUpperCase().toHexDigits(text, content[at]);
                at += run;
            } else {
                int end = lineEnd(content, at);
                text.append(HexFormat.of().formatHex(content, at, end));
                at = end;
            }
            text.append('\n');
            checkLength();
        }
    }

    /** {@return how many bytes from {@code at} are equal} */
    private static int run(byte[] content, int at) {
        int end = at + 1;
        while (end < content.length && content[end] == content[at]) {
            end++;
        }
        return end - at;
    }

    /** {@return where the line that begins at {@code at} ends: before a long run of one byte} */
    private static int lineEnd(byte[] content, int at) {
        int most = Math.min(content.length, at + BYTES_A_LINE);
        int runStart = at;
        for (int i = at + 1; i < most; i++) {
            if (content[i] != content[runStart]) {
                runStart = i;
            }
            if (i - runStart + 1 == SHORTEST_RUN) {
                return runStart;
            }
        }
        return most;
    }

    private static String name(String name) {
        boolean isPlain = name.charAt(0) != '@'
                && name.chars().allMatch(c -> Lexer.isWord((char) c));
        if (isPlain) {
            return name;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private String reference(int index) {
        List<Region> regions = program.regions();
        String name = regions.get(index).name();
        boolean isOnly = regions.stream().filter(r -> r.name().equals(name)).count() == 1;
        return isOnly ? name(name) : "@" + index;
    }

    // --- labels -------------------------------------------------------------------------------

    private void findTargets() {
        for (int i = 0; i < program.length(); i++) {
            if (isWide(i)) {
                isSecond[i + 1] = true;
                i++;
            }
        }
        for (int i = 0; i < program.length(); i++) {
            int target = isSecond[i] ? -1 : target(i);
            if (target >= 0) {
                isTarget[target] = true;
                isFunction[target] |= Isa.opcode(program.slot(i)) == (Isa.JMP | Isa.CALL);
            }
        }
    }

    private void nameTargets() {
        int jumps = 0;
        int functions = 0;
        for (int i = 0; i < labels.length; i++) {
            if (isFunction[i]) {
                labels[i] = "function" + ++functions;
            } else if (isTarget[i]) {
                labels[i] = "L" + ++jumps;
            }
        }
    }

    /** {@return where a slot jumps or calls, if an instruction begins there; -1 otherwise} */
    private int target(int i) {
        long slot = program.slot(i);
        Optional<Form> form = Forms.of(slot);
        if (form.isEmpty() || !hasTarget(form.get(), slot)) {
            return -1;
        }
        long target = i + 1L + distance(form.get(), slot);
        return target >= 0 && target < program.length() && !isSecond[(int) target]
                ? (int) target
                : -1;
    }

    private static boolean hasTarget(Form form, long slot) {
        return switch (form.shape()) {
            case JUMP, BRANCH -> true;
            case CALL -> Isa.opcode(slot) == form.opcode() && Isa.src(slot) == Isa.CALL_LOCAL;
            default -> false;
        };
    }

    private static int distance(Form form, long slot) {
        boolean isFar = form.isFar() || form.shape() == Form.Shape.CALL;
        return isFar ? Isa.immediate(slot) : Isa.offset(slot);
    }

    // --- instructions -------------------------------------------------------------------------

    private boolean isWide(int i) {
        long slot = program.slot(i);
        boolean isWhole = Isa.opcode(slot) == Isa.LDDW && Forms.of(slot).isPresent()
                && i + 1 < program.length() && (int) program.slot(i + 1) == 0;
        int region = Isa.src(slot) == 0 ? 0 : Isa.immediate(slot);
        return isWhole && (Isa.src(slot) == 0
                || (region >= 0 && region < program.regions().size()));
    }

    private void slot(int i) {
        if (labels[i] != null) {
            text.append(isFunction[i] && i > 0 ? "\n" : "").append(labels[i]).append(":\n");
        }
        long slot = program.slot(i);
        boolean isCut = Isa.opcode(slot) == Isa.LDDW && !isWide(i);
        Optional<Form> form = isCut ? Optional.empty() : Forms.of(slot);
        text.append(INDENT);
        if (form.isPresent()) {
            text.append(form.get().name());
            operands(i, slot, form.get());
        } else {
            text.append(String.format(".slot 0x%016x", slot));
        }
        text.append('\n');
    }

    private void operands(int i, long slot, Form form) {
        String dst = " %r" + Isa.dst(slot);
        String src = "%r" + Isa.src(slot);
        switch (form.shape()) {
            case ARITHMETIC -> text.append(dst).append(", ").append(operand(slot));
            case EXTEND -> text.append(dst).append(", ").append(src);
            case ONE_REGISTER -> text.append(dst);
            case WIDE -> text.append(dst).append(", ").append(wide(i, slot));
            case LOAD -> text.append(dst).append(", ").append(memory(src, slot));
            case STORE_NUMBER -> text.append(' ')
                    .append(memory(dst.substring(1), slot))
                    .append(", ")
                    .append(number(Isa.immediate(slot)));
            case STORE -> text.append(' ')
                    .append(memory(dst.substring(1), slot))
                    .append(", ")
                    .append(src);
            case JUMP -> text.append(' ').append(place(i, slot, form));
            case BRANCH -> text.append(dst)
                    .append(", ")
                    .append(operand(slot))
                    .append(", ")
                    .append(place(i, slot, form));
            case CALL -> call(i, slot, form);
            case PACKET -> text.append(' ').append(number(Isa.immediate(slot)));
            case PACKET_AT -> text.append(' ')
                    .append(src)
                    .append(", ")
                    .append(number(Isa.immediate(slot)));
            case NOTHING -> {
                // Nothing follows.
            }
        }
    }

    private void call(int i, long slot, Form form) {
        if (hasTarget(form, slot)) {
            text.append(" local ").append(place(i, slot, form));
        } else if (Isa.opcode(slot) == Isa.CALLX) {
            text.append(" %r").append(Isa.dst(slot));
        } else {
            text.append(' ').append(Isa.immediate(slot));
        }
    }

    private String wide(int i, long slot) {
        int high = Isa.immediate(program.slot(i + 1));
        if (Isa.src(slot) == Isa.LDDW_REGION) {
            return "region " + reference(Isa.immediate(slot))
                    + (high == 0 ? "" : "+" + Integer.toUnsignedString(high));
        }
        long value = (long) high << SHIFT_HIGH | Integer.toUnsignedLong(Isa.immediate(slot));
        return isDecimal(value) ? Long.toString(value) : String.format("0x%x", value);
    }

    private static String operand(long slot) {
        return (Isa.opcode(slot) & Isa.X) != 0
                ? "%r" + Isa.src(slot)
                : number(Isa.immediate(slot));
    }

    private static String memory(String register, long slot) {
        int offset = Isa.offset(slot);
        return "[" + register + (offset == 0 ? "" : String.format("%+d", offset)) + "]";
    }

    private String place(int i, long slot, Form form) {
        int target = target(i);
        return target >= 0 ? labels[target] : String.format("%+d", distance(form, slot));
    }

    private static String number(int value) {
        return isDecimal(value) ? Integer.toString(value) : String.format("0x%x", value);
    }

    private static boolean isDecimal(long value) {
        return value >= -MOST_DECIMAL && value <= MOST_DECIMAL;
    }
}
