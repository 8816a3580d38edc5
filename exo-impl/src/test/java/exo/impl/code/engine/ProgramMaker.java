// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import static exo.api.code.Program.slot;

/**
 * Makes random programs that run.
 *
 * <p>Two sorts. {@link #tame} programs keep all rules, and a verifier that does not accept most of
 * them is too strict: r9 points to the argument's memory, r8 to region 0, r6 holds the context of a
 * packet, r7 counts loops, r0 to r5 are numbers. {@link #wild} programs have a valid form and keep
 * no other rule.
 */
public final class ProgramMaker extends CodeMaker {
    /** The bytes of the argument's memory. */
    public static final int MEMORY_BYTES = 64;
    /** The bytes of region 0, which may be written; region 1 may not. */
    public static final int REGION_BYTES = 48;
    /** The number of a helper of five numbers. */
    public static final int MIX = 1;
    /** The number of a helper that reads memory. */
    public static final int SUM = 2;
    /** The number of a helper that writes some of memory. */
    public static final int FILL = 3;
    /** The number of a helper without result. */
    public static final int NOTHING = 4;

    private static final int STACK_WORDS = 8;
    private final boolean isPacket;
    private final List<Integer> calls = new ArrayList<>();
    private boolean isLooping;
    private boolean hasMemory;
    private boolean hasRegions;

    /**
     * Makes the maker.
     *
     * @param random what it decides by
     * @param isPacket whether programs get a packet, otherwise memory
     */
    public ProgramMaker(RandomGenerator random, boolean isPacket) {
        super(random);
        this.isPacket = isPacket;
    }

    /** {@return the contract of its programs, proven} */
    public Contract contract() {
        Contract contract = isPacket ? Contract.filter() : Contract.memory(MEMORY_BYTES);
        List<Helper.Parameter> numbers = List.of(Helper.Parameter.NUMBER, Helper.Parameter.NUMBER,
                Helper.Parameter.NUMBER, Helper.Parameter.NUMBER, Helper.Parameter.NUMBER);
        return contract
                .withHelper(MIX, new Helper("mix", numbers, Helper.Result.NUMBER, true,
                        (_, a, b, c, d, e) -> a * 31 + b * 37 + c * 41 + d * 43 + e))
                .withHelper(SUM, new Helper("sum",
                        List.of(Helper.Parameter.READABLE, Helper.Parameter.SIZE),
                        Helper.Result.NUMBER, true, (memory, at, size, _, _, _) -> {
                            long sum = 0;
                            for (long i = 0; i < (size & 0xff); i++) {
                                sum = sum * 31 + memory.read(at + i, 1);
                            }
                            return sum;
                        }))
                .withHelper(FILL, new Helper("fill",
                        List.of(Helper.Parameter.WRITABLE, Helper.Parameter.SIZE),
                        Helper.Result.NUMBER, true, (memory, at, size, _, _, _) -> {
                            for (long i = 0; i < (size & 0xff); i += 3) {
                                memory.write(at + i, 1, 0x5a + i);
                            }
                            return size;
                        }))
                .withHelper(NOTHING, new Helper("nothing", List.of(), Helper.Result.NOTHING, true,
                        (_, _, _, _, _, _) -> 77));
    }

    private static List<Program.Region> regions() {
        byte[] content = new byte[REGION_BYTES];
        for (int i = 0; i < REGION_BYTES; i++) {
            content[i] = (byte) (i * 7);
        }
        return List.of(Program.Region.writable("counters", content),
                Program.Region.constant("table", content));
    }

    // --- tame ---------------------------------------------------------------------------------

    /**
     * {@return a program that keeps all rules}
     *
     * @param size about how many things it does
     */
    public Program tame(int size) {
        slots.clear();
        calls.clear();
        hasMemory = !isPacket;
        hasRegions = true;
        begin(isPacket);
        body(size, true);
        end();
        for (int f = 0; f < calls.size(); f++) {
            int call = calls.get(f);
            slots.set(call, slot(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0,
                    slots.size() - call - 1));
            hasMemory = !isPacket;
            begin(false);
            body(1 + random.nextInt(4), false);
            end();
        }
        return Program.of(regions(), slots.stream().mapToLong(s -> s).toArray());
    }

    private void wide(int dst, long value) {
        add(Isa.LDDW, dst, 0, 0, (int) value);
        add(0, 0, 0, 0, (int) (value >> 32));
    }

    private void begin(boolean hasContext) {
        if (hasContext) {
            add(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
        }
        if (hasMemory) {
            add(Isa.ALU64 | Isa.MOV | Isa.X, 9, 1, 0, 0);
        }
        beginRegion();
        add(Isa.ALU64 | Isa.MOV, 7, 0, 0, 1);
        for (int register = 0; register <= 5; register++) {
            renew(register);
        }
        for (int word = 1; word <= STACK_WORDS; word++) {
            add(Isa.ST | Isa.MEM | Isa.DW, Isa.FP, 0, -8 * word, random.nextInt());
        }
    }

    private void beginRegion() {
        if (hasRegions) {
            add(Isa.LDDW, 8, Isa.LDDW_REGION, 0, 0);
            add(0, 0, 0, 0, 0);
        }
    }

    private void renew(int register) {
        if (random.nextBoolean()) {
            wide(register, random.nextLong() >> random.nextInt(64));
        } else {
            add(Isa.ALU64 | Isa.MOV, register, 0, 0, immediate());
        }
    }

    private void end() {
        for (int register = 1; register <= 5; register++) {
            add(Isa.ALU64 | Isa.MUL, 0, 0, 0, 31);
            add(Isa.ALU64 | Isa.XOR | Isa.X, 0, register, 0, 0);
        }
        add(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    }

    private void body(int size, boolean mayCall) {
        for (int i = 0; i < size; i++) {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> arithmetic();
                case 4 -> jump(mayCall);
                case 5 -> loop(mayCall);
                case 6, 7 -> load();
                case 8, 9 -> store();
                case 10 -> atomic();
                case 11 -> variable();
                case 12 -> callHelper();
                case 13 -> callLocal(mayCall);
                case 14 -> packet(mayCall);
                default -> wide(number(), random.nextLong());
            }
        }
    }

    private void jump(boolean mayCall) {
        int at = slots.size();
        slots.add(0L);
        body(1 + random.nextInt(3), mayCall);
        int over = slots.size() - at - 1;
        int group = random.nextBoolean() ? Isa.JMP : Isa.JMP32;
        if (random.nextInt(8) == 0) {
            // Never alone, or what follows would never be reached.
            slots.set(at, slot(group | Isa.JEQ, number(), 0, over, immediate()));
        } else if (random.nextBoolean()) {
            slots.set(at, slot(group | any(JUMPS) | Isa.X, number(), number(), over, 0));
        } else {
            slots.set(at, slot(group | any(JUMPS), number(), 0, over, immediate()));
        }
    }

    private void loop(boolean mayCall) {
        if (isLooping) {
            arithmetic();
            return;
        }
        isLooping = true;
        add(Isa.ALU64 | Isa.MOV, 7, 0, 0, 1 + random.nextInt(4));
        int top = slots.size();
        body(1 + random.nextInt(3), mayCall);
        add(Isa.ALU64 | Isa.SUB, 7, 0, 0, 1);
        add(Isa.JMP | Isa.JNE, 7, 0, top - slots.size() - 1, 0);
        isLooping = false;
    }

    /** {@return a register that points to memory, and how many bytes there are before and after} */
    private int base() {
        int choice = random.nextInt(3);
        return choice == 0 ? Isa.FP : choice == 1 || !hasMemory ? 8 : 9;
    }

    private int offset(int base, int bytes, boolean isAligned) {
        int room = base == Isa.FP ? 8 * STACK_WORDS : base == 8 ? REGION_BYTES : MEMORY_BYTES;
        int at = random.nextInt(room - bytes + 1);
        if (isAligned) {
            at -= at % bytes;
        }
        return base == Isa.FP ? at - room : at;
    }

    private void load() {
        int base = base();
        int size = any(SIZES);
        boolean isSigned = size != Isa.DW && random.nextInt(3) == 0;
        int dst = number();
        int bytes = Isa.bytes(size);
        add(Isa.LDX | (isSigned ? Isa.MEMSX : Isa.MEM) | size, dst, base,
                offset(base, bytes, base == Isa.FP), 0);
        if (random.nextInt(3) == 0 && bytes > 1) {
            add(Isa.ALU | Isa.END | Isa.X, dst, 0, 0, 8 * bytes);
        }
    }

    private void store() {
        int base = base();
        int size = any(SIZES);
        int offset = offset(base, Isa.bytes(size), base == Isa.FP);
        if (random.nextBoolean()) {
            add(Isa.STX | Isa.MEM | size, base, number(), offset, 0);
        } else {
            add(Isa.ST | Isa.MEM | size, base, 0, offset, immediate());
        }
    }

    private void atomic() {
        int base = base();
        int size = any(Isa.W, Isa.DW);
        add(Isa.STX | Isa.ATOMIC | size, base, number(),
                offset(base, Isa.bytes(size), true), any(ATOMICS));
    }

    private void variable() {
        int base = base();
        int room = base == 8 ? 32 : 64;
        int size = any(SIZES);
        add(Isa.ALU64 | Isa.AND, 4, 0, 0, room - 8);
        add(Isa.ALU64 | Isa.MOV | Isa.X, 5, base, 0, 0);
        add(Isa.ALU64 | Isa.ADD | Isa.X, 5, 4, 0, 0);
        int offset = base == Isa.FP ? -room : random.nextInt(9 - Isa.bytes(size));
        if (random.nextBoolean()) {
            add(Isa.LDX | Isa.MEM | size, random.nextInt(4), 5, offset, 0);
        } else {
            add(Isa.STX | Isa.MEM | size, 5, random.nextInt(4), offset, 0);
        }
        renew(5);
    }

    private void callHelper() {
        switch (random.nextInt(4)) {
            case 0 -> add(Isa.JMP | Isa.CALL, 0, 0, 0, MIX);
            case 1 -> add(Isa.JMP | Isa.CALL, 0, 0, 0, NOTHING);
            case 2 -> {
                add(Isa.ALU64 | Isa.MOV, 0, 0, 0, MIX);
                add(Isa.CALLX, 0, 0, 0, 0);
            }
            default -> callOnMemory();
        }
        renew(0);
        renewArguments();
    }

    private void callOnMemory() {
        int base = base();
        add(Isa.ALU64 | Isa.MOV | Isa.X, 1, base, 0, 0);
        if (base == Isa.FP) {
            add(Isa.ALU64 | Isa.ADD, 1, 0, 0, -8 * STACK_WORDS);
        }
        add(Isa.ALU64 | Isa.MOV, 2, 0, 0, 1 + random.nextInt(REGION_BYTES));
        add(Isa.JMP | Isa.CALL, 0, 0, 0, any(SUM, FILL));
        add(Isa.STX | Isa.MEM | Isa.DW, 8, 0, 0, 0);
    }

    private void renewArguments() {
        for (int register = 1; register <= 5; register++) {
            renew(register);
        }
    }

    private void callLocal(boolean mayCall) {
        if (!mayCall || calls.size() > 3) {
            arithmetic();
            return;
        }
        if (hasMemory) {
            add(Isa.ALU64 | Isa.MOV | Isa.X, 1, 9, 0, 0);
        }
        calls.add(slots.size());
        slots.add(0L);
        renewArguments();
    }

    private void packet(boolean isMain) {
        if (!isPacket || !isMain) {
            load();
        } else if (random.nextBoolean()) {
            legacy();
        } else {
            direct();
        }
    }

    private void legacy() {
        int size = any(Isa.B, Isa.H, Isa.W);
        if (random.nextBoolean()) {
            add(Isa.LD | Isa.ABS | size, 0, 0, 0, random.nextInt(24));
        } else {
            int index = number();
            add(Isa.ALU64 | Isa.AND, index, 0, 0, 15);
            add(Isa.LD | Isa.IND | size, 0, index, 0, random.nextInt(-2, 12));
        }
        renewArguments();
    }

    private void direct() {
        int bytes = 1 + random.nextInt(24);
        add(Isa.LDX | Isa.MEM | Isa.W, 1, 6, 0, 0);
        add(Isa.LDX | Isa.MEM | Isa.W, 2, 6, 4, 0);
        add(Isa.ALU64 | Isa.MOV | Isa.X, 3, 1, 0, 0);
        add(Isa.ALU64 | Isa.ADD, 3, 0, 0, bytes);
        int at = slots.size();
        slots.add(0L);
        for (int size : SIZES) {
            if (Isa.bytes(size) <= bytes) {
                int dst = any(0, 4);
                add(Isa.LDX | Isa.MEM | size, dst, 1,
                        random.nextInt(bytes - Isa.bytes(size) + 1), 0);
                add(Isa.ALU | Isa.END | Isa.X, dst, 0, 0, Math.max(16, 8 * Isa.bytes(size)));
            }
        }
        slots.set(at, slot(Isa.JMP | Isa.JGT | Isa.X, 3, 2, slots.size() - at - 1, 0));
        renewArguments();
    }

    // --- plain --------------------------------------------------------------------------------

    /**
     * {@return a program that keeps all rules and needs nothing but its packet: a filter}
     *
     * @param size about how many things it does
     */
    public Program plain(int size) {
        slots.clear();
        calls.clear();
        hasMemory = false;
        hasRegions = false;
        begin(true);
        for (int i = 0; i < size; i++) {
            switch (random.nextInt(5)) {
                case 0 -> arithmetic();
                case 1 -> legacy();
                case 2 -> word();
                case 3 -> direct();
                default -> {
                    int at = slots.size();
                    slots.add(0L);
                    arithmetic();
                    word();
                    slots.set(at, slot((random.nextBoolean() ? Isa.JMP : Isa.JMP32) | any(JUMPS),
                            number(), 0, slots.size() - at - 1, immediate()));
                }
            }
        }
        end();
        return Program.of(slots.stream().mapToLong(s -> s).toArray());
    }

    /** Stores to a place on the stack, always of the same size, and loads from it. */
    private void word() {
        int index = random.nextInt(4);
        int offset = -8 * STACK_WORDS - 8 - 8 * index;
        if (random.nextBoolean()) {
            add(Isa.STX | Isa.MEM | SIZES[index], Isa.FP, number(), offset, 0);
        } else {
            add(Isa.ST | Isa.MEM | SIZES[index], Isa.FP, 0, offset, immediate());
        }
        boolean isSigned = SIZES[index] != Isa.DW && random.nextBoolean();
        add(Isa.LDX | (isSigned ? Isa.MEMSX : Isa.MEM) | SIZES[index], number(), Isa.FP, offset,
                0);
    }

    // --- changed ------------------------------------------------------------------------------

    /**
     * {@return a program with some instructions changed, which may be anything after that}
     *
     * @param program the program
     * @param changes how many
     */
    public Program changed(Program program, int changes) {
        long[] all = new long[program.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = program.slot(i);
        }
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(all.length);
            all[at] = changed(all[at]);
        }
        return Program.of(program.regions(), all);
    }

    private long changed(long slot) {
        int op = Isa.opcode(slot);
        int dst = Isa.dst(slot);
        int src = Isa.src(slot);
        int offset = Isa.offset(slot);
        int immediate = Isa.immediate(slot);
        return switch (random.nextInt(6)) {
            case 0 -> slot(op, random.nextInt(11), src, offset, immediate);
            case 1 -> slot(op, dst, random.nextInt(11), offset, immediate);
            case 2 -> slot(op, dst, src, (short) (offset + random.nextInt(-9, 10)), immediate);
            case 3 -> slot(op, dst, src, offset, immediate + random.nextInt(-9, 10));
            case 4 -> slot(op, dst, src, offset, immediate());
            default -> slot(op ^ 1 << random.nextInt(3, 8), dst, src, offset, immediate);
        };
    }

    // --- wild ---------------------------------------------------------------------------------

    /**
     * {@return a program that keeps no rule but those of form}
     *
     * @param size how many instructions it has
     */
    public Program wild(int size) {
        slots.clear();
        List<Integer> starts = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            starts.add(slots.size());
            wildInstruction();
        }
        starts.add(slots.size());
        add(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
        for (int start : starts) {
            redirect(start, starts.get(random.nextInt(starts.size())));
        }
        return Program.of(regions(), slots.stream().mapToLong(s -> s).toArray());
    }

    private void redirect(int from, int target) {
        long old = slots.get(from);
        int op = Isa.opcode(old);
        int group = Isa.classOf(op);
        if (group != Isa.JMP && group != Isa.JMP32) {
            return;
        }
        int distance = target - from - 1;
        if ((op == (Isa.JMP | Isa.CALL) && Isa.src(old) == Isa.CALL_LOCAL)
                || op == (Isa.JMP32 | Isa.JA)) {
            slots.set(from, slot(op, 0, Isa.src(old), 0, distance));
        } else if (Isa.operation(op) != Isa.CALL && Isa.operation(op) != Isa.EXIT) {
            slots.set(from, slot(op, Isa.dst(old), Isa.src(old), distance, Isa.immediate(old)));
        }
    }

    private int target() {
        return random.nextInt(10);
    }

    private int source() {
        return random.nextInt(11);
    }

    /** {@return a register that often points somewhere} */
    private int pointer() {
        return any(Isa.FP, Isa.FP, 1, 1, 8, random.nextInt(11));
    }

    private int distance() {
        return random.nextInt(4) == 0 ? random.nextInt(-700, 700) : random.nextInt(-64, 40);
    }

    private void wildInstruction() {
        int size = any(SIZES);
        int group = random.nextBoolean() ? Isa.ALU : Isa.ALU64;
        switch (random.nextInt(14)) {
            case 0 -> add(group | any(Isa.ADD, Isa.SUB, Isa.XOR) | Isa.X, target(), source(), 0, 0);
            case 1 -> arithmetic();
            case 2 -> add(Isa.ALU64 | Isa.ADD, target(), 0, 0, distance());
            case 3 -> add(Isa.ALU64 | Isa.MOV | Isa.X, target(), pointer(), 0, 0);
            case 4 -> add((random.nextBoolean() ? Isa.JMP : Isa.JMP32) | any(JUMPS) | Isa.X,
                    source(), source(), 0, 0);
            case 5 -> wildJump();
            case 6 -> {
                add(Isa.LDDW, 8, Isa.LDDW_REGION, 0, random.nextInt(2));
                add(0, 0, 0, 0, random.nextInt(REGION_BYTES));
            }
            case 7 -> add(Isa.LDX | Isa.MEM | size, target(), pointer(), distance(), 0);
            case 8 -> add(Isa.LDX | Isa.MEMSX | any(Isa.B, Isa.H, Isa.W), target(), pointer(),
                    distance(), 0);
            case 9 -> add(Isa.STX | Isa.MEM | size, pointer(), source(), distance(), 0);
            case 10 -> add(Isa.ST | Isa.MEM | size, pointer(), 0, distance(), immediate());
            case 11 -> add(Isa.STX | Isa.ATOMIC | any(Isa.W, Isa.DW), pointer(), target(),
                    distance(), any(ATOMICS));
            case 12 -> wildPacket();
            default -> wildCall();
        }
    }

    private void wildJump() {
        switch (random.nextInt(5)) {
            case 0 -> add(Isa.JMP | Isa.JA, 0, 0, 0, 0);
            case 1 -> add(Isa.JMP32 | Isa.JA, 0, 0, 0, 0);
            case 2 -> add(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
            default -> add((random.nextBoolean() ? Isa.JMP : Isa.JMP32) | any(JUMPS), source(), 0,
                    0, immediate());
        }
    }

    private void wildPacket() {
        int size = any(Isa.B, Isa.H, Isa.W);
        if (random.nextBoolean()) {
            add(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0);
        }
        if (random.nextBoolean()) {
            add(Isa.LD | Isa.ABS | size, 0, 0, 0, random.nextInt(-2, 30));
        } else {
            add(Isa.LD | Isa.IND | size, 0, source(), 0, random.nextInt(-2, 30));
        }
    }

    private void wildCall() {
        switch (random.nextInt(4)) {
            case 0 -> add(Isa.CALLX, target(), 0, 0, 0);
            case 1 -> add(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0, 0);
            default -> add(Isa.JMP | Isa.CALL, 0, 0, 0, any(MIX, SUM, FILL, NOTHING));
        }
    }
}
