// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.impl.code.pcap.Token.Kind;
import exo.impl.code.pcap.Token.Place;
import exo.impl.code.pcap.flow.Graph;
import exo.impl.code.pcap.flow.Op;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Compiles expressions in the language of pcap-filter(7) to classic BPF. */
public final class ExpressionCompiler {
    /** How long an expression may be, in characters. */
    public static final int MAX_LENGTH = 65_536;
    /** The greatest number of bytes that a program accepts. */
    public static final int MAX_SNAP_LENGTH = 262_144;

    private ExpressionCompiler() {}

    /**
     * {@return a program that accepts the packets which fit an expression}
     *
     * <p>Time and memory are bounded, whatever the expression.
     *
     * @param expression the expression; empty or blank accepts everything
     * @param link what the packets begin with
     * @param snapLength how many bytes of a packet the program accepts, 1 to {@value
     *        #MAX_SNAP_LENGTH}
     * @throws CodeSyntaxException if the expression is not understood, asks for what the link type
     *         has not, fits no packet at all, or needs too long a program
     */
    public static ClassicProgram compile(String expression, LinkType link, int snapLength) {
        Objects.requireNonNull(link, "link");
        if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH) {
            throw new IllegalArgumentException("the snap length must be 1 to " + MAX_SNAP_LENGTH
                    + ", but it is " + snapLength);
        }
        Place start = new Place(1, 1);
        if (expression.length() > MAX_LENGTH) {
            throw start.refuse("the expression has " + expression.length()
                    + " characters; at most " + MAX_LENGTH + " are read");
        }
        Optional<Node> tree = Parser.parse(expression);
        if (tree.isEmpty()) {
            return ClassicProgram.of(List.of(new Instruction(Op.RET, 0, 0, snapLength)));
        }
        ExpressionCode code = new ExpressionCode(link,
                new Token(Kind.WORD, "", "", 0, start));
        Graph.Outcome outcome = Graph.compile(code.condition(tree.get()), snapLength,
                code.isFixed());
        return outcome.program().orElseThrow(() -> start.refuse(outcome.refusal()));
    }
}
