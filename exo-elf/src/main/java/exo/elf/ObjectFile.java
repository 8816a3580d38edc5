// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import net.fornwall.jelf.ElfFile;
import net.fornwall.jelf.ElfRelocation;
import net.fornwall.jelf.ElfRelocationSection;
import net.fornwall.jelf.ElfSection;
import net.fornwall.jelf.ElfSectionHeader;
import net.fornwall.jelf.ElfSymbol;
import net.fornwall.jelf.ElfSymbolTableSection;

/** The sections, symbols and relocations of a file, as the library reads them. */
final class ObjectFile {
    private static final String UNREAD = "";

    private final byte[] bytes;
    private final ElfFile file;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private int symbolNames;

    /**
     * A section.
     *
     * @param index its number
     * @param name its name; empty for those that nobody here reads
     * @param type its type
     * @param flags its flags
     * @param size its bytes, also where they are not in the file
     * @param target for relocations: the section they change
     */
    record Section(int index, String name, int type, long flags, long size, int target) {
        boolean isCode() {
            return type == Layout.PROGBITS && (flags & ElfSectionHeader.FLAG_EXEC_INSTR) != 0;
        }

        boolean isMemory() {
            return (type == Layout.PROGBITS || type == Layout.NOBITS) && !isCode()
                    && (flags & ElfSectionHeader.FLAG_ALLOC) != 0;
        }

        boolean isWritable() {
            return (flags & ElfSectionHeader.FLAG_WRITE) != 0;
        }
    }

    /**
     * A symbol.
     *
     * @param name where its name begins among the names
     * @param type its type
     * @param isGlobal whether other objects see it
     * @param section its section, or a number beyond all of them with a meaning of its own
     * @param value its offset in the section
     * @param size its bytes
     */
    record Symbol(int name, int type, boolean isGlobal, int section, long value, long size) {}

    /**
     * A relocation.
     *
     * @param offset the byte of the section that it changes
     * @param type how
     * @param symbol the number of the symbol whose place it wants
     */
    record Relocation(long offset, int type, int symbol) {}

    ObjectFile(byte[] bytes) {
        Layout.check(bytes);
        this.bytes = bytes;
        this.file = reading("the header", () -> ElfFile.from(bytes));
        for (int i = 0; i < Short.toUnsignedInt(file.e_shnum); i++) {
            int index = i;
            sections.add(reading("section " + i, () -> section(index)));
        }
        for (Section section : sections) {
            if (section.type == Layout.SYMTAB) {
                reading("the symbols", () -> readSymbols(section.index));
            }
        }
    }

    /** {@return what the library reads; whatever it throws on malformed input is wrapped} */
    private static <T> T reading(String what, Supplier<T> read) {
        try {
            return read.get();
        } catch (ElfException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ElfException(what + " of the file cannot be read: " + e, e);
        }
    }

    private Section section(int index) {
        ByteBuffer raw = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int type = raw.getInt((int) file.e_shoff + index * file.e_shentsize + Integer.BYTES);
        if (type != Layout.PROGBITS && type != Layout.NOBITS && type != Layout.SYMTAB
                && type != Layout.REL && type != Layout.RELA && type != Layout.STRTAB) {
            return new Section(index, UNREAD, type, 0, 0, 0);
        }
        ElfSectionHeader header = file.getSection(index).header;
        // The library gives null for a section that has no name.
        String name = Objects.requireNonNullElse(header.getName(), "");
        return new Section(index, name, type, header.sh_flags, header.sh_size,
                header.sh_info);
    }

    private boolean readSymbols(int index) {
        ElfSection table = file.getSection(index);
        symbolNames = table.header.sh_link;
        for (ElfSymbol symbol : ((ElfSymbolTableSection) table).symbols) {
            symbols.add(new Symbol(symbol.st_name, symbol.getType(),
                    symbol.getBinding() != ElfSymbol.BINDING_LOCAL,
                    Short.toUnsignedInt(symbol.st_shndx), symbol.st_value, symbol.st_size));
        }
        return true;
    }

    /** {@return all sections, by number} */
    List<Section> sections() {
        return sections;
    }

    /** {@return all symbols, by number} */
    List<Symbol> symbols() {
        return symbols;
    }

    /** {@return the bytes of a section that has some in the file} */
    ByteBuffer content(Section section) {
        byte[] data = reading("section " + section.name,
                () -> file.getSection(section.index).getData());
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return the relocations of a section} */
    List<Relocation> relocations(Section section) {
        List<Relocation> found = new ArrayList<>();
        for (Section table : sections) {
            boolean isFor = table.target == section.index;
            if (isFor && table.type == Layout.RELA) {
                throw new ElfException("section " + table.name + " has relocations with addends,"
                        + " which objects for BPF do not have");
            }
            if (isFor && table.type == Layout.REL) {
                reading("section " + table.name, () -> readRelocations(table.index, found));
            }
        }
        return found;
    }

    private boolean readRelocations(int index, List<Relocation> found) {
        ElfRelocationSection table = (ElfRelocationSection) file.getSection(index);
        for (ElfRelocation relocation : table.relocations) {
            found.add(new Relocation(relocation.r_offset, (int) relocation.r_info,
                    (int) (relocation.r_info >>> Integer.SIZE)));
        }
        return true;
    }

    /** {@return what messages call a symbol} */
    String nameOf(Symbol symbol) {
        if (symbol.type == ElfSymbol.STT_SECTION && symbol.section < sections.size()) {
            return sections.get(symbol.section).name;
        }
        if (symbolNames < 0 || symbolNames >= sections.size()
                || sections.get(symbolNames).type != Layout.STRTAB) {
            return "symbol without a name";
        }
        ElfSectionHeader names = file.getSection(symbolNames).header;
        int start = (int) names.sh_offset + Math.max(0, symbol.name);
        int end = start;
        int most = (int) Math.min(names.sh_offset + names.sh_size, (long) start + Layout.MAX_NAME);
        while (end < most && bytes[end] != 0) {
            end++;
        }
        return start > end || start > bytes.length
                ? "symbol without a name"
                : new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
