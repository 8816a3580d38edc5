// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Which names files may have: any text without slash and NUL that is not one dot or two. */
public final class Names {
    private Names() {}

    /**
     * {@return what is wrong with a name; empty if nothing is}
     *
     * @param name the name of a file or directory in its directory
     */
    public static String complaint(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            return "it is empty, . or ..";
        }
        if (name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            return "it holds a slash or NUL";
        }
        int bytes = bytes(name);
        if (bytes < 0) {
            return "it cannot be written in UTF-8";
        }
        return bytes > Layout.MAX_NAME_BYTES
                ? "it has " + bytes + " bytes, and the most is " + Layout.MAX_NAME_BYTES
                : "";
    }

    /** {@return the length in UTF-8, or -1 if there is none for half a surrogate pair} */
    private static int bytes(String name) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder()
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(name));
            return encoded.remaining();
        } catch (CharacterCodingException e) {
            return -1;
        }
    }
}
