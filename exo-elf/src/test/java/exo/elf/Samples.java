// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The compiled samples, and changes to them. */
final class Samples {
    private Samples() {}

    /** {@return the bytes of a sample's object} */
    static byte[] bytes(String name) {
        try (InputStream in = Samples.class.getResourceAsStream("/samples/" + name + ".o")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ElfObject object(String name) {
        return ElfObject.read(bytes(name));
    }

    /** A view of an object that finds what tests change. */
    static final class Edit {
        private final byte[] bytes;
        private final ByteBuffer buffer;

        private Edit(byte[] bytes) {
            this.bytes = bytes;
            this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        static Edit of(String name) {
            return new Edit(Samples.bytes(name));
        }

        /** {@return the bytes, which follow later changes} */
        byte[] bytes() {
            return bytes;
        }

        ByteBuffer buffer() {
            return buffer;
        }

        /** {@return where the header of a section begins} */
        int header(int section) {
            return (int) buffer.getLong(0x28) + section * 64;
        }

        int sections() {
            return buffer.getShort(0x3c);
        }

        /** {@return the number of the section of a name} */
        int section(String name) {
            long names = buffer.getLong(header(buffer.getShort(0x3e)) + 0x18);
            for (int i = 0; i < sections(); i++) {
                int at = (int) names + buffer.getInt(header(i));
                String found = "";
                while (bytes[at] != 0) {
                    found += (char) bytes[at++];
                }
                if (found.equals(name)) {
                    return i;
                }
            }
            throw new AssertionError("no section " + name);
        }

        /** {@return where the content of a section begins} */
        int content(String name) {
            return (int) buffer.getLong(header(section(name)) + 0x18);
        }

        /** {@return where the symbol begins that a relocation of a section refers to} */
        int symbol(String relocations, int index) {
            int number = buffer.getInt(content(relocations) + index * 16 + 12);
            return content(".symtab") + number * 24;
        }

        Edit put(int at, int... values) {
            for (int i = 0; i < values.length; i++) {
                bytes[at + i] = (byte) values[i];
            }
            return this;
        }
    }
}
