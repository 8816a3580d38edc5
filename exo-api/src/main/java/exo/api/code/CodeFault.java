// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

/**
 * A run of a program ended because it broke a rule that was checked as it ran.
 *
 * <p>Only programs under {@link Contract.Guard#CHECKED} come to this. What the run wrote before
 * stays written.
 */
public final class CodeFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int instruction;

    /**
     * Makes the exception.
     *
     * @param instruction the slot of the instruction that broke the rule; -1 if it is not known
     * @param cause what it did, with the values
     */
    public CodeFault(int instruction, String cause) {
        super(instruction < 0 ? cause : "instruction " + instruction + ": " + cause);
        this.instruction = instruction;
    }

    /** {@return the slot of the instruction that broke the rule; -1 if it is not known} */
    public int instruction() {
        return instruction;
    }
}
