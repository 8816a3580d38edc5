// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.host;

import exo.api.code.Program;
import exo.impl.code.engine.CodeMaker;
import exo.impl.code.isa.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import static exo.api.code.Program.slot;

/**
 * Makes random programs for the XDP hook of Linux: r6 holds the context, r7 the packet, r8 its end,
 * r9 counts loops, r0 to r5 are numbers. They use every instruction that both engines have, keep
 * the rules of both verifiers, and read nothing that differs from host to host.
 */
final class XdpMaker extends CodeMaker {
    /** The bytes of the packet that a program checks for at its begin. */
    static final int PACKET_BYTES = 64;

    private static final int STACK_WORDS = 8;
    private static final int WINDOW = 8;
    private final List<Integer> calls = new ArrayList<>();
    private final List<Integer> exits = new ArrayList<>();
    private boolean isMain;
    private boolean isLooping;

    XdpMaker(RandomGenerator random) {
        super(random);
    }

    /** {@return a program that does about so many things} */
    Program make(int size) {
        slots.clear();
        calls.clear();
        exits.clear();
        isMain = true;
        add(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
        add(Isa.LDX | Isa.MEM | Isa.W, 7, 6, 0, 0);
        add(Isa.LDX | Isa.MEM | Isa.W, 8, 6, 4, 0);
        add(Isa.ALU64 | Isa.MOV | Isa.X, 2, 7, 0, 0);
        add(Isa.ALU64 | Isa.ADD, 2, 0, 0, PACKET_BYTES);
        exits.add(slots.size());
        slots.add(0L);
        begin();
        body(size);
        end();
        int out = slots.size();
        add(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0);
        add(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
        for (int exit : exits) {
            slots.set(exit, slot(Isa.JMP | Isa.JGT | Isa.X, 2, 8, out - exit - 1, 0));
        }
        isMain = false;
        for (int call : calls) {
            slots.set(call, slot(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0,
                    slots.size() - call - 1));
            begin();
            body(1 + random.nextInt(5));
            end();
        }
        return Program.of(slots.stream().mapToLong(s -> s).toArray());
    }

    private void renew(int register) {
        if (random.nextBoolean()) {
            add(Isa.ALU64 | Isa.MOV, register, 0, 0, immediate());
            return;
        }
        long value = random.nextLong() >> random.nextInt(64);
        add(Isa.LDDW, register, 0, 0, (int) value);
        add(0, 0, 0, 0, (int) (value >> 32));
    }

    private void begin() {
        for (int register = isMain ? 0 : 1; register <= 5; register++) {
            if (isMain || random.nextBoolean()) {
                renew(register);
            }
        }
        if (!isMain) {
            renew(0);
        }
        for (int word = 1; word <= STACK_WORDS; word++) {
            add(Isa.ST | Isa.MEM | Isa.DW, Isa.FP, 0, -8 * word, random.nextInt());
        }
    }

    private void end() {
        for (int register = 1; register <= 5; register++) {
            add(Isa.ALU64 | Isa.MUL, 0, 0, 0, 31);
            add(Isa.ALU64 | Isa.XOR | Isa.X, 0, register, 0, 0);
        }
        // The upper half counts too: of r0 only the lower half comes back.
        add(Isa.ALU64 | Isa.MOV | Isa.X, 1, 0, 0, 0);
        add(Isa.ALU64 | Isa.RSH, 1, 0, 0, 32);
        add(Isa.ALU64 | Isa.XOR | Isa.X, 0, 1, 0, 0);
        add(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    }

    private void body(int size) {
        for (int i = 0; i < size; i++) {
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3, 4 -> arithmetic();
                case 5 -> jump();
                case 6 -> loop();
                case 7, 8 -> load();
                case 9, 10 -> store();
                case 11 -> atomic();
                case 12 -> variable();
                default -> call();
            }
        }
    }

    private void jump() {
        int at = slots.size();
        slots.add(0L);
        body(1 + random.nextInt(3));
        int over = slots.size() - at - 1;
        int group = random.nextBoolean() ? Isa.JMP : Isa.JMP32;
        slots.set(at, random.nextBoolean()
                ? slot(group | any(JUMPS) | Isa.X, number(), number(), over, 0)
                : slot(group | any(JUMPS), number(), 0, over, immediate()));
    }

    private void loop() {
        if (isLooping || !isMain) {
            arithmetic();
            return;
        }
        isLooping = true;
        add(Isa.ALU64 | Isa.MOV, 9, 0, 0, 1 + random.nextInt(4));
        int top = slots.size();
        body(1 + random.nextInt(3));
        add(Isa.ALU64 | Isa.SUB, 9, 0, 0, 1);
        add(Isa.JMP | Isa.JNE, 9, 0, top - slots.size() - 1, 0);
        isLooping = false;
    }

    private int base() {
        return isMain && random.nextBoolean() ? 7 : Isa.FP;
    }

    private int offset(int base, int bytes) {
        int words = (base == Isa.FP ? 8 * STACK_WORDS : PACKET_BYTES) / bytes;
        int at = random.nextInt(words) * bytes;
        return base == Isa.FP ? at - 8 * STACK_WORDS : at;
    }

    private void load() {
        int base = base();
        int size = any(SIZES);
        boolean isSigned = size != Isa.DW && random.nextInt(3) == 0;
        add(Isa.LDX | (isSigned ? Isa.MEMSX : Isa.MEM) | size, number(), base,
                offset(base, Isa.bytes(size)), 0);
    }

    private void store() {
        int base = base();
        int size = any(SIZES);
        int offset = offset(base, Isa.bytes(size));
        if (random.nextBoolean()) {
            add(Isa.STX | Isa.MEM | size, base, number(), offset, 0);
        } else {
            add(Isa.ST | Isa.MEM | size, base, 0, offset, immediate());
        }
    }

    private void atomic() {
        // Linux has no atomic operations on packets.
        int size = any(Isa.W, Isa.DW);
        add(Isa.STX | Isa.ATOMIC | size, Isa.FP, number(), offset(Isa.FP, Isa.bytes(size)),
                any(ATOMICS));
    }

    private void variable() {
        if (!isMain) {
            load();
            return;
        }
        int size = any(SIZES);
        add(Isa.ALU64 | Isa.AND, 4, 0, 0, 127);
        add(Isa.ALU64 | Isa.MOV | Isa.X, 3, 7, 0, 0);
        add(Isa.ALU64 | Isa.ADD | Isa.X, 3, 4, 0, 0);
        add(Isa.ALU64 | Isa.MOV | Isa.X, 2, 3, 0, 0);
        add(Isa.ALU64 | Isa.ADD, 2, 0, 0, WINDOW);
        exits.add(slots.size());
        slots.add(0L);
        int offset = random.nextInt(WINDOW - Isa.bytes(size) + 1);
        if (random.nextBoolean()) {
            add(Isa.LDX | Isa.MEM | size, any(0, 1, 5), 3, offset, 0);
        } else {
            add(Isa.STX | Isa.MEM | size, 3, any(0, 1, 5), offset, 0);
        }
        renew(2);
        renew(3);
    }

    private void call() {
        if (!isMain || isLooping || calls.size() > 2) {
            arithmetic();
            return;
        }
        calls.add(slots.size());
        slots.add(0L);
        for (int register = 1; register <= 5; register++) {
            renew(register);
        }
    }
}
