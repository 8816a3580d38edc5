// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.Program;
import exo.elf.Functions.Function;
import exo.elf.ObjectFile.Section;
import java.util.List;

/**
 * An object file of programs, read and checked. Immutable.
 *
 * <p>A program is a function in a section of its own, such as {@code SEC("xdp")}, with the
 * functions that it calls and the sections of memory that it refers to: {@code .rodata} and the
 * like as constants, {@code .data} and {@code .bss} as memory that it may write and that outlives
 * a run.
 */
public final class ElfObject {
    /** The most bytes of a file. */
    public static final int MAX_BYTES = Layout.MAX_BYTES;

    private static final String TEXT = ".text";
    private static final int SHOWN = 16;

    private final ObjectFile object;
    private final Functions functions;

    private ElfObject(ObjectFile object) {
        this.object = object;
        this.functions = new Functions(object);
    }

    /**
     * {@return the object in a file}
     *
     * @param bytes the bytes of the file, up to {@value #MAX_BYTES}
     * @throws ElfException if they are no object for BPF
     */
    public static ElfObject read(byte[] bytes) {
        return new ElfObject(new ObjectFile(bytes.clone()));
    }

    /**
     * {@return the names of the sections that hold programs, in the order of the file; {@code
     * .text} is one only if there is no other, since it holds what programs call}
     */
    public List<String> sections() {
        List<String> all = object.sections()
                .stream()
                .filter(s -> s.isCode() && s.size() > 0)
                .map(Section::name)
                .toList();
        return all.size() == 1 ? all : all.stream().filter(name -> !name.equals(TEXT)).toList();
    }

    /**
     * {@return the program of a section: its global function, or its first if all are static}
     *
     * @param section the section's name
     * @throws ElfException if there is no such section, or it is not clear which function is meant,
     *         or the program refers to what there is not
     */
    public Program program(String section) {
        List<Section> found = object.sections()
                .stream()
                .filter(s -> s.isCode() && s.size() > 0 && s.name().equals(section))
                .toList();
        if (found.size() != 1) {
            throw new ElfException("there are " + found.size() + " sections of code called '"
                    + section + "'; the sections with programs are " + some(sections()));
        }
        return Composer.compose(object, functions, entry(found.getFirst()));
    }

    private Function entry(Section section) {
        List<Function> candidates = functions.candidates(section);
        if (candidates.size() > 1) {
            throw new ElfException("section " + section.name()
                    + " has several functions that may be"
                    + " the program: " + some(candidates.stream().map(Function::name).toList())
                    + "; give each program a section of its own, and make what they call static");
        }
        return candidates.getFirst();
    }

    private static String some(List<String> names) {
        return names.size() <= SHOWN
                ? names.toString()
                : names.subList(0, SHOWN) + " and " + (names.size() - SHOWN) + " more";
    }
}
