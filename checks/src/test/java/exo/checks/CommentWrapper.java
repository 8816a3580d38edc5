// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Wraps comment lines that are too long, and moves no other: the formatter leaves comments alone.
 *
 * <p>A tool for maintainers: {@code java checks/src/test/java/exo/checks/CommentWrapper.java
 * FILE…}. Snippets and addresses stay as they are.
 */
final class CommentWrapper {

    private static final int MAX_COLUMNS = 100;
    private static final Pattern LINE = Pattern.compile("(\\s*(?:/\\*\\*|\\*|//) ?)(\\s*)(\\S.*)");
    private static final Pattern WHOLE = Pattern.compile("(\\s*)/\\*\\* (.*) \\*/");
    /** What begins a line that is not the continuation of the one above. */
    private static final Pattern FRESH = Pattern.compile("(<|@|\\*/|/|\\{@snippet|- ).*");
    private static final String TAG_INDENT = " ".repeat(8);

    private final List<String> lines;

    private CommentWrapper(String source) {
        this.lines = new ArrayList<>(List.of(source.split("\n", -1)));
    }

    /** Rewrites the files that it is given, if they need it. */
    public static void main(String[] files) throws IOException {
        for (String file : files) {
            String source = Files.readString(Path.of(file));
            String wrapped = wrap(source);
            if (!wrapped.equals(source)) {
                Files.writeString(Path.of(file), wrapped);
                System.out.println("wrapped " + file);
            }
        }
    }

    /** {@return a source whose comment lines fit} */
    static String wrap(String source) {
        CommentWrapper wrapper = new CommentWrapper(source);
        boolean snippet = false;
        for (int i = 0; i < wrapper.lines.size(); i++) {
            String line = wrapper.lines.get(i);
            snippet = line.contains("{@snippet") || (snippet && !line.matches("\\s*\\* ?}"));
            if (!snippet && line.length() > MAX_COLUMNS && !line.contains("://")) {
                wrapper.wrapLine(i);
            }
        }
        return String.join("\n", wrapper.lines);
    }

    private void wrapLine(int index) {
        Matcher whole = WHOLE.matcher(lines.get(index));
        if (whole.matches()) {
            String indent = whole.group(1);
            lines.set(index, indent + "/**");
            lines.add(index + 1, indent + " * " + whole.group(2));
            lines.add(index + 2, indent + " */");
            return;
        }
        String line = lines.get(index);
        int cut = line.lastIndexOf(' ', MAX_COLUMNS);
        Matcher parts = LINE.matcher(line);
        if (!parts.matches() || cut <= parts.start(3)) {
            return;
        }
        String star = parts.group(1).replace("/**", " *");
        String rest = line.substring(cut + 1);
        lines.set(index, line.substring(0, cut).stripTrailing());
        Matcher next = LINE.matcher(index + 1 < lines.size() ? lines.get(index + 1) : "");
        if (next.matches() && next.group(1).equals(star)
                && !FRESH.matcher(next.group(3)).matches()) {
            lines.set(index + 1, star + next.group(2) + rest + " " + next.group(3));
        } else {
            String indent = parts.group(3).startsWith("@") ? TAG_INDENT : "";
            lines.add(index + 1, star + parts.group(2) + indent + rest);
        }
    }
}
