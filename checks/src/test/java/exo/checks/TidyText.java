// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.JavaLexer.Kind;
import exo.checks.JavaLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules on the text of a file: form, length, and marks of unfinished work. */
final class TidyText {

    static final int MAX_FILE_LINES = 700;
    static final int MAX_LONG_FILE_LINES = 900;
    static final int MAX_COLUMNS = 100;
    private static final int MIN_API_COMMENT_PERCENT = 60;
    private static final String SPDX = "SPDX-License-Identifier: Apache-2.0";
    private static final Pattern URL = Pattern.compile("\\bhttps?://");
    private static final Pattern MARK = Pattern.compile("\\b(XXX|FIXME|TODO)\\b(\\(#\\d+\\))?");

    private TidyText() {}

    /** {@return what is untidy in the text of one file} */
    static List<Finding> check(String path, String text) {
        List<Finding> found = new ArrayList<>();
        if (path.equals("LICENSE")) {
            return found;
        }
        lines(path, text, found);
        if (text.indexOf('\r') >= 0) {
            found.add(Finding.at(path, 0, "line-ends", "lines end in LF alone"));
        }
        if (!text.isEmpty() && (!text.endsWith("\n") || text.endsWith("\n\n"))) {
            found.add(Finding.at(path, 0, "file-end", "a file ends in one line break"));
        }
        if (needsSpdx(path, text) && !hasSpdx(text)) {
            found.add(Finding.at(path, 1, "spdx",
                    "the first line (after #! or <?xml) holds " + SPDX));
        }
        if (path.endsWith(".java")) {
            java(path, text, found);
        } else if (isScript(text)) {
            columns(path, text, found);
            text.lines()
                    .filter(l -> l.strip().startsWith("#"))
                    .forEach(l -> marks(path, 0, l, found));
        }
        return found;
    }

    private static boolean isScript(String text) {
        return text.startsWith("#!");
    }

    private static boolean needsSpdx(String path, String text) {
        return path.matches(".*\\.(java|xml|sh|properties|bt|c|h|py|yml|yaml)") || isScript(text);
    }

    private static boolean hasSpdx(String text) {
        List<String> start = text.lines().limit(2).toList();
        if (start.isEmpty()) {
            return false;
        }
        boolean second = start.getFirst().startsWith("#!") || start.getFirst().startsWith("<?xml");
        return start.get(second && start.size() > 1 ? 1 : 0).contains(SPDX);
    }

    private static void lines(String path, String text, List<Finding> found) {
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String body = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (body.indexOf('\t') >= 0 && !path.endsWith(".bt")) {
                found.add(Finding.at(path, number, "tab", "blanks instead of tabs"));
            }
            if (!body.equals(body.stripTrailing())) {
                found.add(Finding.at(path, number, "trailing-blank",
                        "blanks at the end of the line"));
            }
        }
    }

    private static void columns(String path, String text, List<Finding> found) {
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            int width = line.codePointCount(0, line.length());
            if (width > MAX_COLUMNS && !URL.matcher(line).find()) {
                found.add(new Finding(path, number, "line-length", width,
                        width + " columns; the most is " + MAX_COLUMNS));
            }
        }
    }

    private static void marks(String path, int line, String comment, List<Finding> found) {
        Matcher matcher = MARK.matcher(comment);
        while (matcher.find()) {
            if (!matcher.group(1).equals("TODO") || matcher.group(2) == null) {
                found.add(Finding.at(path, line, "mark", matcher.group(1)
                        + " without an issue; write TODO(#number) or finish it"));
            }
        }
    }

    private static void java(String path, String text, List<Finding> found) {
        columns(path, text, found);
        List<Token> tokens = JavaLexer.tokens(text);
        for (Token token : tokens) {
            if (token.kind() == Kind.COMMENT) {
                marks(path, token.line(), token.text(), found);
            }
        }
        List<Token> code = tokens.stream().filter(t -> t.kind() != Kind.COMMENT).toList();
        for (int line : linesOf(code, List.of("@", "Disabled"))) {
            found.add(Finding.at(path, line, "disabled", "no disabled tests"));
        }
        if (SourceTree.isTest(path) || path.startsWith("testkit/")) {
            for (int line : linesOf(code, List.of("Thread", ".", "sleep"))) {
                found.add(Finding.at(path, line, "sleep",
                        "wait for a condition (exo.testkit.Await), not for a time"));
            }
        }
        fileLines(path, text, tokens, found);
    }

    private static List<Integer> linesOf(List<Token> code, List<String> wanted) {
        List<Integer> lines = new ArrayList<>();
        for (int i = 0; i + wanted.size() <= code.size(); i++) {
            if (code.subList(i, i + wanted.size())
                    .stream()
                    .map(Token::text)
                    .toList()
                    .equals(wanted)) {
                lines.add(code.get(i).line());
            }
        }
        return lines;
    }

    private static void fileLines(String path, String text, List<Token> tokens,
            List<Finding> found) {
        int lines = (int) text.lines().count();
        boolean longer = SourceTree.isTest(path)
                || (SourceTree.module(path).equals("exo-api")
                        && commentPercent(text, tokens) >= MIN_API_COMMENT_PERCENT);
        int most = longer ? MAX_LONG_FILE_LINES : MAX_FILE_LINES;
        if (lines > most) {
            found.add(new Finding(path, 0, "file-lines", lines,
                    lines + " lines; the most is " + most + ": split by what changes together"));
        }
    }

    private static long commentPercent(String text, List<Token> tokens) {
        long comments = tokens.stream()
                .filter(t -> t.kind() == Kind.COMMENT)
                .mapToLong(t -> t.text().lines().count())
                .sum();
        long lines = text.lines().filter(l -> !l.isBlank()).count();
        return lines == 0 ? 0 : comments * 100 / lines;
    }
}
