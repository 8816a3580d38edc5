// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A path, decoded into names. It can only lead downwards: a name is never empty, never {@code .} or
 * {@code ..}, and holds no slash and no NUL, however it was spelled.
 *
 * @param status {@link Status#OK}, or what to answer instead
 * @param names the names from the root down; empty for the root and for refused paths
 * @param isDirectory whether the path ends with a slash
 */
public record TargetPath(Status status, List<String> names, boolean isDirectory) {
    /** The root: what an absolute target without a path names. */
    public static final TargetPath ROOT = new TargetPath(Status.OK, List.of(), true);

    /** Copies the list. */
    public TargetPath {
        names = List.copyOf(names);
    }

    /**
     * Decodes a path. Allocates: results are worth keeping.
     *
     * <p>An encoded slash and an empty name are answered with {@link Status#NOT_FOUND}, since no
     * file has such a name; a broken escape, bytes that are no UTF-8, NUL and dot names with {@link
     * Status#BAD_REQUEST}.
     *
     * @param bytes where it lies
     * @param offset where it begins: a slash
     * @param length how many bytes it has, at least 1
     * @return the path
     */
    public static TargetPath decode(MemorySegment bytes, long offset, int length) {
        List<String> names = new ArrayList<>();
        byte[] name = new byte[length];
        long end = offset + length;
        long at = offset + 1;
        while (at < end) {
            long nameEnd = Ascii.find(bytes, at, end, '/');
            int nameLength = unescape(bytes, at, nameEnd, name);
            if (nameLength < 0) {
                return refused(Status.BAD_REQUEST);
            }
            Status status = check(name, nameLength);
            if (status != Status.OK) {
                return refused(status);
            }
            try {
                names.add(StandardCharsets.UTF_8.newDecoder()
                        .decode(ByteBuffer.wrap(name, 0, nameLength))
                        .toString());
            } catch (CharacterCodingException e) {
                return refused(Status.BAD_REQUEST);
            }
            at = nameEnd + 1;
        }
        return new TargetPath(Status.OK, names, Ascii.at(bytes, end - 1) == '/');
    }

    private static TargetPath refused(Status status) {
        return new TargetPath(status, List.of(), false);
    }

    /** {@return how many bytes the name has, or -1 if an escape is broken} */
    private static int unescape(MemorySegment bytes, long from, long end, byte[] name) {
        int length = 0;
        long at = from;
        while (at < end) {
            int octet = Ascii.at(bytes, at++);
            if (octet == '%') {
                int high = at < end ? Ascii.hexDigit(Ascii.at(bytes, at)) : -1;
                int low = at + 1 < end ? Ascii.hexDigit(Ascii.at(bytes, at + 1)) : -1;
                if (high < 0 || low < 0) {
                    return -1;
                }
                octet = (high << 4) | low;
                at += 2;
            }
            name[length++] = (byte) octet;
        }
        return length;
    }

    private static Status check(byte[] name, int length) {
        boolean dots = length > 0 && length <= 2 && name[0] == '.' && name[length - 1] == '.';
        boolean slash = false;
        boolean nul = false;
        for (int i = 0; i < length; i++) {
            slash |= name[i] == '/';
            nul |= name[i] == 0;
        }
        if (dots || nul) {
            return Status.BAD_REQUEST;
        }
        return slash || length == 0 ? Status.NOT_FOUND : Status.OK;
    }

    /** {@return the path of the directory with that name, escaped, with a slash at both ends} */
    public String directoryPath() {
        StringBuilder path = new StringBuilder("/");
        for (String name : names) {
            escape(name, path);
            path.append('/');
        }
        return path.toString();
    }

    /**
     * Appends a name the way it is written in a path.
     *
     * @param name the name
     * @param to where to
     */
    static void escape(String name, StringBuilder to) {
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = Ascii.isUnreserved(octet & 0xff);
            if (isPlain) {
                to.append((char) octet);
            } else {
                to.append('%')
                        .append(Character.toUpperCase(Character.forDigit((octet >> 4) & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
            }
        }
    }
}
