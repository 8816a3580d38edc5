// SPDX-License-Identifier: Apache-2.0
package exo.impl.code;

import exo.api.code.Contract;
import exo.api.code.Instance;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.impl.code.engine.Engines;
import exo.impl.code.engine.Verified;
import exo.impl.code.verify.Verifier;

/** A program that the verifier accepted. Immutable; any thread. */
public final class KernelProgram implements VerifiedProgram {
    private final Verified verified;
    private final Engines engines;

    private KernelProgram(Verified verified) {
        this.verified = verified;
        this.engines = new Engines(verified);
    }

    /**
     * {@return the program, verified}
     *
     * @param program the program
     * @param contract what it is given and must keep
     * @throws exo.api.VerificationException if it is refused
     */
    public static KernelProgram verify(Program program, Contract contract) {
        return verify(program, contract, contract.maxSteps());
    }

    /**
     * {@return the program, verified with less patience than the contract would allow}
     *
     * @param program the program
     * @param contract what it is given and must keep
     * @param steps how many steps the verifier follows at most
     * @throws exo.api.VerificationException if it is refused
     */
    static KernelProgram verify(Program program, Contract contract, int steps) {
        return new KernelProgram(new Verified(program, contract,
                Verifier.verify(program, contract.withMaxSteps(steps))));
    }

    @Override
    public Program program() {
        return verified.program();
    }

    @Override
    public Contract contract() {
        return verified.contract();
    }

    @Override
    public int maxSteps() {
        return verified.proof().steps();
    }

    @Override
    public Instance instance(Engine engine) {
        return engines.instance(engine);
    }

    @Override
    public PacketFilter filter(Engine engine) {
        return engines.filter(engine);
    }

    @Override
    public String toString() {
        return verified.program() + " under contract " + verified.contract().name();
    }
}
