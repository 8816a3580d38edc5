// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The listed exceptions to a set of rules, one a line: {@code path | rule | reason}.
 *
 * <p>A rule may carry the size that is let pass, {@code package-types:24}: the place may be that
 * big and no bigger. The list is held from both sides: what is not listed is a finding, and an
 * entry that lets nothing pass any more is a finding too.
 */
final class ExceptionList {

    private static final int MIN_REASON_CHARS = 15;

    /**
     * One entry.
     *
     * @param line where it stands in the list
     * @param path the file or folder it is about
     * @param rule the rule it lifts there
     * @param limit the size let pass; -1 if any
     * @param reason why
     */
    record Entry(int line, String path, String rule, int limit, String reason) {

        boolean lets(Finding finding) {
            return path.equals(finding.path()) && rule.equals(finding.rule())
                    && (limit < 0 || finding.size() <= limit);
        }
    }

    private final String listPath;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Finding> malformed = new ArrayList<>();

    private ExceptionList(String listPath) {
        this.listPath = listPath;
    }

    /** {@return the list that a file holds} */
    static ExceptionList read(SourceTree tree, String listPath) {
        return parse(listPath, tree.read(listPath));
    }

    /** {@return the list that a text holds} */
    static ExceptionList parse(String listPath, String text) {
        ExceptionList list = new ExceptionList(listPath);
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                list.add(number, Arrays.asList(line.split("\\|", -1)));
            }
        }
        return list;
    }

    private void add(int number, List<String> parts) {
        if (parts.size() != 3 || parts.get(2).strip().length() < MIN_REASON_CHARS) {
            malformed.add(Finding.at(listPath, number, "exception-list",
                    "needs 'path | rule | reason', the reason in words"));
            return;
        }
        String rule = parts.get(1).strip();
        int colon = rule.indexOf(':');
        int limit = colon < 0 ? -1 : Integer.parseInt(rule.substring(colon + 1));
        entries.add(new Entry(number, parts.get(0).strip(),
                colon < 0 ? rule : rule.substring(0, colon), limit, parts.get(2).strip()));
    }

    /** {@return the findings that no entry lets pass, and one for each entry that is of no use} */
    List<Finding> apply(List<Finding> findings) {
        List<Finding> left = new ArrayList<>(malformed);
        List<Entry> unused = new ArrayList<>(entries);
        for (Finding finding : findings) {
            List<Entry> matching = entries.stream().filter(e -> e.lets(finding)).toList();
            unused.removeAll(matching);
            if (matching.isEmpty()) {
                left.add(finding);
            }
        }
        for (Entry entry : unused) {
            left.add(Finding.at(listPath, entry.line(), "exception-list", "'" + entry.rule()
                    + "' finds nothing to let pass in " + entry.path() + ": remove the entry"));
        }
        return left;
    }
}
