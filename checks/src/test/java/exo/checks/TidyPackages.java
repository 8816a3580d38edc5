// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.JavaLexer.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Rules on the packages of main code: how many types, and the page that presents each. */
final class TidyPackages {

    static final int MAX_TYPES = 20;
    static final int MAX_TAGLINE_CHARS = 80;
    private static final Pattern INLINE_TAG = Pattern.compile("\\{@\\w+ ([^}]*)}");
    /** What a package page says, as patterns of which each must be found. */
    private static final Map<String, String> PARTS = Map.of(
            "which imports are allowed", "imports? allowed|may import",
            "its threading", "thread",
            "which tests hold it", "held by");

    private TidyPackages() {}

    /** {@return what is untidy in the packages that the sources make up} */
    static List<Finding> check(List<ParsedSource> sources, SourceTree tree) {
        Map<String, Integer> types = new TreeMap<>();
        Map<String, ParsedSource> pages = new TreeMap<>();
        for (ParsedSource source : sources) {
            if (!source.path().contains("src/main/java/") || source.module() != null) {
                continue;
            }
            String folder = source.path().substring(0, source.path().lastIndexOf('/'));
            types.merge(folder, source.unit().getTypeDecls().size(), Integer::sum);
            if (source.path().endsWith("/package-info.java")) {
                pages.put(folder, source);
            }
        }
        List<Finding> found = new ArrayList<>();
        types.forEach((folder, count) -> {
            if (count > MAX_TYPES) {
                found.add(new Finding(folder, 0, "package-types", count,
                        count + " top-level types; the most is " + MAX_TYPES));
            }
            if (pages.containsKey(folder)) {
                String path = pages.get(folder).path();
                page(path, tree.read(path), found);
            } else {
                found.add(Finding.at(folder, 0, "package-info", "no package-info.java"));
            }
        });
        return found;
    }

    /** Adds what a package page lacks. */
    static void page(String path, String text, List<Finding> found) {
        String comment = JavaLexer.tokens(text)
                .stream()
                .filter(t -> t.kind() == Kind.COMMENT && t.text().startsWith("/**"))
                .map(t -> t.text()
                        .lines()
                        .map(l -> l.replaceFirst("^\\s*(/\\*\\*|\\*/|\\*)", ""))
                        .reduce("", (a, b) -> a + "\n" + b.strip())
                        .strip())
                .findFirst()
                .orElse("");
        String tagline = firstSentence(comment);
        if (tagline.isEmpty() || tagline.length() > MAX_TAGLINE_CHARS) {
            found.add(new Finding(path, 0, "tagline", tagline.length(), "the first sentence has "
                    + tagline.length() + " characters; 1 to " + MAX_TAGLINE_CHARS
                    + " are allowed"));
        }
        String lower = comment.toLowerCase(Locale.ROOT);
        PARTS.forEach((what, pattern) -> {
            if (!Pattern.compile(pattern).matcher(lower).find()) {
                found.add(Finding.at(path, 0, "package-page", "does not say " + what));
            }
        });
    }

    /** {@return the text up to the first full stop at the end of a sentence, on one line, without
     * tags} */
    static String firstSentence(String comment) {
        String flat = INLINE_TAG.matcher(comment.replaceAll("\\s+", " ")).replaceAll("$1").strip();
        int end = flat.indexOf(". ");
        String sentence = end < 0 ? flat : flat.substring(0, end + 1);
        int paragraph = sentence.indexOf("<p>");
        return (paragraph < 0 ? sentence : sentence.substring(0, paragraph)).strip();
    }
}
