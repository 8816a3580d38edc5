// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.Program;
import exo.elf.Functions.Function;
import exo.elf.ObjectFile.Relocation;
import exo.elf.ObjectFile.Section;
import exo.elf.ObjectFile.Symbol;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Makes a program of a function and all that it refers to: functions that it calls are appended,
 * each once, and sections of memory become regions.
 */
final class Composer {
    private static final int R_NONE = 0;
    private static final int R_64_64 = 1;
    private static final int R_64_32 = 10;
    private static final int LDDW = 0x18;
    private static final int CALL = 0x85;
    private static final int CLASS = 0x07;
    private static final int JMP = 0x05;
    private static final int JMP32 = 0x06;
    private static final int OPERATION = 0xf0;
    private static final int JA = 0x00;
    private static final int OPERATION_CALL = 0x80;
    private static final int EXIT = 0x90;
    private static final long SOURCE = 0xf000;
    private static final long SOURCE_LOCAL = 0x1000;
    private static final long SOURCE_REGION = 0x6000;
    private static final int IMMEDIATE_SHIFT = 32;
    private static final long WITHOUT_IMMEDIATE = 0xffff_ffffL;

    private final ObjectFile object;
    private final Functions functions;
    private final Regions regions;
    private final Map<Function, Integer> placed = new LinkedHashMap<>();
    private final Queue<Function> waiting = new ArrayDeque<>();
    private final Map<Integer, Code> codes = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private long[] slots = {};

    /** The slots of a section and, by slot, what is to change in them. */
    private record Code(ByteBuffer content, Map<Long, Relocation> relocations) {}

    /** A call, at a slot of the program. */
    private record Call(int slot, Function called) {}

    private Composer(ObjectFile object, Functions functions) {
        this.object = object;
        this.functions = functions;
        this.regions = new Regions(object);
    }

    /** {@return the program that begins with a function} */
    static Program compose(ObjectFile object, Functions functions, Function entry) {
        Composer composer = new Composer(object, functions);
        composer.place(entry);
        while (!composer.waiting.isEmpty()) {
            composer.copy(composer.waiting.remove());
        }
        for (Call call : composer.calls) {
            long distance = composer.placed.get(call.called) - call.slot - 1L;
            composer.slots[call.slot] = (composer.slots[call.slot] & WITHOUT_IMMEDIATE & ~SOURCE)
                    | SOURCE_LOCAL | distance << IMMEDIATE_SHIFT;
        }
        return Program.of(composer.regions.list(), composer.slots);
    }

    private void place(Function function) {
        if (placed.containsKey(function)) {
            return;
        }
        int length = slots.length + function.length();
        if (length > Program.MAX_SLOTS) {
            throw new ElfException("with function " + function.name() + " the program has " + length
                    + " instructions of 8 bytes; the most is " + Program.MAX_SLOTS);
        }
        placed.put(function, slots.length);
        slots = Arrays.copyOf(slots, length);
        waiting.add(function);
    }

    private Code code(Section section) {
        return codes.computeIfAbsent(section.index(), index -> {
            Map<Long, Relocation> bySlot = new HashMap<>();
            for (Relocation relocation : object.relocations(section)) {
                boolean isNew = relocation.type() == R_NONE
                        || bySlot.put(relocation.offset() / Program.SLOT_BYTES, relocation) == null;
                if (!isNew || relocation.offset() % Program.SLOT_BYTES != 0) {
                    throw new ElfException("section " + section.name() + " has a relocation at "
                            + relocation.offset() + ", in the middle of an instruction or where"
                            + " there is another");
                }
            }
            return new Code(object.content(section), bySlot);
        });
    }

    private void copy(Function function) {
        Code code = code(function.section());
        int base = placed.get(function);
        int end = function.first() + function.length();
        for (int i = function.first(); i < end; i++) {
            int to = base + i - function.first();
            long slot = code.content.getLong(i * Program.SLOT_BYTES);
            slots[to] = slot;
            int opcode = (int) slot & 0xff;
            Relocation relocation = code.relocations.get((long) i);
            if (opcode == LDDW) {
                checkInside(function, i, i + 1);
                slots[to + 1] = code.content.getLong((i + 1) * Program.SLOT_BYTES);
                if (relocation != null) {
                    address(function, relocation, to);
                }
                i++;
            } else if (opcode == CALL && (relocation != null || (slot & SOURCE) == SOURCE_LOCAL)) {
                calls.add(new Call(to, called(function, relocation, i, slot)));
                place(calls.getLast().called);
            } else if (relocation != null) {
                throw unknown(function, relocation);
            } else if ((opcode & CLASS) == JMP || (opcode & CLASS) == JMP32) {
                checkJump(function, i, slot);
            }
        }
        checkEnd(function, slots[base + function.length() - 1]);
    }

    /** Turns a wide load of a symbol's address into one of a region's. */
    private void address(Function function, Relocation relocation, int to) {
        if (relocation.type() != R_64_64) {
            throw unknown(function, relocation);
        }
        Symbol symbol = symbol(function, relocation);
        long addend = slots[to] >>> IMMEDIATE_SHIFT
                | slots[to + 1] >>> IMMEDIATE_SHIFT << IMMEDIATE_SHIFT;
        Regions.Place place = regions.place(symbol, addend, where(function, relocation));
        slots[to] = (slots[to] & WITHOUT_IMMEDIATE & ~SOURCE) | SOURCE_REGION
                | (long) place.region() << IMMEDIATE_SHIFT;
        slots[to + 1] = (long) place.offset() << IMMEDIATE_SHIFT;
    }

    private Function called(Function function, Relocation relocation, int i, long slot) {
        long immediate = slot >> IMMEDIATE_SHIFT;
        if (relocation == null) {
            return at(function.section().index(), i + 1 + immediate, function.name(), i);
        }
        if (relocation.type() != R_64_32) {
            throw unknown(function, relocation);
        }
        Symbol symbol = symbol(function, relocation);
        if (symbol.section() == 0) {
            throw new ElfException(where(function, relocation) + " calls "
                    + object.nameOf(symbol) + ", which the object does not define; define it here,"
                    + " or call a function of the host by its number");
        }
        return at(symbol.section(), symbol.value() / Program.SLOT_BYTES + 1 + immediate,
                function.name(), i);
    }

    private Function at(int section, long slot, String caller, int i) {
        return functions.at(section, slot)
                .orElseThrow(() -> new ElfException("function " + caller + ", instruction " + i
                        + " of its section, calls instruction " + slot + " of section " + section
                        + ", where no function begins"));
    }

    private Symbol symbol(Function function, Relocation relocation) {
        int index = relocation.symbol();
        if (index < 0 || index >= object.symbols().size()) {
            throw new ElfException(where(function, relocation) + " refers to symbol " + index
                    + ", but there are " + object.symbols().size());
        }
        return object.symbols().get(index);
    }

    private static ElfException unknown(Function function, Relocation relocation) {
        return new ElfException(where(function, relocation) + " has a relocation of type "
                + relocation.type() + " that does not fit its instruction; known are R_BPF_64_64 ("
                + R_64_64 + ") at wide loads and R_BPF_64_32 (" + R_64_32 + ") at calls");
    }

    private static String where(Function function, Relocation relocation) {
        return "function " + function.name() + ", at " + relocation.offset() + " of section "
                + function.section().name() + ",";
    }

    private static void checkInside(Function function, int i, long target) {
        if (target < function.first() || target >= function.first() + (long) function.length()) {
            throw new ElfException("function " + function.name() + ": instruction " + i
                    + " of section " + function.section().name() + " goes on at " + target
                    + ", outside the function, which has instructions " + function.first() + " to "
                    + (function.first() + function.length() - 1));
        }
    }

    private static void checkJump(Function function, int i, long slot) {
        int operation = (int) slot & OPERATION;
        if (operation == OPERATION_CALL || operation == EXIT) {
            return;
        }
        boolean isFar = operation == JA && ((int) slot & CLASS) == JMP32;
        long distance = isFar ? slot >> IMMEDIATE_SHIFT : (short) (slot >>> 16);
        checkInside(function, i, i + 1 + distance);
    }

    private static void checkEnd(Function function, long last) {
        int operation = (int) last & OPERATION;
        int type = (int) last & CLASS;
        boolean isEnd = (type == JMP && (operation == EXIT || operation == JA))
                || (type == JMP32 && operation == JA);
        if (!isEnd) {
            throw new ElfException("function " + function.name() + " of section "
                    + function.section().name() + " runs past its last instruction; let it return");
        }
    }
}
