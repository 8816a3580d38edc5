// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.impl.code.isa.Isa;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What holds on one way through a program: what registers hold, and what the packet is known to be.
 * Mutable; forks.
 */
final class Path {
    /** The most words of the stack that are kept in mind. */
    private static final int MAX_WORDS = 64;
    private static final int NO_BASE = 0;

    final Value[] registers;
    int slot;
    /** Literals that hold. */
    private int[] known;
    private int count;
    /** Sets of literals of which not all hold. */
    private List<int[]> excluded;
    /** Whether the way was taken for a reason that literals and lengths cannot express. */
    private boolean hasResidue;
    private int least; // bytes
    private int fewer = Integer.MAX_VALUE; // bytes
    private int base = NO_BASE;
    private int leastBehindBase; // bytes
    private List<Word> stack;

    /** A program is not of the form that can be merged with others. */
    static final class NotOfFormException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotOfFormException(String cause) {
            super(cause);
        }
    }

    /** A word of the stack. */
    private record Word(long at, int bytes, Value value) {}

    Path() {
        registers = new Value[Isa.REGISTERS];
        Arrays.fill(registers, Value.UNKNOWN);
        registers[1] = Value.CONTEXT;
        registers[Isa.FP] = Value.stack(0);
        known = new int[Long.SIZE];
        excluded = List.of();
        stack = List.of();
    }

    private Path(Path other) {
        registers = other.registers.clone();
        slot = other.slot;
        known = other.known.clone();
        count = other.count;
        excluded = other.excluded;
        hasResidue = other.hasResidue;
        least = other.least;
        fewer = other.fewer;
        base = other.base;
        leastBehindBase = other.leastBehindBase;
        stack = other.stack;
    }

    Path fork() {
        return new Path(this);
    }

    // --- the packet ---------------------------------------------------------------------------

    /** {@return whether a literal holds: 1 yes, 0 no, -1 not known} */
    int holds(int literal) {
        for (int i = 0; i < count; i++) {
            if (known[i] >> 1 == literal >> 1) {
                return known[i] == literal ? 1 : 0;
            }
        }
        return -1;
    }

    /** Assumes that all literals hold; {@return whether they can} */
    boolean assume(int[] literals) {
        for (int literal : literals) {
            int holds = holds(literal);
            if (holds == 0) {
                return false;
            }
            if (holds < 0) {
                if (count == known.length) {
                    known = Arrays.copyOf(known, count * 2);
                }
                known[count++] = literal;
            }
        }
        return literals.length == 0 || excluded.isEmpty() || propagate();
    }

    /** Assumes that not all literals hold; {@return whether that can be} */
    boolean assumeNot(int[] literals) {
        int[] open = new int[literals.length];
        int left = 0;
        for (int literal : literals) {
            int holds = holds(literal);
            if (holds == 0) {
                return true;
            }
            if (holds < 0) {
                open[left++] = literal;
            }
        }
        if (left == 0) {
            return false;
        }
        if (left == 1) {
            return assume(new int[]{open[0] ^ 1});
        }
        List<int[]> more = new ArrayList<>(excluded);
        more.add(Arrays.copyOf(open, left));
        excluded = more;
        return true;
    }

    /** Draws conclusions from the sets, now that more is known. */
    private boolean propagate() {
        List<int[]> before = excluded;
        excluded = List.of();
        for (int[] literals : before) {
            if (!assumeNot(literals)) {
                return false;
            }
        }
        return true;
    }

    /** Notes a reason that cannot be expressed. */
    void assumeUnknown() {
        hasResidue = true;
    }

    /** Assumes that the packet has so many bytes from a base on; {@return whether it can} */
    boolean assumeLength(int from, long bytes) {
        int needed = Math.clamp(bytes, 0, Integer.MAX_VALUE);
        if (from != NO_BASE) {
            useBase(from);
            leastBehindBase = Math.max(leastBehindBase, needed);
        }
        least = Math.max(least, needed);
        return least < fewer;
    }

    /** Assumes the opposite of {@link #assumeLength}; {@return whether that can be} */
    boolean assumeShorter(int from, long bytes) {
        if (bytes <= known(from)) {
            return false;
        }
        if (from == NO_BASE) {
            fewer = (int) Math.min(fewer, bytes);
        }
        hasResidue = true;
        return least < fewer;
    }

    /** {@return how many bytes the packet is known to have from a base on} */
    int known(int from) {
        if (from == NO_BASE) {
            return least;
        }
        return from == base ? leastBehindBase : 0;
    }

    private void useBase(int wanted) {
        if (base != NO_BASE && base != wanted) {
            throw new NotOfFormException("headers at several places");
        }
        base = wanted;
    }

    /** {@return what a load gives that is known to be inside the packet} */
    Value load(int from, long at, int bytes, boolean isBigEndian) {
        if (from != NO_BASE) {
            useBase(from);
        }
        return at < 0 || at + bytes > Bits.MAX_OFFSET
                ? Value.UNKNOWN
                : Value.bits(Bits.load(Bits.place(from, (int) at), bytes, isBigEndian));
    }

    /** What is to become of the end of a way. */
    interface Ending<T> {
        T make(Conjunction wanted, Shape shape, List<int[]> excluded, boolean hasResidue);
    }

    <T> T finish(Ending<T> ending) {
        Conjunction wanted = Conjunction.of(Arrays.copyOf(known, count));
        return ending.make(wanted, Shape.of(wanted, least, base, leastBehindBase), excluded,
                hasResidue);
    }

    // --- the stack ----------------------------------------------------------------------------

    void store(long at, int bytes, Value value) {
        List<Word> more = new ArrayList<>();
        for (Word word : stack) {
            if (word.at + word.bytes <= at || at + bytes <= word.at) {
                more.add(word);
            }
        }
        more.add(new Word(at, bytes, bytes == Long.BYTES ? value : narrow(value, bytes)));
        if (more.size() > MAX_WORDS) {
            throw new NotOfFormException("much memory");
        }
        stack = more;
    }

    Value load(long at, int bytes) {
        for (Word word : stack) {
            if (word.at == at && word.bytes == bytes) {
                return word.value;
            }
        }
        return Value.UNKNOWN;
    }

    static Value narrow(Value value, int bytes) {
        if (bytes == Integer.BYTES) {
            return value.low();
        }
        int[] cells = value.asBits();
        return cells == null
                ? Value.UNKNOWN
                : Value.bits(Bits.truncate(cells, bytes * Byte.SIZE));
    }
}
