// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers values: two computations get the same number if they compute the same from the same. 0
 * stands for what is not known. A statement that computes what is there already is cleared, if that
 * is wanted.
 */
final class Values {
    /** What is not known. */
    static final int UNKNOWN = 0;

    private final Map<Computation, Integer> numbers = new HashMap<>();
    private final List<Constant> constants = new ArrayList<>(List.of(Constant.NONE));
    private final boolean alters;
    /** Whether a statement was changed so that another pass may find more. */
    private boolean changed;

    /**
     * Starts without values.
     *
     * @param alters whether to change statements
     */
    Values(boolean alters) {
        this.alters = alters;
    }

    private record Computation(int code, int one, int other) {}

    private record Constant(boolean isKnown, int value) {
        private static final Constant NONE = new Constant(false, 0);
    }

    boolean hasChanged() {
        return changed;
    }

    private int of(int code, int one, int other) {
        Computation computation = new Computation(code, one, other);
        Integer number = numbers.get(computation);
        if (number == null) {
            number = constants.size();
            numbers.put(computation, number);
            boolean isConstant = code == Op.LD_IMM;
            constants.add(isConstant ? new Constant(true, one) : Constant.NONE);
        }
        return number;
    }

    /** {@return the number of a constant} */
    int constant(int k) {
        return of(Op.LD_IMM, k, 0);
    }

    boolean isConstant(int number) {
        return constants.get(number).isKnown;
    }

    int constantOf(int number) {
        return constants.get(number).value;
    }

    private void set(Statement statement, int[] cells, int cell, int number) {
        if (alters && number != UNKNOWN && cells[cell] == number) {
            statement.clear();
        } else {
            cells[cell] = number;
        }
    }

    private void become(Statement statement, int code, int k) {
        statement.code = code;
        statement.k = k;
        changed = true;
    }

    /** Follows a statement: changes what the cells hold. */
    void follow(Statement s, int[] cells) {
        if (s.isNothing()) {
            return;
        }
        switch (s.code) {
            case Op.LD_IMM -> set(s, cells, Cells.A, constant(s.k));
            case Op.LDX_IMM -> set(s, cells, Cells.X, constant(s.k));
            case Op.LD_LEN -> set(s, cells, Cells.A, of(s.code, 0, 0));
            case Op.LDX_MSH -> set(s, cells, Cells.X, of(s.code, s.k, 0));
            case Op.LD_MEM -> fromWord(s, cells, Op.LD_IMM, Cells.A);
            case Op.LDX_MEM -> fromWord(s, cells, Op.LDX_IMM, Cells.X);
            case Op.ST -> set(s, cells, s.k, cells[Cells.A]);
            case Op.STX -> set(s, cells, s.k, cells[Cells.X]);
            case Op.TAX -> set(s, cells, Cells.X, cells[Cells.A]);
            case Op.TXA -> set(s, cells, Cells.A, cells[Cells.X]);
            case Op.NEG -> negate(s, cells);
            default -> {
                if (Op.isAbsolute(s.code)) {
                    set(s, cells, Cells.A, of(s.code, s.k, 0));
                } else if (Op.isIndirect(s.code)) {
                    indirect(s, cells);
                } else if (Op.usesX(s.code)) {
                    computeWithX(s, cells);
                } else {
                    computeWithConstant(s, cells);
                }
            }
        }
    }

    private void fromWord(Statement s, int[] cells, int asConstant, int cell) {
        int number = cells[s.k];
        if (alters && isConstant(number)) {
            become(s, asConstant, constantOf(number));
        }
        set(s, cells, cell, number);
    }

    private void negate(Statement s, int[] cells) {
        int a = cells[Cells.A];
        if (alters && isConstant(a)) {
            s.code = Op.LD_IMM;
            s.k = -constantOf(a);
            cells[Cells.A] = constant(s.k);
        } else {
            cells[Cells.A] = of(s.code, a, 0);
        }
    }

    private void indirect(Statement s, int[] cells) {
        int x = cells[Cells.X];
        if (alters && isConstant(x)) {
            become(s, s.code - Op.LD_IND + Op.LD_ABS, s.k + constantOf(x));
            set(s, cells, Cells.A, of(s.code, s.k, 0));
        } else {
            // An indirect load from an unknown X has a number of its own kind.
            set(s, cells, Cells.A, of(s.code, s.k, x));
        }
    }

    private void computeWithConstant(Statement s, int[] cells) {
        int a = cells[Cells.A];
        if (alters && s.k == 0) {
            switch (s.code) {
                case Op.ADD, Op.LSH, Op.RSH, Op.OR, Op.XOR -> {
                    s.clear();
                    return;
                }
                case Op.MUL, Op.AND -> {
                    s.code = Op.LD_IMM;
                    cells[Cells.A] = constant(0);
                    return;
                }
                case Op.DIV, Op.MOD -> throw new Optimizer.Nonsense("division by the constant 0");
                default -> {
                    // Subtraction of 0 stays.
                }
            }
        }
        if (alters && isConstant(a)) {
            become(s, Op.LD_IMM, Values.compute(s.code, constantOf(a), s.k));
            cells[Cells.A] = constant(s.k);
            return;
        }
        cells[Cells.A] = of(s.code, a, constant(s.k));
    }

    private void computeWithX(Statement s, int[] cells) {
        int a = cells[Cells.A];
        int x = cells[Cells.X];
        int plain = s.code & ~Op.X;
        if (alters && isConstant(x)) {
            if (isConstant(a)) {
                become(s, Op.LD_IMM, compute(plain, constantOf(a), constantOf(x)));
                cells[Cells.A] = constant(s.k);
                return;
            }
            become(s, plain, constantOf(x));
            if ((plain == Op.LSH || plain == Op.RSH) && Integer.compareUnsigned(s.k, 31) > 0) {
                throw new Optimizer.Nonsense("a shift by more than 31 bits");
            }
            cells[Cells.A] = of(s.code, a, constant(s.k));
            return;
        }
        if (alters && isConstant(a) && constantOf(a) == 0 && plain != Op.SUB) {
            if (plain == Op.ADD || plain == Op.OR || plain == Op.XOR) {
                s.code = Op.TXA;
                set(s, cells, Cells.A, x);
            } else {
                s.code = Op.LD_IMM;
                s.k = 0;
                set(s, cells, Cells.A, constant(0));
            }
            return;
        }
        cells[Cells.A] = of(s.code, a, x);
    }

    private static int compute(int code, int a, int with) {
        return switch (code) {
            case Op.ADD -> a + with;
            case Op.SUB -> a - with;
            case Op.MUL -> a * with;
            case Op.AND -> a & with;
            case Op.OR -> a | with;
            case Op.XOR -> a ^ with;
            case Op.LSH -> Integer.compareUnsigned(with, 31) > 0 ? 0 : a << with;
            case Op.RSH -> Integer.compareUnsigned(with, 31) > 0 ? 0 : a >>> with;
            default -> {
                if (with == 0) {
                    throw new Optimizer.Nonsense("division by the constant 0");
                }
                yield code == Op.DIV
                        ? Integer.divideUnsigned(a, with)
                        : Integer.remainderUnsigned(a, with);
            }
        };
    }
}
