// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.JavaLexer.Kind;
import exo.checks.JavaLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds what only the native module may name, and what nobody may.
 *
 * <p>Names are matched on tokens, so neither a comment nor a string counts, and no spelling with
 * line breaks or Unicode escapes slips through. Every restricted method of the platform needs one
 * of these names in the source: a type ({@code Linker}), or a method called on a type or a value.
 */
final class Fence {

    /** The folder whose sources may name what is restricted. */
    static final String HOME = "exo-native";

    /** Token sequences, separated by blanks, that only {@link #HOME} may contain; by rule. */
    private static final Map<String, List<String>> NATIVE = Map.of(
            "linker", List.of("Linker"),
            "symbol-lookup", List.of("SymbolLookup"),
            "reinterpret", List.of(". reinterpret", ":: reinterpret"),
            "target-layout", List.of(". withTargetLayout", ":: withTargetLayout"),
            "of-address", List.of("MemorySegment . ofAddress", "MemorySegment :: ofAddress",
                    "static java . lang . foreign . MemorySegment . *"),
            "load", List.of("System . load", "System :: load", "loadLibrary", "Runtime :: load",
                    "getRuntime ( ) . load", "getRuntime ( ) :: load",
                    "static java . lang . System . *"),
            "enable-native", List.of("enableNativeAccess"),
            "foreign-wildcard", List.of("import java . lang . foreign . *"));

    /** Token sequences that no source may contain; by rule. */
    private static final Map<String, List<String>> NOBODY = Map.of(
            "unsafe", List.of("Unsafe"),
            "jdk-internal", List.of("jdk . internal"),
            "set-accessible", List.of("setAccessible", "trySetAccessible"),
            "native-method", List.of("native"));

    private static final List<String> MODULE_FLAGS = List.of("--add-opens", "--add-exports",
            "Add-Opens",
            "Add-Exports");

    private Fence() {}

    /** {@return what breaks the fence in one Java source} */
    static List<Finding> scanJava(String path, String source) {
        List<Token> code = JavaLexer.code(source);
        List<Finding> found = new ArrayList<>();
        match(path, code, NOBODY, "nobody may name this", found);
        catchThrowable(path, code, found);
        for (Token token : code) {
            if (token.kind() == Kind.STRING) {
                moduleFlags(path, token.line(), token.text(), found);
            }
        }
        if (!SourceTree.module(path).equals(HOME)) {
            match(path, code, NATIVE, "only " + HOME + " may name this", found);
            suppressedWarning(path, code, found);
        }
        return found;
    }

    /** {@return what breaks the fence in one text file that is not a Java source} */
    static List<Finding> scanText(String path, String text) {
        List<Finding> found = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            moduleFlags(path, number, line, found);
        }
        return found;
    }

    private static void moduleFlags(String path, int line, String text, List<Finding> found) {
        for (String flag : MODULE_FLAGS) {
            if (text.contains(flag)) {
                found.add(Finding.at(path, line, "module-flag",
                        flag + ": nothing may open or export a module from outside"));
            }
        }
    }

    private static void match(String path, List<Token> code, Map<String, List<String>> rules,
            String message, List<Finding> found) {
        for (Map.Entry<String, List<String>> rule : new TreeMap<>(rules).entrySet()) {
            for (String sequence : rule.getValue()) {
                for (int line : linesOf(code, List.of(sequence.split(" ", -1)))) {
                    found.add(Finding.at(path, line, rule.getKey(),
                            sequence.replace(" ", "") + ": " + message));
                }
            }
        }
    }

    private static List<Integer> linesOf(List<Token> code, List<String> wanted) {
        List<Integer> lines = new ArrayList<>();
        for (int i = 0; i <= code.size() - wanted.size(); i++) {
            if (matchesAt(code, i, wanted)) {
                lines.add(code.get(i).line());
            }
        }
        return lines;
    }

    private static boolean matchesAt(List<Token> code, int start, List<String> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            Token token = code.get(start + i);
            boolean name = token.kind() == Kind.WORD || token.kind() == Kind.SYMBOL;
            if (!name || !token.text().equals(wanted.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** A catch clause names its types in parentheses, perhaps several, perhaps with modifiers. */
    private static void catchThrowable(String path, List<Token> code, List<Finding> found) {
        for (int i = 0; i < code.size(); i++) {
            if (!code.get(i).is(Kind.WORD, "catch")) {
                continue;
            }
            for (int j = i + 1; j < code.size() && !code.get(j).is(Kind.SYMBOL, ")"); j++) {
                if (code.get(j).is(Kind.WORD, "Throwable")) {
                    found.add(Finding.at(path, code.get(j).line(), "catch-throwable",
                            "only the boundary of an environment may catch Throwable"));
                }
            }
        }
    }

    private static void suppressedWarning(String path, List<Token> code, List<Finding> found) {
        for (int i = 0; i + 1 < code.size(); i++) {
            if (!matchesAt(code, i, List.of("SuppressWarnings", "("))) {
                continue;
            }
            for (int j = i + 2; j < code.size() && !code.get(j).is(Kind.SYMBOL, ")"); j++) {
                if (code.get(j).is(Kind.STRING, "restricted")) {
                    found.add(Finding.at(path, code.get(j).line(), "suppress-restricted",
                            "only " + HOME + " may silence the lint for restricted methods"));
                }
            }
        }
    }
}
