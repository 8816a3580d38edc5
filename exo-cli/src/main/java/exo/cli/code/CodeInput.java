// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.ClassicProgram;
import exo.api.code.CodeEngine;
import exo.api.code.Program;
import exo.elf.ElfObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads programs from files and standard input, in whichever form they are. */
final class CodeInput {
    /** The most bytes of an input. */
    static final int MAX_BYTES = 1 << 26;
    /** The name that stands for standard input. */
    static final String STANDARD = "-";

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private CodeInput() {}

    /** A program, as it was found. */
    sealed interface Form {
        /** A program of eBPF. */
        record Extended(Program program) implements Form {}

        /** A program of classic BPF. */
        record Classic(ClassicProgram program) implements Form {}
    }

    /**
     * Opens an input.
     *
     * @param name the name of a file, or {@link #STANDARD}
     * @throws IOException with a message for the user
     */
    static InputStream open(String name) throws IOException {
        if (name.equals(STANDARD)) {
            return System.in;
        }
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                throw new IOException(name + " is a directory; name a file");
            }
            return Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + name, e);
        } catch (AccessDeniedException e) {
            throw new IOException("you may not read " + name, e);
        } catch (InvalidPathException e) {
            throw new IOException("'" + name + "' is no name of a file", e);
        }
    }

    /**
     * {@return all bytes of an input}
     *
     * @param name the name of a file, or {@link #STANDARD}
     * @throws IOException with a message for the user; also if there are more than {@value
     *         #MAX_BYTES}
     */
    static byte[] read(String name) throws IOException {
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException((name.equals(STANDARD) ? "standard input" : name)
                        + " has more than " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }

    /**
     * {@return the text of an input}
     *
     * @throws IllegalArgumentException if it is not in UTF-8
     */
    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the input is neither an object file nor text", e);
        }
    }

    /**
     * {@return the program in an input, whose form is found out: an object file, the decimal form
     * of tcpdump, hexadecimal digits, or else the text of the assembler}
     *
     * @param bytes the input
     * @param section the section of an object file
     * @throws IllegalArgumentException if it is none
     */
    static Form program(byte[] bytes, Optional<String> section) {
        if (bytes.length >= ELF.length && ByteBuffer.wrap(bytes, 0, ELF.length)
                .equals(ByteBuffer.wrap(ELF))) {
            return new Form.Extended(fromObject(ElfObject.read(bytes), section));
        }
        String text = text(bytes);
        if (section.isPresent()) {
            throw new IllegalArgumentException("only object files have sections, and this is none;"
                    + " leave out --section");
        }
        if (isDecimal(text)) {
            return new Form.Classic(ClassicProgram.parseDecimal(text));
        }
        return new Form.Extended(isHex(text)
                ? Program.parseHex(text)
                : CodeEngine.load().assemble(text));
    }

    private static Program fromObject(ElfObject object, Optional<String> section) {
        List<String> sections = object.sections();
        if (section.isEmpty() && sections.size() != 1) {
            throw new IllegalArgumentException("the object has " + sections.size()
                    + " programs; name one of these sections by --section: " + sections);
        }
        return object.program(section.orElseGet(sections::getFirst));
    }

    /** Only decimal numbers, of which the first stands alone in its line or before a comma. */
    private static boolean isDecimal(String text) {
        String stripped = text.strip();
        int end = 0;
        while (end < stripped.length() && Character.isDigit(stripped.charAt(end))) {
            end++;
        }
        String rest = stripped.substring(end);
        boolean isAlone = rest.isEmpty() || rest.startsWith(",")
                || rest.lines().findFirst().orElse("").isBlank();
        return end > 0 && end < 5 && isAlone && consistsOf(stripped, "0123456789,");
    }

    private static boolean isHex(String text) {
        return !text.isBlank() && consistsOf(text, "0123456789abcdefABCDEF");
    }

    private static boolean consistsOf(String text, String characters) {
        return text.chars().allMatch(c -> Character.isWhitespace(c) || characters.indexOf(c) >= 0);
    }
}
