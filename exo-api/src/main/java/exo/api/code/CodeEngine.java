// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.VerificationException;
import java.util.ServiceLoader;

/**
 * Verifies and runs programs, and translates to and from their other forms. It needs no kernel, no
 * privilege, and no capability.
 *
 * <p><b>Thread-safety.</b> Any thread.
 */
public interface CodeEngine {
    /**
     * {@return the engine}
     *
     * @throws ResourceException with {@link ErrorCode#UNAVAILABLE} if none is on the module path
     */
    static CodeEngine load() {
        return ServiceLoader.load(CodeEngine.class)
                .findFirst()
                .orElseThrow(() -> new ResourceException(ErrorCode.UNAVAILABLE, Blame.CALLER,
                        "CodeEngine", "no engine was found",
                        "add the artifact exo-impl (module exo.impl) to the module path"));
    }

    /**
     * {@return the program, verified}
     *
     * <p>Time and memory are bounded by the contract's steps, whatever the program.
     *
     * @param program the program
     * @param contract what it is given and must keep
     * @throws VerificationException if it is refused
     */
    VerifiedProgram verify(Program program, Contract contract);

    /**
     * {@return a program of classic BPF, translated and verified as a {@link Contract#filter}}
     *
     * @param program the program
     * @throws VerificationException if it is refused; the instruction is the classic one
     */
    VerifiedProgram verify(ClassicProgram program);

    /**
     * {@return an expression in the language of pcap-filter(7), compiled}
     *
     * @param expression the expression; empty accepts everything
     * @param link what the packets begin with
     * @param snapLength how many bytes of a packet the program accepts, 1 to 262,144
     * @throws CodeSyntaxException if the expression is not understood, or asks for what the link
     *         type has not
     */
    ClassicProgram compileExpression(String expression, LinkType link, int snapLength);

    /**
     * {@return a program from the text of the assembler}
     *
     * @param text the text
     * @throws CodeSyntaxException if it is not understood
     */
    Program assemble(String text);

    /**
     * {@return the text of a program, which {@link #assemble} turns into an equal program}
     *
     * @param program the program
     */
    String disassemble(Program program);

    /** {@return a new, empty set of filters} */
    Classifier newClassifier();
}
