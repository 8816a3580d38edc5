// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import java.util.Collection;
import java.util.Optional;

/** Finds what somebody probably meant. */
final class Nearest {
    /** Beyond that many changes, a word was not meant. */
    private static final int MOST_CHANGES = 2;
    private static final int LONGEST = 40;

    private Nearest() {}

    /**
     * {@return the word that is nearest to what was written: the first in alphabetical order among
     * equals; none if all are far}
     *
     * @param written what was written
     * @param words what there is
     */
    static Optional<String> of(String written, Collection<String> words) {
        if (written.length() > LONGEST) {
            return Optional.empty();
        }
        String best = "";
        int least = Math.min(MOST_CHANGES, written.length() - 1) + 1;
        for (String word : words) {
            if (Math.abs(word.length() - written.length()) > MOST_CHANGES) {
                continue;
            }
            int changes = changes(written, word);
            boolean isFirst = changes == least && !best.isEmpty() && word.compareTo(best) < 0;
            if (changes < least || isFirst) {
                least = changes;
                best = word;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** {@return how many letters must be changed, added, removed, or swapped with the next} */
    private static int changes(String from, String to) {
        int[][] least = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                least[i][j] = i == 0 || j == 0 ? i + j : step(least, from, to, i, j);
            }
        }
        return least[from.length()][to.length()];
    }

    private static int step(int[][] least, String from, String to, int i, int j) {
        char a = from.charAt(i - 1);
        char b = to.charAt(j - 1);
        int changed = least[i - 1][j - 1] + (a == b ? 0 : 1);
        int best = Math.min(changed, Math.min(least[i - 1][j], least[i][j - 1]) + 1);
        boolean isSwap = i > 1 && j > 1 && a == to.charAt(j - 2) && b == from.charAt(i - 2);
        return isSwap ? Math.min(best, least[i - 2][j - 2] + 1) : best;
    }
}
