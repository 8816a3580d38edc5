// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Rule;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What tests of the verifier say. */
final class Accept {
    private Accept() {}

    /** Wants a program to be accepted. */
    static Proof accept(Contract contract, long... slots) {
        return Verifier.verify(Program.of(slots), contract);
    }

    /** Wants a program with regions to be accepted. */
    static Proof accept(List<Program.Region> regions, Contract contract, long... slots) {
        return Verifier.verify(Program.of(regions, slots), contract);
    }

    /** Wants a program to be refused, at an instruction. */
    static VerificationException refuse(Rule rule, int at, Contract contract, long... slots) {
        return refuse(rule, at, contract, Program.of(slots));
    }

    /** Wants a program to be refused, at an instruction. */
    static VerificationException refuse(Rule rule, int at, Contract contract, Program program) {
        VerificationException refusal = assertThrows(VerificationException.class,
                () -> Verifier.verify(program, contract));
        assertEquals(rule.text() + " at " + at, refusal.rule() + " at " + refusal.instruction(),
                refusal.getMessage());
        return refusal;
    }
}
