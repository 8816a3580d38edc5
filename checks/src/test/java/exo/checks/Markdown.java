// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the checks need to know of a Markdown document. */
final class Markdown {

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*)");

    /**
     * Something on a line.
     *
     * @param line the line, from 1
     * @param text what is there
     */
    record Item(int line, String text) {}

    /**
     * A fenced block of code.
     *
     * @param line the line of the opening fence
     * @param language the word behind the fence
     * @param before the line above the fence
     * @param text the lines inside
     */
    record Block(int line, String language, String before, String text) {}

    private final List<Item> links = new ArrayList<>();
    private final List<Item> spans = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Set<String> anchors = new TreeSet<>();

    private Markdown() {}

    /** {@return the parsed document} */
    static Markdown parse(String text) {
        Markdown document = new Markdown();
        List<String> lines = text.lines().toList();
        int at = 0;
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.startsWith("```")) {
                at = document.block(lines, at);
            } else {
                document.prose(at + 1, line);
                at++;
            }
        }
        return document;
    }

    private int block(List<String> lines, int start) {
        int end = start + 1;
        while (end < lines.size() && !lines.get(end).startsWith("```")) {
            end++;
        }
        String before = start == 0 ? "" : lines.get(start - 1);
        blocks.add(new Block(start + 1, lines.get(start).substring(3).strip(), before,
                String.join("\n", lines.subList(start + 1, end))));
        return end + 1;
    }

    private void prose(int number, String line) {
        Matcher heading = HEADING.matcher(line);
        if (heading.matches()) {
            anchors.add(anchor(heading.group(1)));
        }
        Matcher link = LINK.matcher(line);
        while (link.find()) {
            links.add(new Item(number, link.group(1)));
        }
        Matcher span = SPAN.matcher(line);
        while (span.find()) {
            spans.add(new Item(number, span.group(1)));
        }
    }

    /** {@return the name by which a heading is linked to} */
    static String anchor(String heading) {
        return heading.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    List<Item> links() {
        return links;
    }

    List<Item> spans() {
        return spans;
    }

    List<Block> blocks() {
        return blocks;
    }

    Set<String> anchors() {
        return anchors;
    }

    /** {@return spans of prose, and the lines of the fenced blocks that hold commands} */
    List<Item> commands() {
        List<Item> found = new ArrayList<>(spans);
        for (Block block : blocks) {
            if (Set.of("sh", "console", "bash").contains(block.language())) {
                int number = block.line();
                for (String line : block.text().lines().toList()) {
                    number++;
                    found.add(new Item(number, line.strip()));
                }
            }
        }
        return found;
    }
}
