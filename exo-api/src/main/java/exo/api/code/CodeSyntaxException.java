// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

/** The text of a program or of an expression was not understood. */
public final class CodeSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * Makes the exception.
     *
     * @param line the line of the fault, from 1
     * @param column the column of the fault, from 1
     * @param cause what is wrong, with what was read and what would fit
     */
    public CodeSyntaxException(int line, int column, String cause) {
        super("line " + line + ", column " + column + ": " + cause);
        this.line = line;
        this.column = column;
    }

    /** {@return the line of the fault, from 1} */
    public int line() {
        return line;
    }

    /** {@return the column of the fault, from 1} */
    public int column() {
        return column;
    }
}
