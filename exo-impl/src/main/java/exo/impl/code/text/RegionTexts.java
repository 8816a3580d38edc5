// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.impl.code.text.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The regions of a text, and the loads that wait to know their number. */
final class RegionTexts {
    /** The most bytes of all regions of a text together. */
    static final long MAX_TOTAL_BYTES = 1L << 26;

    private static final int IMMEDIATE_SHIFT = 32;

    /** A load of a region's address. */
    private record Use(int slot, Token name, int line) {}

    private final List<Region> regions = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();
    private byte[] content = {};
    private int size;
    private long total;
    private Optional<Start> start = Optional.empty();

    /** A region whose bytes are being read. */
    private record Start(Token name, boolean isWritable, int line) {}

    /** Reads what follows {@code .region}. */
    void begin(LineReader reader) {
        finish();
        if (regions.size() == Program.MAX_REGIONS) {
            throw reader.refuse(reader.peek(), "a program has up to " + Program.MAX_REGIONS
                    + " regions; this is one more");
        }
        Token name = name(reader);
        if (name.kind() == Kind.WORD && name.text().startsWith("@")) {
            throw reader.refuse(name, "a name that begins with '@' is written in quotes");
        }
        boolean isWritable = reader.takes("writable");
        if (!isWritable && !reader.takes("constant")) {
            throw reader.misfit(reader.peek(), "'constant' or 'writable'");
        }
        start = Optional.of(new Start(name, isWritable, reader.line()));
        readBytes(reader);
    }

    /** Reads what follows {@code .bytes}. */
    void more(LineReader reader, Token directive) {
        if (start.isEmpty()) {
            throw reader.refuse(directive, "'.bytes' belongs after a '.region' line");
        }
        readBytes(reader);
    }

    /**
     * Reads what follows {@code region} in a wide load: a name, or {@code @} and a number, and an
     * offset.
     *
     * @param slot the slot of the load
     * @return the offset
     */
    int use(LineReader reader, int slot) {
        uses.add(new Use(slot, name(reader), reader.line()));
        return reader.takes('+') ? reader.unsigned32() : 0;
    }

    /**
     * Completes all loads.
     *
     * @param slots the slots of the program
     * @return the regions
     */
    List<Region> resolve(long[] slots) {
        finish();
        for (Use use : uses) {
            slots[use.slot] |= (long) index(use) << IMMEDIATE_SHIFT;
        }
        return regions;
    }

    private static Token name(LineReader reader) {
        Token name = reader.next();
        boolean isName = name.kind() == Kind.WORD || name.kind() == Kind.QUOTED;
        if (!isName || name.text().isEmpty()) {
            throw reader.misfit(name, "the name of a region");
        }
        return name;
    }

    private void readBytes(LineReader reader) {
        while (reader.peek().kind() != Kind.END) {
            int times = 1;
            if (reader.isFollowedBy('*')) {
                times = reader.unsigned32();
                reader.expect('*');
            }
            Token token = reader.next();
            byte[] bytes = bytes(reader, token);
            long sum = size + (long) bytes.length * Integer.toUnsignedLong(times);
            if (sum > Program.MAX_REGION_BYTES) {
                throw reader.refuse(token, "a region has up to " + Program.MAX_REGION_BYTES
                        + " bytes; with this there would be " + sum);
            }
            if (total + sum > MAX_TOTAL_BYTES) {
                throw reader.refuse(token, "the regions of a text have up to " + MAX_TOTAL_BYTES
                        + " bytes together; with this there would be " + (total + sum));
            }
            for (int i = 0; i < times; i++) {
                append(bytes);
            }
        }
    }

    private static byte[] bytes(LineReader reader, Token token) {
        if (token.kind() == Kind.WORD) {
            try {
                return HexFormat.of().parseHex(token.text());
            } catch (IllegalArgumentException notHex) {
                // Said below.
            }
        }
        throw reader.misfit(token, "bytes, as pairs of hexadecimal digits,");
    }

    private void append(byte[] bytes) {
        if (content.length - size < bytes.length) {
            content = Arrays.copyOf(content, Math.max(2 * content.length, size + bytes.length));
        }
        System.arraycopy(bytes, 0, content, size, bytes.length);
        size += bytes.length;
    }

    private void finish() {
        if (start.isEmpty()) {
            return;
        }
        Start begun = start.get();
        if (size == 0) {
            throw new CodeSyntaxException(begun.line, begun.name.column(), "the region "
                    + begun.name.shown() + " has no bytes; it needs at least one");
        }
        byte[] bytes = Arrays.copyOf(content, size);
        total += bytes.length;
        String name = begun.name.text();
        regions.add(begun.isWritable
                ? Region.writable(name, bytes)
                : Region.constant(name, bytes));
        size = 0;
        start = Optional.empty();
    }

    private int index(Use use) {
        String name = use.name.text();
        if (use.name.kind() == Kind.WORD && name.matches("@[0-9]{1,2}")) {
            int index = Integer.parseInt(name.substring(1));
            if (index < regions.size()) {
                return index;
            }
            throw refuse(use, "there is no region " + use.name.shown() + ": the text has "
                    + regions.size());
        }
        List<String> names = regions.stream().map(Region::name).toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw refuse(use, "there is no region " + use.name.shown()
                    + Nearest.of(name, names).map(n -> "; did you mean '" + n + "'?").orElse(""));
        }
        if (names.lastIndexOf(name) != index) {
            throw refuse(use, "there are several regions " + use.name.shown()
                    + "; write @" + index + " for the first");
        }
        return index;
    }

    private static CodeSyntaxException refuse(Use use, String cause) {
        return new CodeSyntaxException(use.line, use.name.column(), cause);
    }
}
