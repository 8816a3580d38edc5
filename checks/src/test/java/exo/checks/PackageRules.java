// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.JavaLexer.Kind;
import exo.checks.JavaLexer.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which package may name which, inside a module and across modules.
 *
 * <p>A package names another if an import or a qualified name in its code does. Main sources only:
 * tests may look behind the curtain.
 */
final class PackageRules {

    private static final String IMPL = "exo.impl.";
    private static final Set<String> RESOURCES = Set.of("mem", "disk", "cpu", "net", "name");
    /** What the engine for downloaded code may not see: clocks, input and output, authority. */
    private static final List<String> IMPURE = List.of("java.io", "java.net", "java.nio.channels",
            "java.nio.file", "java.time", "java.util.Timer", "java.lang.Process",
            "java.lang.Runtime",
            "exo.api.Capability", "exo.api.Env", "exo.api.EnvControl", "exo.api.KeyRing");
    /** Names that begin like this are qualified ones, not a field of a variable. */
    private static final String QUALIFIED = "(exo\\.(api|host|impl|libos|cli|bench|testkit)|java"
            + "|javax|jdk|sun)\\..+";
    private static final Set<String> CLOCKS = Set.of("nanoTime", "currentTimeMillis");

    /**
     * One name that one source uses.
     *
     * @param path the source
     * @param line the line
     * @param from the package of the source
     * @param name the qualified name
     */
    record Use(String path, int line, String from, String name) {

        /** {@return the package part of the name: its leading words that begin in lower case} */
        String packageName() {
            StringBuilder out = new StringBuilder();
            for (String part : name.split("\\.", -1)) {
                if (part.isEmpty() || !Character.isLowerCase(part.charAt(0))) {
                    break;
                }
                out.append(out.isEmpty() ? "" : ".").append(part);
            }
            return out.toString();
        }
    }

    private PackageRules() {}

    /** {@return what a source imports, and the qualified names in its code} */
    static List<Use> uses(String path, String source) {
        List<Token> code = JavaLexer.code(source);
        String from = "";
        List<Use> found = new ArrayList<>();
        for (int i = 0; i < code.size(); i++) {
            boolean member = i > 0 && code.get(i - 1).is(Kind.SYMBOL, ".");
            if (code.get(i).kind() != Kind.WORD || member) {
                continue;
            }
            String name = nameAt(code, i);
            if (i > 0 && code.get(i - 1).is(Kind.WORD, "package")) {
                from = name;
            } else if (isImport(code, i) || name.matches(QUALIFIED)) {
                found.add(new Use(path, code.get(i).line(), from, name));
            } else if (name.matches("System\\.(nanoTime|currentTimeMillis)")) {
                found.add(new Use(path, code.get(i).line(), from, "java.lang." + name));
            }
        }
        return found;
    }

    private static boolean isImport(List<Token> code, int at) {
        boolean isStatic = at > 1 && code.get(at - 1).is(Kind.WORD, "static");
        return at > 0 && code.get(isStatic ? at - 2 : at - 1).is(Kind.WORD, "import")
                && !code.get(at).is(Kind.WORD, "static");
    }

    private static String nameAt(List<Token> code, int start) {
        StringBuilder name = new StringBuilder(code.get(start).text());
        for (int i = start + 1; i + 1 < code.size(); i += 2) {
            if (!code.get(i).is(Kind.SYMBOL, ".") || code.get(i + 1).kind() != Kind.WORD) {
                break;
            }
            name.append('.').append(code.get(i + 1).text());
        }
        return name.toString();
    }

    /** {@return where names that the sources use break a rule} */
    static List<Finding> check(List<Use> uses) {
        List<Finding> found = new ArrayList<>();
        for (Use use : uses) {
            if (use.from().startsWith("exo.libos")) {
                demand(use, "libos-imports", n -> !n.startsWith("exo.") || n.startsWith("exo.api")
                        || n.startsWith("exo.libos"), found);
                demand(use, "libos-imports",
                        n -> n.startsWith("exo.") || n.startsWith("java.")
                                || n.startsWith("javax."),
                        found);
            } else if (use.from().equals("exo.impl.code")
                    || use.from().startsWith("exo.impl.code.")) {
                demand(use, "code-pure", PackageRules::isPure, found);
            } else if (use.from().startsWith(IMPL)) {
                demand(use, "impl-imports", n -> implMay(use.from(), n), found);
            } else if (use.from().startsWith("exo.api")) {
                demand(use, "api-imports", n -> n.startsWith("java.") || n.startsWith("exo.api"),
                        found);
            }
        }
        return found;
    }

    private static void demand(Use use, String rule, Predicate<String> allowed,
            List<Finding> found) {
        if (!allowed.test(use.name())) {
            found.add(Finding.at(use.path(), use.line(), rule,
                    use.from() + " must not name " + use.name()));
        }
    }

    private static boolean isPure(String name) {
        if (name.startsWith("exo.")) {
            boolean known = name.startsWith("exo.api.code.") || name.startsWith("exo.impl.code.")
                    || name.matches("exo\\.api\\.[A-Z].*");
            return known
                    && IMPURE.stream().noneMatch(i -> name.equals(i) || name.startsWith(i + "."));
        }
        boolean clock = CLOCKS.stream().anyMatch(c -> name.equals("java.lang.System." + c));
        return name.startsWith("java.") && !clock
                && IMPURE.stream().noneMatch(i -> name.equals(i) || name.startsWith(i + "."));
    }

    /** Resources do not see each other, nobody but the kernel sees them, and nobody sees the
     * kernel. */
    private static boolean implMay(String from, String name) {
        if (!name.startsWith(IMPL)) {
            return true;
        }
        String own = from.substring(IMPL.length()).split("\\.", -1)[0];
        String other = name.substring(IMPL.length()).split("\\.", -1)[0];
        if (own.equals(other) || own.equals("kernel")) {
            return true;
        }
        boolean downloads = own.equals("disk") || own.equals("net") || !RESOURCES.contains(own);
        boolean base = own.equals("cap") || own.equals("audit");
        return !other.equals("kernel") && !RESOURCES.contains(other)
                && !(other.equals("code") && (!downloads || base));
    }

    /** {@return the cycles between packages of one module, one finding for each} */
    static List<Finding> cycles(List<Use> uses) {
        Set<String> packages = new TreeSet<>();
        uses.forEach(u -> packages.add(u.from()));
        Map<String, Set<String>> graph = new TreeMap<>();
        for (Use use : uses) {
            String to = use.packageName();
            if (packages.contains(to) && !to.equals(use.from())) {
                graph.computeIfAbsent(use.from(), k -> new TreeSet<>()).add(to);
            }
        }
        List<Finding> found = new ArrayList<>();
        Set<String> reported = new TreeSet<>();
        for (String start : graph.keySet()) {
            List<String> cycle = pathBack(graph, start);
            if (!cycle.isEmpty() && reported.add(new TreeSet<>(cycle).toString())) {
                found.add(Finding.at(start, 0, "package-cycle", String.join(" -> ", cycle)));
            }
        }
        return found;
    }

    /** {@return a shortest way from a package back to itself; empty if there is none} */
    private static List<String> pathBack(Map<String, Set<String>> graph, String start) {
        Map<String, String> before = new TreeMap<>();
        Deque<String> queue = new ArrayDeque<>(List.of(start));
        while (!queue.isEmpty()) {
            String at = queue.remove();
            for (String next : graph.getOrDefault(at, Set.of())) {
                if (next.equals(start)) {
                    return way(before, start, at);
                }
                if (before.putIfAbsent(next, at) == null) {
                    queue.add(next);
                }
            }
        }
        return List.of();
    }

    private static List<String> way(Map<String, String> before, String start, String end) {
        Deque<String> way = new ArrayDeque<>(List.of(start));
        for (String at = end; !at.equals(start); at = before.get(at)) {
            way.addFirst(at);
        }
        way.addFirst(start);
        return List.copyOf(way);
    }
}
