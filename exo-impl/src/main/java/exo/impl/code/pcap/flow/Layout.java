// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Puts blocks one after the other, each before those that it leads to. A branch reaches 255
 * instructions; one whose target is farther leads to a jump behind it.
 */
final class Layout {
    private static final int REACH = 255;

    private final List<Block> order;
    private final List<Instruction> instructions = new ArrayList<>();

    private Layout(List<Block> order) {
        this.order = order;
    }

    /** {@return the program, or nothing if it is too long} */
    static Optional<ClassicProgram> of(Block root) {
        Layout layout = new Layout(order(root));
        int length = layout.place();
        if (length > ClassicProgram.MAX_INSTRUCTIONS) {
            return Optional.empty();
        }
        for (int i = 0; i < layout.order.size(); i++) {
            layout.emit(i);
        }
        return Optional.of(ClassicProgram.of(layout.instructions));
    }

    private static List<Block> order(Block root) {
        List<Block> order = new ArrayList<>();
        Deque<Block> open = new ArrayDeque<>();
        open.push(root);
        root.position = 0;
        while (!open.isEmpty()) {
            Block block = open.peek();
            Block next = unplaced(block);
            if (next == null) {
                order.add(open.pop());
            } else {
                next.position = 0;
                open.push(next);
            }
        }
        return order.reversed();
    }

    private static Block unplaced(Block block) {
        if (block.isReturn()) {
            return null;
        }
        if (block.onFalse().position < 0) {
            return block.onFalse();
        }
        return block.onTrue().position < 0 ? block.onTrue() : null;
    }

    /** Finds the positions of the blocks; {@return the length of the program} */
    private int place() {
        while (true) {
            int length = 0;
            for (int i = 0; i < order.size(); i++) {
                order.get(i).position = length;
                length += size(i);
            }
            boolean moved = false;
            for (Block block : order) {
                moved |= !block.isReturn() && !block.isDecided() && markFar(block);
            }
            if (!moved) {
                return length;
            }
        }
    }

    private static boolean markFar(Block block) {
        int branch = block.position + length(block);
        boolean moved = false;
        for (int side = 0; side < 2; side++) {
            if (!block.isFar[side] && block.successors[side].position - branch - 1 > REACH) {
                block.isFar[side] = true;
                moved = true;
            }
        }
        return moved;
    }

    private static int length(Block block) {
        int length = 0;
        for (Statement statement : block.statements) {
            length += statement.isNothing() ? 0 : 1;
        }
        return length;
    }

    private boolean fallsThrough(int index) {
        Block block = order.get(index);
        return block.isDecided() && order.get(index + 1) == block.onTrue();
    }

    private int size(int index) {
        Block block = order.get(index);
        int jumps = (block.isFar[0] ? 1 : 0) + (block.isFar[1] ? 1 : 0);
        return length(block) + (fallsThrough(index) ? 0 : 1 + jumps);
    }

    private void emit(int index) {
        Block block = order.get(index);
        for (Statement statement : block.statements) {
            if (!statement.isNothing()) {
                instructions.add(new Instruction(statement.code, 0, 0, statement.k));
            }
        }
        int branch = instructions.size();
        if (block.isReturn()) {
            instructions.add(new Instruction(Op.RET, 0, 0, block.k));
        } else if (!block.isDecided()) {
            emitBranch(block, branch);
        } else if (!fallsThrough(index)) {
            emitJump(block.onTrue());
        }
    }

    private void emitBranch(Block block, int branch) {
        int[] skips = new int[2];
        int jumps = 0;
        for (int side = 0; side < 2; side++) {
            skips[side] = block.isFar[side]
                    ? jumps++
                    : block.successors[side].position - branch - 1;
        }
        instructions.add(new Instruction(block.code, skips[0], skips[1],
                Op.usesX(block.code) ? 0 : block.k));
        for (int side = 0; side < 2; side++) {
            if (block.isFar[side]) {
                emitJump(block.successors[side]);
            }
        }
    }

    private void emitJump(Block target) {
        instructions.add(new Instruction(Op.JA, 0, 0,
                target.position - instructions.size() - 1));
    }
}
