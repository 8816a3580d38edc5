// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.ProgramForm;
import exo.impl.code.isa.Rule;
import java.util.BitSet;

/**
 * Proves that no run of a program breaks a rule of its contract, or refuses the program.
 *
 * <p>All paths are followed, depth first, with sets of values in place of values. A branch that
 * cannot be taken is not followed, and a path that comes to where another one was, with nothing
 * new, is not followed further. So a loop is followed round by round.
 *
 * <p><b>Why a run ends.</b> Think of each visit of an instruction by a path as a node, and of what
 * may be executed next as an edge: to the next visit of the path, to the first visit of a branch,
 * or, where a path was not followed further, to the visit whose state covered it. That one was
 * closed: all nodes that can be reached from it were made before. So no edge closes a circle, a run
 * passes each node at most once, and takes no more steps than there are visits.
 *
 * <p>Time: at most {@link Contract#maxSteps} visits, of bounded cost each. Space: at most {@link
 * StateTable#MAX_ENTRIES} and {@link Pending#MAX_STATES} states. No state outlives the call.
 */
public final class Verifier {
    private final Contract contract;
    private final Proof proof;
    private final Step step;
    private final StateTable table;
    private final Pending pending = new Pending();
    private final BitSet joins;
    private int visits;

    private Verifier(Program program, Contract contract, BitSet joins) {
        this.contract = contract;
        proof = new Proof(program.length());
        step = new Step(program, contract, proof);
        Subsumption subsumption = new Subsumption(new Liveness(program, contract));
        table = new StateTable(program.length(), subsumption);
        this.joins = joins;
    }

    /**
     * {@return what engines need to know of an accepted program}
     *
     * <p>Under a checked contract that is nothing, and only the form is checked.
     *
     * @param program the program
     * @param contract what it is given and must keep
     * @throws VerificationException if it is refused
     */
    public static Proof verify(Program program, Contract contract) {
        ProgramForm.check(program, contract);
        if (contract.guard() == Contract.Guard.CHECKED) {
            return Proof.none(program.length(), contract.maxSteps());
        }
        return new Verifier(program, contract, joins(program)).explore();
    }

    /**
     * {@return the proof that comes of following every path to its end, also where another one was}
     *
     * <p>For tests: what is refused here must be refused by {@link #verify}.
     */
    static Proof verifyEachPath(Program program, Contract contract) {
        ProgramForm.check(program, contract);
        return new Verifier(program, contract, new BitSet()).explore();
    }

    /** {@return the slots where paths may meet} */
    private static BitSet joins(Program program) {
        BitSet joins = new BitSet(program.length());
        for (int i = 0; i < program.length(); i++) {
            long word = program.slot(i);
            int opcode = Isa.opcode(word);
            int group = Isa.classOf(opcode);
            boolean isJump = group == Isa.JMP || group == Isa.JMP32;
            boolean isCall = isJump && Isa.operation(opcode) == Isa.CALL;
            boolean isLocal = isCall && opcode != Isa.CALLX && Isa.src(word) == Isa.CALL_LOCAL;
            boolean isExit = isJump && Isa.operation(opcode) == Isa.EXIT;
            if (isLocal) {
                // Where the function's paths come back to.
                joins.set(i + 1);
            }
            if (isLocal || (isJump && !isCall && !isExit)) {
                joins.set(Isa.target(word, i));
            }
            i += opcode == Isa.LDDW ? 1 : 0;
        }
        return joins;
    }

    private Proof explore() {
        State state = State.entry(contract);
        follow(state);
        while (pending.size() > 0) {
            follow(pending.pop());
        }
        proof.bound(visits);
        return proof;
    }

    /** Follows a path to its end, or to where it needs no more following. */
    private void follow(State state) {
        boolean goesOn = true;
        while (goesOn && !isDone(state)) {
            if (visits == contract.maxSteps()) {
                throw tooComplex(state.slot);
            }
            visits++;
            table.step();
            proof.reach(state.slot);
            goesOn = step.execute(state, pending);
        }
        table.endPath(pending.size());
    }

    private boolean isDone(State state) {
        return joins.get(state.slot) && table.isDone(state, pending.size());
    }

    private VerificationException tooComplex(int slot) {
        return Rule.TOO_COMPLEX.refuse(slot,
                "not all paths were followed in " + contract.maxSteps()
                        + " steps, as many as contract " + contract.name() + " allows a run",
                "bound the loops by small constants");
    }
}
