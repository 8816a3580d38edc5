// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import com.sun.source.tree.DirectiveTree;
import com.sun.source.tree.ExportsTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.ModuleTree;
import com.sun.source.tree.OpensTree;
import com.sun.source.tree.RequiresTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The module graph that ARCHITECTURE.md draws, as one table, and the check of a descriptor against
 * it.
 *
 * <p>A change here is a change of architecture: it comes with its line in ARCHITECTURE.md.
 */
final class ModuleTable {

    private static final String API = "exo.api";
    private static final String LIBOS = "exo.libos.";

    /**
     * What one module may say of itself.
     *
     * @param requires the modules it requires, all of them, without {@code java.base}
     * @param exports the packages it exports, each perhaps with {@code " to module"}; a package
     *        {@code *} stands for any number of its own packages
     * @param opens the packages it opens, written the same way
     */
    record Row(Set<String> requires, Set<String> exports, Set<String> opens) {

        static Row of(Set<String> requires, Set<String> exports) {
            return new Row(requires, exports, Set.of());
        }
    }

    // @formatter:off
    private static final Map<String, Row> ROWS = Map.ofEntries(
            Map.entry("exo.api", Row.of(
                    Set.of(),
                    Set.of("exo.api", "exo.api.code", "exo.api.cpu", "exo.api.disk", "exo.api.info",
                            "exo.api.mem", "exo.api.name", "exo.api.net", "exo.api.revoke",
                            "exo.api.upcall"))),
            // JNR is an automatic module, which does not pull in what it needs: so this one names
            // it.
            Map.entry("exo.host", Row.of(
                    Set.of("org.jnrproject.constants", "org.jnrproject.ffi", "org.jnrproject.jffi",
                            "org.jnrproject.posix", "org.objectweb.asm",
                            "org.objectweb.asm.commons", "org.objectweb.asm.util"),
                    Set.of("exo.host to exo.impl"))),
            Map.entry("exo.impl", Row.of(
                    Set.of(API, "exo.host", "jdk.jfr"),
                    Set.of("* to exo.bench"))),
            Map.entry("exo.elf", Row.of(Set.of(API, "jelf"), Set.of("exo.elf"))),
            Map.entry("exo.libos.hello", Row.of(Set.of(API), Set.of("*"))),
            Map.entry("exo.libos.net", Row.of(Set.of(API), Set.of("*"))),
            Map.entry("exo.libos.fs", Row.of(Set.of(API), Set.of("*"))),
            Map.entry("exo.libos.vm", Row.of(Set.of(API), Set.of("*"))),
            Map.entry("exo.libos.cheetah", Row.of(
                    Set.of(API, "exo.libos.net", "exo.libos.fs"), Set.of("*"))),
            Map.entry("exo.cli", new Row(
                    Set.of(API, "exo.elf", "exo.impl", "exo.libos.hello", "exo.libos.net",
                            "exo.libos.fs", "exo.libos.cheetah", "info.picocli",
                            "org.jline.terminal"),
                    Set.of(),
                    Set.of("exo.cli to info.picocli", "exo.cli.code to info.picocli",
                            "exo.cli.top to info.picocli"))),
            Map.entry("exo.testkit", Row.of(
                    Set.of("java.management", "org.junit.jupiter.api",
                            "org.junit.platform.launcher"),
                    Set.of("exo.testkit", "exo.testkit.self"))));
    // @formatter:on

    /** Modules whose requirements may lack some of their row: they grow with what they can do. */
    private static final Set<String> MAY_REQUIRE_LESS = Set.of("exo.cli", "exo.impl");

    private ModuleTable() {}

    /** {@return where a descriptor departs from the table} */
    static List<Finding> check(ParsedSource descriptor) {
        ModuleTree module = descriptor.module();
        String name = module.getName().toString();
        List<Finding> found = new ArrayList<>();
        Row row = ROWS.get(name);
        if (row == null) {
            found.add(Finding.at(descriptor.path(), 1, "module-table", name
                    + " is not in the table of ModuleTable, nor perhaps in ARCHITECTURE.md"));
            return found;
        }
        if (module.getModuleType() == ModuleTree.ModuleKind.OPEN) {
            found.add(Finding.at(descriptor.path(), 1, "module-open", name + " must not be open"));
        }
        Set<String> requires = new TreeSet<>();
        Set<String> exports = new TreeSet<>();
        Set<String> opens = new TreeSet<>();
        for (DirectiveTree directive : module.getDirectives()) {
            switch (directive) {
                case RequiresTree r -> requires.add(r.getModuleName().toString());
                case ExportsTree e ->
                    exports.add(packageTo(e.getPackageName(), e.getModuleNames()));
                case OpensTree o -> opens.add(packageTo(o.getPackageName(), o.getModuleNames()));
                default -> {
                    // provides and uses add no edge that the others do not show
                }
            }
        }
        requires.remove("java.base");
        compareRequires(descriptor, name, row, requires, found);
        for (String message : comparePackages(name, row.exports(), exports)) {
            found.add(Finding.at(descriptor.path(), 1, "module-exports", message));
        }
        for (String message : comparePackages(name, row.opens(), opens)) {
            found.add(Finding.at(descriptor.path(), 1, "module-opens", message));
        }
        return found;
    }

    private static String packageTo(ExpressionTree packageName,
            List<? extends ExpressionTree> modules) {
        if (modules == null || modules.isEmpty()) {
            return packageName.toString();
        }
        return packageName + " to "
                + modules.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    private static void compareRequires(ParsedSource descriptor, String name, Row row,
            Set<String> requires, List<Finding> found) {
        Set<String> extra = minus(requires, row.requires());
        Set<String> missing = minus(row.requires(), requires);
        if (!extra.isEmpty()) {
            found.add(Finding.at(descriptor.path(), 1, "module-requires",
                    name + " must not require " + extra));
        }
        if (!missing.isEmpty() && !MAY_REQUIRE_LESS.contains(name)) {
            found.add(Finding.at(descriptor.path(), 1, "module-requires",
                    name + " does not require " + missing + ": take it out of the table"));
        }
        if (name.startsWith(LIBOS)) {
            Set<String> foreign = new TreeSet<>(requires);
            foreign.removeIf(r -> r.equals(API) || r.startsWith(LIBOS));
            if (!foreign.isEmpty()) {
                found.add(Finding.at(descriptor.path(), 1, "libos-requires",
                        name + " is a libOS, which may not require " + foreign));
            }
        }
    }

    private static List<String> comparePackages(String module, Set<String> allowed,
            Set<String> actual) {
        Set<String> wild = allowed.stream()
                .filter(a -> a.startsWith("*"))
                .collect(Collectors.toSet());
        Set<String> extra = minus(actual, allowed);
        extra.removeIf(a -> a.startsWith(module)
                && wild.contains(a.contains(" to ") ? "*" + a.substring(a.indexOf(' ')) : "*"));
        Set<String> missing = minus(minus(allowed, wild), actual);
        List<String> messages = new ArrayList<>();
        if (!extra.isEmpty()) {
            messages.add("not in the table: " + extra);
        }
        if (!missing.isEmpty()) {
            messages.add("in the table, but not here: " + missing);
        }
        return messages;
    }

    private static Set<String> minus(Set<String> from, Set<String> taken) {
        Set<String> left = new TreeSet<>(from);
        left.removeAll(taken);
        return left;
    }
}
