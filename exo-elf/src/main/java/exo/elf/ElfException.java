// SPDX-License-Identifier: Apache-2.0
package exo.elf;

/** An object file is malformed, or asks for what there is not. */
public final class ElfException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param cause what is wrong and where, with the values, and how to mend it
     */
    public ElfException(String cause) {
        super(cause);
    }

    /**
     * Makes the exception of a fault that the library found.
     *
     * @param cause what is wrong and where
     * @param fault what the library threw
     */
    ElfException(String cause, Throwable fault) {
        super(cause, fault);
    }
}
