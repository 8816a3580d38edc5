// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An instruction that neither branches nor returns. The optimiser changes it in place. */
public final class Statement {
    int code;
    int k;

    private Statement(int code, int k) {
        this.code = code;
        this.k = k;
    }

    /**
     * {@return a statement}
     *
     * @param code its code
     * @param k its operand
     */
    public static Statement of(int code, int k) {
        return new Statement(code, k);
    }

    /**
     * {@return a statement without operand}
     *
     * @param code its code
     */
    public static Statement of(int code) {
        return new Statement(code, 0);
    }

    /**
     * {@return a list of statements, which may grow}
     *
     * @param statements the statements
     */
    public static List<Statement> list(Statement... statements) {
        return new ArrayList<>(Arrays.asList(statements));
    }

    /**
     * {@return whether it loads this constant into A}
     *
     * @param least the least value, without sign
     * @param most the greatest value, without sign
     */
    public boolean isConstant(int least, int most) {
        return code == Op.LD_IMM && Integer.compareUnsigned(k, least) >= 0
                && Integer.compareUnsigned(k, most) <= 0;
    }

    void clear() {
        code = Op.NOTHING;
    }

    boolean isNothing() {
        return code == Op.NOTHING;
    }

    /** {@return the cell it reads: a scratch word, A, X, both or none} */
    int use() {
        if (isNothing()) {
            return Cells.NONE;
        }
        return switch (code) {
            case Op.LD_MEM, Op.LDX_MEM -> k;
            case Op.ST, Op.TAX, Op.NEG -> Cells.A;
            case Op.STX, Op.TXA -> Cells.X;
            default -> Op.isAlu(code)
                    ? Op.usesX(code) ? Cells.BOTH : Cells.A
                    : Op.isIndirect(code) ? Cells.X : Cells.NONE;
        };
    }

    /** {@return the cell it writes: a scratch word, A, X or none} */
    int definition() {
        if (isNothing()) {
            return Cells.NONE;
        }
        return switch (code) {
            case Op.LDX_IMM, Op.LDX_MEM, Op.LDX_MSH, Op.TAX -> Cells.X;
            case Op.ST, Op.STX -> k;
            default -> Cells.A;
        };
    }
}
