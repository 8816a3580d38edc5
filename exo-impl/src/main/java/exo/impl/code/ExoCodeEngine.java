// SPDX-License-Identifier: Apache-2.0
package exo.impl.code;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.Classifier;
import exo.api.code.CodeEngine;
import exo.api.code.Contract;
import exo.api.code.LinkType;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.impl.code.classic.ClassicTranslator;
import exo.impl.code.classic.ClassicTranslator.Translation;
import exo.impl.code.isa.Rule;
import exo.impl.code.merge.MergedClassifier;
import exo.impl.code.pcap.ExpressionCompiler;
import exo.impl.code.text.Assembler;
import exo.impl.code.text.Disassembler;

/** The engine, as {@link CodeEngine#load} finds it. It has no state. */
public final class ExoCodeEngine implements CodeEngine {
    /** For each slot of a translated program, the steps that the verifier follows at most. */
    private static final int STEPS = 16;

    /** For {@link java.util.ServiceLoader}. */
    public ExoCodeEngine() {}

    @Override
    public VerifiedProgram verify(Program program, Contract contract) {
        return KernelProgram.verify(program, contract);
    }

    @Override
    public VerifiedProgram verify(ClassicProgram program) {
        Translation translation = ClassicTranslator.translate(program);
        int steps = Math.min(Contract.MAX_STEPS, STEPS * translation.program().length());
        try {
            return KernelProgram.verify(translation.program(), Contract.filter(), steps);
        } catch (VerificationException e) {
            // So many paths that to follow all of them is not worth it. What matters of a classic
            // program is known already: its loads are checked as it runs, and it ends.
            if (e.rule().equals(Rule.TOO_COMPLEX.text())) {
                return KernelProgram.verify(translation.program(), Contract.filter().checked());
            }
            throw new VerificationException(
                    e.instruction() < 0 ? -1 : translation.origins().of(e.instruction()), e.rule(),
                    "its translation is refused: " + e.getMessage(), e.remedy());
        }
    }

    @Override
    public ClassicProgram compileExpression(String expression, LinkType link, int snapLength) {
        return ExpressionCompiler.compile(expression, link, snapLength);
    }

    @Override
    public Program assemble(String text) {
        return Assembler.assemble(text);
    }

    @Override
    public String disassemble(Program program) {
        return Disassembler.disassemble(program);
    }

    @Override
    public Classifier newClassifier() {
        return new MergedClassifier();
    }
}
