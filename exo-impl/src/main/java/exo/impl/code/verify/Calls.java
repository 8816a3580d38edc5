// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/** Checks calls, and what they leave in the registers. */
final class Calls {
    private final Contract contract;
    private final Proof proof;
    private final Access access;

    /** Learns what may be called. */
    Calls(Contract contract, Proof proof, Access access) {
        this.contract = contract;
        this.proof = proof;
        this.access = access;
    }

    /** Calls a function of the program: the path goes on in it. */
    static void enter(State state, int target) {
        if (state.depth() + 1 == Isa.MAX_FRAMES) {
            throw Rule.CALL_DEPTH.refuse(state.slot,
                    "it would be function " + (Isa.MAX_FRAMES + 1) + " of those that are active",
                    "nest up to " + Isa.MAX_FRAMES + " functions, without recursion");
        }
        state.enter(target);
    }

    /** Calls the helper whose number a register holds. */
    void callByRegister(State state, long word) {
        int register = Isa.callRegister(word);
        Register target = Step.read(state, register);
        boolean isCertain = target.isNumber() && target.value.isConstant()
                && target.value.value == (int) target.value.value;
        if (!isCertain) {
            throw Rule.UNKNOWN_CALL_TARGET.refuse(state.slot,
                    "r" + register + " is " + target + ", but it must be the number of a helper",
                    "load the number as a constant");
        }
        int number = (int) target.value.value;
        if (!contract.helpers().containsKey(number)) {
            throw Rule.UNKNOWN_HELPER.refuse(state.slot,
                    "contract " + contract.name() + " has no helper " + number,
                    "it has " + contract.helpers().keySet());
        }
        proof.call(state.slot, number);
        call(state, number);
    }

    /** Calls a helper that the contract has. */
    void call(State state, int number) {
        Helper helper = contract.helpers().get(number);
        for (int i = 0; i < helper.parameters().size(); i++) {
            parameter(state, helper, i);
        }
        // Last, since what is written may be read too, by way of another parameter.
        for (int i = 0; i < helper.parameters().size(); i++) {
            if (helper.parameters().get(i) == Helper.Parameter.WRITABLE) {
                access.write(state, 1 + i, state.get(2 + i).value);
            }
        }
        state.clobber();
        if (helper.result() == Helper.Result.NUMBER) {
            state.set(0, Register.number(Scalar.ANY));
        }
    }

    private void parameter(State state, Helper helper, int index) {
        int register = 1 + index;
        Register content = Step.read(state, register);
        switch (helper.parameters().get(index)) {
            case NUMBER -> {
                if (!content.isNumber()) {
                    throw Rule.POINTER_LEAK.refuse(state.slot,
                            "r" + register + " is " + content + ", but helper " + helper.name()
                                    + " takes a number",
                            "pass a number");
                }
            }
            case READABLE -> {
                Scalar size = size(state, helper, register, content);
                access.read(state, register, size);
            }
            // That it may be written is checked when it is.
            case WRITABLE -> size(state, helper, register, content);
            case SIZE -> {
                // Checked with the pointer before it.
            }
        }
    }

    /** {@return how many bytes a helper uses of a pointer, at least 1} */
    private static Scalar size(State state, Helper helper, int register, Register pointer) {
        boolean isMemory = switch (pointer.kind) {
            case STACK, MEMORY, PACKET -> true;
            default -> false;
        };
        if (!isMemory) {
            throw Rule.CALL_ARGUMENT.refuse(state.slot,
                    "r" + register + " is " + pointer + ", but helper " + helper.name()
                            + " takes a pointer to memory",
                    "pass a pointer to the stack, the packet, an argument or a region");
        }
        Register size = Step.read(state, register + 1);
        boolean isSize = size.isNumber() && size.value.smin >= 1
                && size.value.smax <= PointerMath.LIMIT;
        if (!isSize) {
            throw Rule.CALL_ARGUMENT.refuse(state.slot,
                    "r" + (register + 1) + " is " + size + ", but helper " + helper.name()
                            + " takes how many bytes r" + register + " may be used for",
                    "bound it to 1 or more, and to what there is");
        }
        return size.value;
    }
}
