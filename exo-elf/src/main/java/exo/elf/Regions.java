// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.elf.ObjectFile.Section;
import exo.elf.ObjectFile.Symbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sections of memory that a program refers to, as its regions. */
final class Regions {
    private static final int FIRST_SPECIAL = 0xff00;
    private static final int COMMON = 0xfff2;
    /** The most bytes of all regions together: more than any object has in its file. */
    private static final long MAX_TOTAL_BYTES = 1L << 26;

    private final ObjectFile object;
    private final List<Region> regions = new ArrayList<>();
    private final Map<Integer, Integer> bySection = new HashMap<>();
    private long total;

    /**
     * A place in a region.
     *
     * @param region the region's index
     * @param offset the offset in it
     */
    record Place(int region, int offset) {}

    Regions(ObjectFile object) {
        this.object = object;
    }

    /** {@return the regions, by index} */
    List<Region> list() {
        return regions;
    }

    /**
     * {@return where a symbol lies}
     *
     * @param symbol the symbol
     * @param addend what the instruction adds
     * @param user who wants to know, for messages
     */
    Place place(Symbol symbol, long addend, String user) {
        Section section = section(symbol, user);
        long offset = symbol.value() + addend;
        if (offset < 0 || offset >= section.size()) {
            throw new ElfException(user + " takes an address at " + offset + " of section "
                    + section.name() + ", which has " + section.size() + " bytes");
        }
        Integer index = bySection.get(section.index());
        if (index == null) {
            index = add(section, user);
        }
        return new Place(index, (int) offset);
    }

    private Section section(Symbol symbol, String user) {
        String name = object.nameOf(symbol);
        if (symbol.section() == 0) {
            throw new ElfException(user + " refers to " + name + ", which the object does not"
                    + " define; define it in the same file");
        }
        if (symbol.section() == COMMON) {
            throw new ElfException(user + " refers to the common symbol " + name + "; compile with"
                    + " '-fno-common', or give it a value");
        }
        if (symbol.section() >= FIRST_SPECIAL || symbol.section() >= object.sections().size()) {
            throw new ElfException(user + " refers to " + name + " of section "
                    + symbol.section() + ", which is none of the object's");
        }
        Section section = object.sections().get(symbol.section());
        if (section.name().equals(".maps") || section.name().equals("maps")) {
            throw new ElfException(user + " uses the map " + name + ", and there are no maps here;"
                    + " keep the state in a global variable, which outlives a run");
        }
        if (section.isCode()) {
            throw new ElfException(user + " takes the address of the function " + name
                    + "; functions can only be called by name");
        }
        if (!section.isMemory()) {
            throw new ElfException(user + " refers to " + name + " of section " + section.name()
                    + ", which holds no memory of a program");
        }
        return section;
    }

    private int add(Section section, String user) {
        long size = section.size();
        total += size;
        if (size > Program.MAX_REGION_BYTES || total > MAX_TOTAL_BYTES
                || regions.size() == Program.MAX_REGIONS) {
            throw new ElfException(user + " refers to section " + section.name() + " of " + size
                    + " bytes; a program has up to " + Program.MAX_REGIONS + " such sections of "
                    + Program.MAX_REGION_BYTES + " bytes, and " + MAX_TOTAL_BYTES
                    + " bytes together");
        }
        if (!object.relocations(section).isEmpty()) {
            throw new ElfException("section " + section.name() + " holds addresses, which programs"
                    + " cannot keep in memory; use numbers, as indexes of an array");
        }
        byte[] content = section.type() == Layout.NOBITS
                ? new byte[(int) size]
                : object.content(section).array();
        String name = section.name().isEmpty() ? "section " + section.index() : section.name();
        regions.add(section.isWritable()
                ? Region.writable(name, content)
                : Region.constant(name, content));
        bySection.put(section.index(), regions.size() - 1);
        return regions.size() - 1;
    }
}
