// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * The verifier refused a program.
 */
public final class VerificationException extends ExoException {
    private static final long serialVersionUID = 1L;

    private final int instruction;
    private final String rule;

    /**
     * Makes the exception.
     *
     * @param instruction index of the instruction that breaks the rule; -1 if it is about the whole
     * @param rule the name of the rule, fixed, for example {@code jump-out-of-range}
     * @param cause what is wrong, with the values
     * @param remedy how to mend the program; may be empty
     */
    public VerificationException(int instruction, String rule, String cause, String remedy) {
        super(ErrorCode.REFUSED_PROGRAM, Blame.CALLER,
                instruction < 0 ? "program" : "instruction " + instruction, rule + ": " + cause,
                remedy);
        this.instruction = instruction;
        this.rule = rule;
    }

    /** {@return the index of the offending instruction, or -1 if it is about the whole program} */
    public int instruction() {
        return instruction;
    }

    /** {@return the name of the rule that was broken} */
    public String rule() {
        return rule;
    }
}
