// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.Program;
import exo.elf.ObjectFile.Section;
import exo.elf.ObjectFile.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import net.fornwall.jelf.ElfSymbol;

/** The functions of an object, by where they begin. */
final class Functions {
    private final ObjectFile object;
    private final Map<Integer, NavigableMap<Integer, Function>> bySection = new TreeMap<>();

    /**
     * A function.
     *
     * @param name its name
     * @param section the section that holds it
     * @param first its first slot in the section
     * @param length its slots
     * @param isGlobal whether other objects see it
     */
    record Function(String name, Section section, int first, int length, boolean isGlobal) {}

    Functions(ObjectFile object) {
        this.object = object;
        for (Section section : object.sections()) {
            if (section.isCode() && section.size() > 0) {
                if (section.size() % Program.SLOT_BYTES != 0) {
                    throw new ElfException("section " + section.name() + " has " + section.size()
                            + " bytes, which are no whole instructions of 8 bytes");
                }
                bySection.put(section.index(), new TreeMap<>());
            }
        }
        for (Symbol symbol : object.symbols()) {
            if (symbol.type() == ElfSymbol.STT_FUNC && bySection.containsKey(symbol.section())) {
                add(symbol);
            }
        }
        bySection.forEach(this::complete);
    }

    private void add(Symbol symbol) {
        Section section = object.sections().get(symbol.section());
        long value = symbol.value();
        long size = symbol.size();
        boolean isWhole = value % Program.SLOT_BYTES == 0 && size % Program.SLOT_BYTES == 0;
        if (!isWhole || value < 0 || size < 0 || size > section.size()
                || value > section.size() - size || value == section.size()) {
            throw new ElfException("function " + object.nameOf(symbol) + " of " + size
                    + " bytes at " + value + " does not lie in section " + section.name() + " of "
                    + section.size() + " bytes, in steps of 8");
        }
        Function function = new Function(object.nameOf(symbol), section,
                (int) value / Program.SLOT_BYTES, (int) size / Program.SLOT_BYTES,
                symbol.isGlobal());
        bySection.get(section.index())
                .merge(function.first, function,
                        (there, other) -> other.isGlobal && !there.isGlobal ? other : there);
    }

    /** Gives functions without a size, as assemblers write them, what lies before the next. */
    private void complete(int index, NavigableMap<Integer, Function> functions) {
        Section section = object.sections().get(index);
        if (functions.isEmpty()) {
            functions.put(0, new Function(section.name(), section, 0, 0, true));
        }
        for (Function f : List.copyOf(functions.values())) {
            if (f.length == 0) {
                Integer next = functions.higherKey(f.first);
                int end = next == null ? (int) section.size() / Program.SLOT_BYTES : next;
                functions.put(f.first,
                        new Function(f.name, section, f.first, end - f.first, f.isGlobal));
            }
        }
    }

    /** {@return the function that begins at a slot of a section} */
    Optional<Function> at(int section, long slot) {
        Map<Integer, Function> there = bySection.getOrDefault(section, new TreeMap<>());
        return slot >= 0 && slot <= Program.MAX_SLOTS * (long) Program.SLOT_BYTES
                ? Optional.ofNullable(there.get((int) slot))
                : Optional.empty();
    }

    /** {@return the functions of a section that may be programs: the global ones, if any are} */
    List<Function> candidates(Section section) {
        List<Function> all = new ArrayList<>(bySection.get(section.index()).values());
        List<Function> global = all.stream().filter(Function::isGlobal).toList();
        return global.isEmpty() ? all.subList(0, 1) : global;
    }
}
