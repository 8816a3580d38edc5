// SPDX-License-Identifier: Apache-2.0
package exo.checks;

/**
 * One place where a rule is broken.
 *
 * @param path the file or folder, relative to the root of the project
 * @param line the line, from 1; 0 if the whole file is meant
 * @param rule the rule, as the exception lists name it
 * @param size the measured size for rules that bound one, otherwise 0
 * @param message what is wrong, and what would be right
 */
record Finding(String path, int line, String rule, int size, String message) {

    static Finding at(String path, int line, String rule, String message) {
        return new Finding(path, line, rule, 0, message);
    }

    @Override
    public String toString() {
        return path + (line > 0 ? ":" + line : "") + ": [" + rule + "] " + message;
    }
}
