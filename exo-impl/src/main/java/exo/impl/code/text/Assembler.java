// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import exo.impl.code.text.Token.Kind;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads programs from text: the language of the package page.
 *
 * <p>It checks that the text means slots, not that the slots mean a program that may run: the
 * verifier does that. Time and memory are bounded by the text's length.
 */
public final class Assembler {
    /** The most characters of a text. */
    public static final int MAX_CHARACTERS = 1 << 26;

    private static final int FIRST_SLOTS = 64;
    private static final int DESTINATION_SHIFT = 8;
    private static final int SOURCE_SHIFT = 12;
    private static final int OFFSET_SHIFT = 16;
    private static final int IMMEDIATE_SHIFT = 32;
    private static final long OFFSET_MASK = 0xffff;

    private final Labels labels = new Labels();
    private final RegionTexts regions = new RegionTexts();
    private long[] slots = new long[FIRST_SLOTS];
    private int length;

    private Assembler() {}

    /**
     * {@return the program that a text means}
     *
     * @param text the text, up to {@value #MAX_CHARACTERS} characters
     * @throws CodeSyntaxException if it means none
     */
    public static Program assemble(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new CodeSyntaxException(1, 1, "a text has up to " + MAX_CHARACTERS
                    + " characters, but this one has " + text.length());
        }
        return new Assembler().read(text);
    }

    private Program read(String text) {
        int line = 1;
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            line(new LineReader(text.substring(start, end), line));
            start = end + 1;
            line++;
        }
        if (length == 0) {
            throw new CodeSyntaxException(1, 1,
                    "the text has no instruction; a program needs at least one, as in 'exit'");
        }
        labels.resolve(slots, length);
        return Program.of(regions.resolve(slots), Arrays.copyOf(slots, length));
    }

    private void line(LineReader reader) {
        while (reader.peek().kind() == Kind.WORD && reader.isFollowedBy(':')) {
            labels.define(reader, reader.next(), length);
            reader.expect(':');
        }
        if (reader.peek().kind() == Kind.END) {
            return;
        }
        Token word = reader.next();
        if (word.kind() != Kind.WORD) {
            throw reader.refuse(word, "an instruction should be here, not " + word.shown());
        }
        switch (word.text()) {
            case ".region" -> regions.begin(reader);
            case ".bytes" -> regions.more(reader, word);
            case ".slot" -> add(reader, word, reader.number64());
            default -> instruction(reader, word);
        }
        reader.expectEnd();
    }

    private void instruction(LineReader reader, Token word) {
        Form form = form(reader, word);
        reader.usage("; '" + form.name() + "' takes " + form.shape().operands());
        long slot = Program.slot(form.opcode(), 0, 0, form.offset(), form.immediate());
        switch (form.shape()) {
            case ARITHMETIC -> {
                slot |= destination(reader);
                add(reader, word, slot | commaOperand(reader));
            }
            case EXTEND -> {
                slot |= destination(reader);
                add(reader, word, slot | commaSource(reader));
            }
            case ONE_REGISTER -> add(reader, word, slot | destination(reader));
            case WIDE -> wide(reader, word, slot | destination(reader));
            case LOAD -> {
                slot |= destination(reader);
                reader.expect(',');
                add(reader, word, slot | memory(reader, SOURCE_SHIFT));
            }
            case STORE_NUMBER -> {
                slot |= memory(reader, DESTINATION_SHIFT);
                reader.expect(',');
                add(reader, word, slot | immediate(reader.number32()));
            }
            case STORE -> {
                slot |= memory(reader, DESTINATION_SHIFT);
                add(reader, word, slot | commaSource(reader));
            }
            case JUMP -> jump(reader, word, slot);
            case BRANCH -> {
                slot |= destination(reader);
                slot |= commaOperand(reader);
                reader.expect(',');
                jump(reader, word, slot);
            }
            case CALL -> call(reader, word, slot);
            case PACKET -> add(reader, word, slot | immediate(reader.number32()));
            case PACKET_AT -> {
                slot |= (long) reader.register() << SOURCE_SHIFT;
                reader.expect(',');
                add(reader, word, slot | immediate(reader.number32()));
            }
            case NOTHING -> {
                labels.exit(length);
                add(reader, word, slot);
            }
        }
    }

    private static Form form(LineReader reader, Token word) {
        String name = word.text().toLowerCase(Locale.ROOT);
        if (name.equals("lock")) {
            String fetch = reader.takes("fetch") ? "fetch " : "";
            Token operation = reader.next();
            return Forms.named("lock " + fetch + operation.text().toLowerCase(Locale.ROOT))
                    .orElseThrow(() -> reader.refuse(operation, "after 'lock' comes add, or, and"
                            + " or xor, perhaps with 'fetch' before it, or xchg or cmpxchg, perhaps"
                            + " with 32 behind it, but not " + operation.shown()));
        }
        Optional<Form> form = Forms.named(name);
        if (form.isPresent()) {
            return form.get();
        }
        throw reader.refuse(word, "there is no instruction " + word.shown()
                + Forms.nearest(name).map(n -> "; did you mean '" + n + "'?").orElse(""));
    }

    private static long destination(LineReader reader) {
        return (long) reader.register() << DESTINATION_SHIFT;
    }

    private static long commaSource(LineReader reader) {
        reader.expect(',');
        return (long) reader.register() << SOURCE_SHIFT;
    }

    private static long commaOperand(LineReader reader) {
        reader.expect(',');
        return reader.isRegister()
                ? Isa.X | (long) reader.register() << SOURCE_SHIFT
                : immediate(reader.number32());
    }

    private static long immediate(int value) {
        return (long) value << IMMEDIATE_SHIFT;
    }

    /** Reads {@code [%r1+4]}: the register goes where {@code shift} says. */
    private static long memory(LineReader reader, int shift) {
        reader.expect('[');
        long register = reader.register();
        long offset = 0;
        if (reader.peek().is('+') || reader.peek().is('-')) {
            offset = reader.signed16() & OFFSET_MASK;
        }
        reader.expect(']');
        return register << shift | offset << OFFSET_SHIFT;
    }

    private void wide(LineReader reader, Token word, long slot) {
        reader.expect(',');
        if (reader.takes("region")) {
            int offset = regions.use(reader, length);
            add(reader, word, slot | (long) Isa.LDDW_REGION << SOURCE_SHIFT);
            add(reader, word, immediate(offset));
        } else {
            long value = reader.number64();
            add(reader, word, slot | immediate((int) value));
            add(reader, word, immediate((int) (value >>> IMMEDIATE_SHIFT)));
        }
    }

    private void jump(LineReader reader, Token word, long slot) {
        boolean isFar = Isa.opcode(slot) == (Isa.JMP32 | Isa.JA)
                || Isa.opcode(slot) == (Isa.JMP | Isa.CALL);
        Token target = reader.peek();
        long distance = 0;
        if (target.is('+') || target.is('-')) {
            distance = isFar
                    ? immediate(reader.signed32())
                    : (reader.signed16() & OFFSET_MASK) << OFFSET_SHIFT;
        } else if (target.kind() != Kind.WORD || Character.isDigit(target.text().charAt(0))) {
            throw reader.misfit(target, "a label, or a distance with its sign as in +2,");
        } else {
            labels.use(length, reader.next(), reader.line());
        }
        add(reader, word, slot | distance);
    }

    private void call(LineReader reader, Token word, long slot) {
        if (reader.takes("local")) {
            jump(reader, word, slot | (long) Isa.CALL_LOCAL << SOURCE_SHIFT);
        } else if (reader.isRegister()) {
            add(reader, word, slot | Isa.X | destination(reader));
        } else {
            add(reader, word, slot | immediate(reader.number32()));
        }
    }

    private void add(LineReader reader, Token word, long slot) {
        if (length == Program.MAX_SLOTS) {
            throw reader.refuse(word, "a program has up to " + Program.MAX_SLOTS
                    + " slots; this instruction is beyond");
        }
        if (length == slots.length) {
            slots = Arrays.copyOf(slots, 2 * length);
        }
        slots[length++] = slot;
    }
}
