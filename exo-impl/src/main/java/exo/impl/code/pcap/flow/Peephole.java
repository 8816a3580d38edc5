// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import java.util.List;

/** Replaces statements that follow each other by fewer or cheaper ones, and decides branches. */
final class Peephole {
    private final Block block;
    private final Values values;
    private boolean changed;

    private Peephole(Block block, Values values) {
        this.block = block;
        this.values = values;
    }

    /** {@return whether something changed so that another pass may find more} */
    static boolean improve(Block block, Values values) {
        Peephole peephole = new Peephole(block, values);
        int last = peephole.pairs();
        if (last >= 0) {
            peephole.comparison(block.statements.get(last));
            peephole.decide();
        }
        peephole.removeDead();
        return peephole.changed;
    }

    private int next(int from) {
        List<Statement> statements = block.statements;
        int at = from;
        while (at < statements.size() && statements.get(at).isNothing()) {
            at++;
        }
        return at;
    }

    private boolean isAt(int index, int code) {
        return index < block.statements.size() && block.statements.get(index).code == code;
    }

    /** {@return the index of the last statement looked at, or -1 without statements} */
    private int pairs() {
        List<Statement> statements = block.statements;
        if (statements.isEmpty()) {
            return -1;
        }
        int last = 0;
        int at = next(0);
        while (at < statements.size()) {
            int following = next(at + 1);
            if (following >= statements.size()) {
                break;
            }
            last = following;
            pair(at, following);
            at = following;
            at = next(at);
        }
        return last;
    }

    private void pair(int at, int following) {
        Statement first = block.statements.get(at);
        Statement second = block.statements.get(following);
        if (first.code == Op.ST && second.code == Op.LDX_MEM && first.k == second.k) {
            second.code = Op.TAX;
            changed = true;
        }
        if (first.code == Op.LD_IMM && second.code == Op.TAX) {
            first.code = Op.LDX_IMM;
            second.code = Op.TXA;
            changed = true;
        }
        if (first.code == Op.LD_IMM && (block.usedOut & Cells.bits(Cells.X)) == 0) {
            index(first, second.code == Op.LDX_MSH ? next(following + 1) : following);
        }
    }

    /** Moves a constant that is added to X before an indirect load into the load. */
    private void index(Statement constant, int add) {
        int tax = next(add + 1);
        int load = next(tax + 1);
        if (!isAt(add, Op.ADD | Op.X) || !isAt(tax, Op.TAX)
                || load >= block.statements.size()
                || !Op.isIndirect(block.statements.get(load).code)) {
            return;
        }
        block.statements.get(load).k += constant.k;
        constant.clear();
        block.statements.get(add).clear();
        block.statements.get(tax).clear();
        changed = true;
    }

    private void comparison(Statement last) {
        if (block.code != Op.JEQ || (block.usedOut & Cells.bits(Cells.A)) != 0) {
            return;
        }
        if (last.code == (Op.SUB | Op.X)) {
            int x = block.values[Cells.X];
            if (values.isConstant(x)) {
                block.k += values.constantOf(x);
                last.clear();
                changed = true;
            } else if (block.k == 0) {
                last.clear();
                block.code = Op.JEQ | Op.X;
                changed = true;
            }
        } else if (last.code == Op.SUB) {
            last.clear();
            block.k += last.k;
            changed = true;
        } else if (last.code == Op.AND && block.k == 0) {
            block.k = last.k;
            block.code = Op.JSET;
            last.clear();
            Block onTrue = block.onTrue();
            block.edges[0].lead(block.onFalse());
            block.edges[1].lead(onTrue);
            changed = true;
        }
    }

    private void decide() {
        if (block.isReturn()) {
            return;
        }
        if (block.code == Op.JSET && block.k == 0) {
            block.edges[0].lead(block.onFalse());
        }
        if (block.code == Op.JSET && block.k == -1) {
            block.edges[1].lead(block.onTrue());
        }
        int x = block.values[Cells.X];
        if (values.isConstant(x) && Op.usesX(block.code)) {
            block.code &= ~Op.X;
            block.k = values.constantOf(x);
        }
        int a = block.values[Cells.A];
        if (values.isConstant(a) && !Op.usesX(block.code)) {
            changed |= !block.isDecided();
            if (holds(values.constantOf(a))) {
                block.edges[1].lead(block.onTrue());
            } else {
                block.edges[0].lead(block.onFalse());
            }
        }
    }

    private boolean holds(int a) {
        return switch (block.code) {
            case Op.JEQ -> a == block.k;
            case Op.JGT -> Integer.compareUnsigned(a, block.k) > 0;
            case Op.JGE -> Integer.compareUnsigned(a, block.k) >= 0;
            default -> (a & block.k) != 0;
        };
    }

    /** Removes what writes a cell that is written again, or not needed, before it is read. */
    private void removeDead() {
        Statement[] unread = new Statement[Cells.COUNT];
        for (Statement statement : block.statements) {
            read(unread, Cells.bits(statement.use()));
            int cell = statement.definition();
            if (cell != Cells.NONE) {
                remove(unread[cell]);
                unread[cell] = statement;
            }
        }
        read(unread, block.branchUse());
        for (int cell = 0; cell < Cells.COUNT; cell++) {
            if ((block.usedOut & Cells.bits(cell)) == 0) {
                remove(unread[cell]);
            }
        }
    }

    private static void read(Statement[] unread, int bits) {
        for (int left = bits; left != 0; left &= left - 1) {
            unread[Integer.numberOfTrailingZeros(left)] = null;
        }
    }

    private void remove(Statement statement) {
        if (statement != null) {
            statement.clear();
            changed = true;
        }
    }
}
