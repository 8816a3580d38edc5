// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks that what the headers of a file announce lies in the file, before the library believes
 * them: it would otherwise take as much memory or time as any number in the file says.
 */
final class Layout {
    /** The most bytes of a file. */
    static final int MAX_BYTES = 1 << 24;
    /** The most sections of a file. */
    static final int MAX_SECTIONS = 4096;
    /** The most characters of a name. */
    static final int MAX_NAME = 255;

    static final int NULL = 0;
    static final int PROGBITS = 1;
    static final int SYMTAB = 2;
    static final int STRTAB = 3;
    static final int RELA = 4;
    static final int NOBITS = 8;
    static final int REL = 9;

    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 16;
    private static final int MACHINE_BPF = 247;
    private static final int MAGIC = 0x464c457f;
    /** Types that the library reads in its own way, and that objects for BPF do not have. */
    private static final int[] FOREIGN = {5, 6, 7, 11, 14, 15, 16, 0x6ffffff6};

    private final ByteBuffer file;
    private final int sections;
    private final int tableAt;
    private final int names;

    private Layout(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        checkHeader(bytes.length);
        long table = file.getLong(0x28);
        sections = Short.toUnsignedInt(file.getShort(0x3c));
        names = Short.toUnsignedInt(file.getShort(0x3e));
        if (sections < 1 || sections > MAX_SECTIONS || names >= sections) {
            throw new ElfException("the file announces " + sections + " sections, with the names in"
                    + " section " + names + "; there may be 1 to " + MAX_SECTIONS);
        }
        if (!fits(table, (long) sections * SECTION_BYTES)) {
            throw new ElfException("the table of " + sections + " sections at offset "
                    + Long.toUnsignedString(table) + " does not lie in the file of " + bytes.length
                    + " bytes; is the file cut off?");
        }
        tableAt = (int) table;
    }

    /**
     * Checks a file.
     *
     * @param bytes its bytes
     * @throws ElfException if the headers are not those of an object for BPF, or announce what is
     *         not there
     */
    static void check(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new ElfException("an object file has up to " + MAX_BYTES + " bytes, but this one"
                    + " has " + bytes.length);
        }
        new Layout(bytes).checkSections();
    }

    private void checkHeader(int length) {
        if (length < HEADER_BYTES || file.getInt(0) != MAGIC) {
            throw new ElfException("the file of " + length + " bytes does not begin with an ELF"
                    + " header; compile with 'clang -O2 -target bpf -c'");
        }
        require("class", file.get(0x04), 2, "64-bit; compile with '-target bpf'");
        require("byte order", file.get(0x05), 1, "little-endian; compile with '-target bpfel'");
        int machine = Short.toUnsignedInt(file.getShort(0x12));
        require("machine", machine, MACHINE_BPF, "BPF; compile with '-target bpf'");
        require("type", file.getShort(0x10), 1, "a relocatable object; compile with '-c'");
        require("size of a section header", file.getShort(0x3a), SECTION_BYTES, "that of ELF64");
    }

    private static void require(String field, int value, int wanted, String meaning) {
        if (value != wanted) {
            throw new ElfException("the " + field + " in the ELF header is " + value + ", but must"
                    + " be " + wanted + ": " + meaning);
        }
    }

    private boolean fits(long offset, long size) {
        return offset >= 0 && size >= 0 && size <= file.capacity()
                && offset <= file.capacity() - size;
    }

    private int type(int section) {
        return file.getInt(tableAt + section * SECTION_BYTES + 0x04);
    }

    private long offset(int section) {
        return file.getLong(tableAt + section * SECTION_BYTES + 0x18);
    }

    private long size(int section) {
        return file.getLong(tableAt + section * SECTION_BYTES + 0x20);
    }

    private void checkSections() {
        long total = 0;
        int symbolTables = 0;
        for (int i = 0; i < sections; i++) {
            int type = type(i);
            if (type == NULL) {
                continue;
            }
            checkSection(i, type);
            total += type == NOBITS ? 0 : size(i);
            symbolTables += type == SYMTAB ? 1 : 0;
        }
        if (total > file.capacity()) {
            throw new ElfException("the sections have " + total + " bytes together, more than the"
                    + " file of " + file.capacity() + ": they overlap");
        }
        if (symbolTables > 1) {
            throw new ElfException("there are " + symbolTables + " symbol tables; an object has"
                    + " one");
        }
        if (type(names) != STRTAB) {
            throw new ElfException("section " + names + " should hold the names of the sections,"
                    + " but has type " + type(names));
        }
        for (int i = 0; i < sections; i++) {
            checkName(i);
        }
    }

    private void checkSection(int section, int type) {
        for (int foreign : FOREIGN) {
            if (type == foreign) {
                throw new ElfException("section " + section + " has type " + type
                        + ", which objects for BPF do not have");
            }
        }
        if (type != NOBITS && !fits(offset(section), size(section))) {
            throw new ElfException("section " + section + " of " + Long.toUnsignedString(
                    size(section)) + " bytes at offset " + Long.toUnsignedString(offset(section))
                    + " does not lie in the file of " + file.capacity() + " bytes; is the file cut"
                    + " off?");
        }
        int entry = type == SYMTAB ? SYMBOL_BYTES : RELOCATION_BYTES;
        long announced = file.getLong(tableAt + section * SECTION_BYTES + 0x38);
        if ((type == SYMTAB || type == REL)
                && (announced != entry || size(section) % entry != 0)) {
            throw new ElfException("section " + section + " of " + size(section) + " bytes has"
                    + " entries of " + announced + " bytes; they must be " + entry);
        }
    }

    private void checkName(int section) {
        long at = Integer.toUnsignedLong(file.getInt(tableAt + section * SECTION_BYTES));
        long end = offset(names) + size(names);
        long start = offset(names) + at;
        for (long i = start; i < end && i - start <= MAX_NAME; i++) {
            if (file.get((int) i) == 0) {
                return;
            }
        }
        throw new ElfException("the name of section " + section + ", at " + at + " of "
                + size(names) + " bytes of names, does not end within " + MAX_NAME
                + " characters");
    }
}
