// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import exo.api.code.ClassicProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes programs of conditions. */
public final class Graph {
    /** How many tests a condition may have before it is optimised. */
    static final int MAX_BLOCKS = 20_000;

    private Graph() {}

    /**
     * What became of a condition.
     *
     * @param program the program, unless it is refused
     * @param refusal why it is refused, or the empty string
     */
    public record Outcome(Optional<ClassicProgram> program, String refusal) {}

    /**
     * {@return a program that returns a number if a condition holds, and 0 if not}
     *
     * @param condition the condition, which is used up
     * @param accepted the number
     * @param isFixed whether to leave the condition as it is
     */
    public static Outcome compile(Condition condition, int accepted, boolean isFixed) {
        Block root = condition.complete(accepted, 0);
        int blocks = Flow.of(root, -1).size();
        if (blocks > MAX_BLOCKS) {
            return new Outcome(Optional.empty(), "the expression makes " + blocks
                    + " tests; at most " + MAX_BLOCKS + " are compiled");
        }
        if (!isFixed) {
            try {
                root = Optimizer.optimize(root);
            } catch (Optimizer.Nonsense e) {
                return new Outcome(Optional.empty(), e.getMessage());
            }
            if (root.isReturn() && root.k == 0) {
                return new Outcome(Optional.empty(), "no packet fits the expression");
            }
        }
        initialize(root);
        return Layout.of(root)
                .map(program -> new Outcome(Optional.of(program), ""))
                .orElseGet(() -> new Outcome(Optional.empty(),
                        "the program would have more than " + ClassicProgram.MAX_INSTRUCTIONS
                                + " instructions; ask for less in one expression"));
    }

    /** Clears the scratch words that are read on some path before they are written. */
    private static void initialize(Block root) {
        Flow.of(root, Integer.MAX_VALUE);
        List<Statement> clearing = new ArrayList<>();
        for (int word = 0; word < Cells.WORDS; word++) {
            if ((root.usedIn & Cells.bits(word)) != 0) {
                clearing.add(Statement.of(Op.ST, word));
            }
        }
        if (!clearing.isEmpty()) {
            clearing.addFirst(Statement.of(Op.LD_IMM, 0));
            root.statements.addAll(0, clearing);
        }
    }
}
