// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.LinkedHashMap;

/**
 * Makes code for layouts, and keeps what was made last, for groups that come and go. For the thread
 * that changes the set.
 */
final class Matchers {
    /** How many are kept. */
    static final int KEPT = 64;

    private final LinkedHashMap<Layout, Matcher> kept = new LinkedHashMap<>(KEPT * 2, 0.75f, true);
    private final Salt salt;
    private int compilations;

    /** Makes an empty store of code that looks for keys where a salt says. */
    Matchers(Salt salt) {
        this.salt = salt;
    }

    /** {@return where keys lie} */
    Salt salt() {
        return salt;
    }

    /** {@return the code for a layout} */
    Matcher of(Layout layout) {
        Matcher matcher = kept.get(layout);
        if (matcher == null) {
            matcher = MatcherCompiler.compile(layout, salt);
            compilations++;
            if (kept.size() == KEPT) {
                kept.pollFirstEntry();
            }
            kept.put(layout, matcher);
        }
        return matcher;
    }

    /** {@return how often code was made} */
    int compilations() {
        return compilations;
    }
}
