// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes one value of JSON, RFC 8259. Members and elements are written in the order of the calls;
 * a name of null stands for an element of an array. Confined to one thread.
 */
final class JsonText {
    private final StringBuilder text = new StringBuilder();
    private final Deque<Character> ends = new ArrayDeque<>();
    private boolean first = true;

    JsonText beginObject(String name) {
        return begin(name, '{', '}');
    }

    JsonText beginArray(String name) {
        return begin(name, '[', ']');
    }

    private JsonText begin(String name, char open, char close) {
        name(name);
        text.append(open);
        ends.push(close);
        first = true;
        return this;
    }

    JsonText end() {
        text.append(ends.pop().charValue());
        first = false;
        return this;
    }

    JsonText put(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    JsonText put(String name, boolean value) {
        name(name);
        text.append(value);
        return this;
    }

    JsonText putNull(String name) {
        name(name);
        text.append("null");
        return this;
    }

    JsonText put(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    private void name(String name) {
        if (!first) {
            text.append(',');
        }
        first = false;
        if (name != null) {
            quote(name);
            text.append(':');
        }
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || (Character.isSurrogate(c) && !isPaired(value, i))) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    private static boolean isPaired(String value, int at) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
