// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The labels of a text, and the jumps that wait to know where theirs lie. */
final class Labels {
    /** The most characters of a label. */
    static final int MAX_LENGTH = 256;
    /** The most labels of a text. */
    static final int MAX_LABELS = Program.MAX_SLOTS;
    /** The label that means the first {@code exit}, unless the text has one of this name. */
    static final String EXIT = "exit";

    private static final int IMMEDIATE_SHIFT = 32;
    private static final int OFFSET_SHIFT = 16;

    /** A jump to a label. */
    private record Use(int slot, Token label, int line) {}

    private final Map<String, Integer> places = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();
    private int firstExit = -1;

    /**
     * Notes a label.
     *
     * @param reader the line it stands in
     * @param label the label
     * @param slot the slot that follows it
     */
    void define(LineReader reader, Token label, int slot) {
        if (label.text().length() > MAX_LENGTH) {
            throw reader.refuse(label, "a label has up to " + MAX_LENGTH
                    + " characters, but this one is " + label.shown());
        }
        if (places.size() == MAX_LABELS) {
            throw reader.refuse(label,
                    "a text has up to " + MAX_LABELS + " labels; " + label.shown()
                            + " is one more");
        }
        if (places.putIfAbsent(label.text(), slot) != null) {
            throw reader.refuse(label, "the label " + label.shown() + " is there already");
        }
    }

    /** Notes an {@code exit}. */
    void exit(int slot) {
        if (firstExit < 0) {
            firstExit = slot;
        }
    }

    /** Notes a jump that {@link #resolve} is to complete. */
    void use(int slot, Token label, int line) {
        uses.add(new Use(slot, label, line));
    }

    /**
     * Completes all jumps.
     *
     * @param slots the slots of the program
     * @param length how many there are
     */
    void resolve(long[] slots, int length) {
        if (firstExit >= 0) {
            places.putIfAbsent(EXIT, firstExit);
        }
        for (Use use : uses) {
            int distance = place(use, length) - use.slot - 1;
            int opcode = Isa.opcode(slots[use.slot]);
            boolean isFar = opcode == (Isa.JMP32 | Isa.JA) || opcode == (Isa.JMP | Isa.CALL);
            if (!isFar && distance != (short) distance) {
                throw refuse(use, use.label.shown() + " is " + distance + " slots away, which does"
                        + " not fit 16 bits; jump to a 'ja32' that is nearer");
            }
            slots[use.slot] |= isFar
                    ? (long) distance << IMMEDIATE_SHIFT
                    : (distance & 0xffffL) << OFFSET_SHIFT;
        }
    }

    private int place(Use use, int length) {
        Integer place = places.get(use.label.text());
        if (place == null) {
            Optional<String> near = Nearest.of(use.label.text(), places.keySet());
            throw refuse(use, "there is no label " + use.label.shown()
                    + near.map(n -> "; did you mean '" + n + "'?").orElse(""));
        }
        if (place == length) {
            throw refuse(use, "no instruction follows the label " + use.label.shown());
        }
        return place;
    }

    private static CodeSyntaxException refuse(Use use, String cause) {
        return new CodeSyntaxException(use.line, use.label.column(), cause);
    }
}
