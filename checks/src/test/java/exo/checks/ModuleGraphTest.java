// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.PackageRules.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ModuleGraphTest {

    /** Sources of main code by module folder. */
    private static Map<String, List<Use>> usesByModule() {
        SourceTree tree = SourceTree.project();
        Map<String, List<Use>> uses = new TreeMap<>();
        for (String path : tree.files(".java")) {
            int main = path.indexOf("src/main/java/");
            if (main >= 0) {
                uses.computeIfAbsent(path.substring(0, main), k -> new ArrayList<>())
                        .addAll(PackageRules.uses(path, tree.read(path)));
            }
        }
        return uses;
    }

    private static List<String> rules(String descriptor) {
        return ModuleTable.check(ParsedSource.of("a/module-info.java", descriptor))
                .stream()
                .map(Finding::rule)
                .toList();
    }

    @Test
    void shouldMatchTheTable() {
        List<Finding> findings = new ArrayList<>();
        for (ParsedSource source : ParsedSource.project()) {
            if (source.module() != null) {
                findings.addAll(ModuleTable.check(source));
            }
        }
        SourceTree.assertNone(findings);
    }

    @Test
    void shouldHaveADescriptorInEveryModuleWithMainSources() {
        SourceTree tree = SourceTree.project();
        List<Finding> findings = new ArrayList<>();
        for (String folder : usesByModule().keySet()) {
            String descriptor = folder + "src/main/java/module-info.java";
            if (!tree.exists(descriptor) && !folder.startsWith("benchmarks/")) {
                findings.add(Finding.at(descriptor, 0, "module-info", "every module is explicit"));
            }
        }
        SourceTree.assertNone(findings);
    }

    @Test
    void shouldKeepPackagesApart() {
        SourceTree.assertNone(usesByModule().values()
                .stream()
                .flatMap(u -> PackageRules.check(u).stream())
                .toList());
    }

    @Test
    void shouldHaveNoCycleBetweenPackages() {
        List<Finding> findings = new ArrayList<>();
        usesByModule().forEach((folder, uses) -> {
            // The API's root package names its resources, which share its errors and capabilities.
            if (!folder.equals("exo-api/")) {
                findings.addAll(PackageRules.cycles(uses));
            }
        });
        SourceTree.assertNone(findings);
    }

    @Test
    void shouldAcceptDescriptorsAsTheTableHasThem() {
        assertEquals(List.of(), rules("module exo.libos.hello { requires transitive exo.api; }"));
        assertEquals(List.of(), rules("""
                module exo.impl {
                    requires exo.api; requires exo.host; requires jdk.jfr;
                    exports exo.impl.mem to exo.bench;
                    provides exo.api.Exokernel.Provider with exo.impl.kernel.A;
                }"""));
        assertEquals(List.of(), rules("""
                module exo.cli {
                    requires info.picocli; requires org.jline.terminal;
                    opens exo.cli to info.picocli;
                    opens exo.cli.code to info.picocli;
                    opens exo.cli.top to info.picocli;
                }"""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            module-table    | module exo.other { }
            module-open     | open module exo.libos.hello { requires exo.api; }
            module-requires | module exo.libos.hello { requires exo.api; requires exo.libos.net; }
            module-requires | module exo.libos.hello { }
            module-exports  | module exo.libos.hello { requires exo.api; exports exo.api; }
            module-exports  | module exo.libos.net { requires exo.api; exports exo.libos.net to a; }
            module-opens    | module exo.libos.hello { requires exo.api; opens exo.libos.hello; }
            """)
    void shouldFindDeparturesFromTheTable(String rule, String descriptor) {
        assertEquals(List.of(rule), rules(descriptor));
    }

    @Test
    void shouldFindALibOsThatRequiresTheKernel() {
        assertTrue(rules("module exo.libos.hello { requires exo.api; requires exo.impl; }")
                .contains("libos-requires"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            impl-imports  | package exo.impl.mem; import exo.impl.disk.A;
            impl-imports  | package exo.impl.net; class B { exo.impl.cpu.A a; }
            impl-imports  | package exo.impl.net; import exo.impl.kernel.A;
            impl-imports  | package exo.impl.mem; import exo.impl.code.A;
            impl-imports  | package exo.impl.cap; import exo.impl.mem.A;
            impl-imports  | package exo.impl.audit; import static exo.impl.kernel.A.b;
            code-pure     | package exo.impl.code; import exo.impl.cap.A;
            code-pure     | package exo.impl.code.verify; import exo.host.A;
            code-pure     | package exo.impl.code; import exo.api.mem.Window;
            code-pure     | package exo.impl.code; import exo.api.Capability;
            code-pure     | package exo.impl.code; import java.nio.file.Files;
            code-pure     | package exo.impl.code; class A { long a = System.nanoTime(); }
            libos-imports | package exo.libos.net; import exo.impl.kernel.A;
            libos-imports | package exo.libos.net; import exo.host.A;
            libos-imports | package exo.libos.net; import jdk.jfr.Event;
            libos-imports | package exo.libos.net; import org.example.A;
            libos-imports | package exo.libos.net; import static picocli.A.b;
            api-imports   | package exo.api.mem; import exo.impl.mem.A;
            """)
    void shouldFindForbiddenNames(String rule, String source) {
        assertEquals(List.of(rule), PackageRules.check(PackageRules.uses("A.java", source))
                .stream()
                .map(Finding::rule)
                .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            package exo.impl.mem; import exo.impl.cap.A; import exo.impl.audit.B; import exo.host.C;
            package exo.impl.net; import exo.impl.code.A; import exo.impl.net.ring.B;
            package exo.impl.kernel; import exo.impl.mem.A; import exo.impl.code.C;
            package exo.impl.code; import exo.api.code.A; import exo.api.VerificationException;
            package exo.impl.code.verify; import java.lang.classfile.A; import exo.impl.code.B;
            package exo.libos.fs; import exo.libos.net.A; import exo.api.Env; import java.time.A;
            package exo.libos.net; class B { int c = info.length + exo.pages + com.d(); }
            package exo.impl.mem; /* exo.impl.disk.A */ class B { String c = "exo.impl.disk.A"; }
            """)
    void shouldAcceptPermittedNames(String source) {
        assertEquals(List.of(), PackageRules.check(PackageRules.uses("A.java", source)));
    }

    @Test
    void shouldFindACycleOnce() {
        List<Use> uses = new ArrayList<>();
        uses.addAll(PackageRules.uses("A.java", "package exo.impl.a; import exo.impl.b.B;"));
        uses.addAll(PackageRules.uses("B.java", "package exo.impl.b; import exo.impl.c.C;"));
        uses.addAll(PackageRules.uses("C.java", "package exo.impl.c; class C { exo.impl.a.A a; }"));
        uses.addAll(PackageRules.uses("D.java", "package exo.impl.d; import exo.impl.a.A;"));
        assertEquals(List.of("exo.impl.a -> exo.impl.b -> exo.impl.c -> exo.impl.a"),
                PackageRules.cycles(uses).stream().map(Finding::message).toList());
    }
}
