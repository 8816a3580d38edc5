// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TidyTest {

    private static final String SPDX = "// SPDX-License-Identifier: Apache-2.0\n";
    private static final String MAIN = "exo-impl/src/main/java/exo/impl/A.java";
    private static final String TEST = "exo-impl/src/test/java/exo/impl/ATest.java";

    private static List<String> textRules(String path, String text) {
        return TidyText.check(path, text).stream().map(Finding::rule).toList();
    }

    private static List<String> treeRules(String path, String text) {
        return TidyTrees.check(ParsedSource.of(path, text)).stream().map(Finding::rule).toList();
    }

    @Test
    void shouldHoldInEveryFile() {
        SourceTree tree = SourceTree.project();
        List<Finding> findings = new ArrayList<>();
        for (String path : tree.textFiles()) {
            findings.addAll(TidyText.check(path, tree.read(path)));
        }
        for (ParsedSource source : ParsedSource.project()) {
            findings.addAll(TidyTrees.check(source));
        }
        findings.addAll(TidyPackages.check(ParsedSource.project(), tree));
        SourceTree.assertNone(
                ExceptionList.read(tree, "config/tidy-exceptions.txt").apply(findings));
    }

    @Test
    void shouldAcceptATidyFile() {
        assertEquals(List.of(), textRules(MAIN, SPDX + "package exo.impl;\n"));
        assertEquals(List.of(), textRules("pom.xml", "<?xml?>\n<!-- " + SPDX.strip() + " -->\n"));
        assertEquals(List.of(), textRules("run", "#!/bin/sh\n# " + SPDX));
        assertEquals(List.of(), textRules("README.md", "# Exo\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            spdx           | package exo.impl;\\n
            tab            | SPDX\\tint a;\\n
            trailing-blank | SPDXint a; \\n
            line-ends      | SPDXint a;\\r\\n
            file-end       | SPDXint a;
            file-end       | SPDXint a;\\n\\n
            mark           | SPDX// TODO later\\n
            mark           | SPDX/* FIXME(#1) */\\n
            mark           | SPDX// X_X_X here\\n
            disabled       | SPDX@Disabled class A {}\\n
            """)
    void shouldFindUntidyText(String rule, String sample) {
        String text = sample.replace("SPDX", SPDX)
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("X_X_X", "XXX");
        // The first line of a source without SPDX breaks the rule for all files and the one for
        // Java.
        assertEquals(List.of(rule), textRules(MAIN, text).stream().distinct().toList());
    }

    @Test
    void shouldAcceptAMarkWithAnIssueAndWordsInStrings() {
        assertEquals(List.of(),
                textRules(MAIN, SPDX + "// TODO(#12) tidy\nString a = \"TODO\";\n"));
    }

    @Test
    void shouldBoundTheLengthOfALineExceptForAddresses() {
        String comment = "// " + "a".repeat(97);
        assertEquals(List.of(), textRules(MAIN, SPDX + comment + "\n"));
        assertEquals(List.of("line-length"), textRules(MAIN, SPDX + comment + "a\n"));
        assertEquals(List.of(), textRules(MAIN, SPDX + comment + " https://www.w3.org/\n"));
    }

    @Test
    void shouldFindSleepInTestsOnly() {
        String text = SPDX + "class A { void a() { Thread.sleep(1); } }\n";
        assertEquals(List.of("sleep"), textRules(TEST, text));
        assertEquals(List.of("sleep"), textRules("testkit/src/main/java/A.java", text));
        assertEquals(List.of(), textRules(MAIN, text));
    }

    @Test
    void shouldBoundTheLinesOfAFile() {
        String code = SPDX + "int a;\n".repeat(TidyText.MAX_FILE_LINES - 1);
        assertEquals(List.of(), textRules(MAIN, code));
        assertEquals(List.of("file-lines"), textRules(MAIN, code + "int a;\n"));
        assertEquals(List.of(), textRules(TEST, code + "int a;\n"));
        assertEquals(List.of("file-lines"), textRules(TEST, code + "int a;\n".repeat(201)));
    }

    @Test
    void shouldLetAnApiFileBeLongerIfMostOfItIsComment() {
        String api = "exo-api/src/main/java/exo/api/A.java";
        String comments = SPDX + "// why\n".repeat(540);
        assertEquals(List.of(), textRules(api, comments + "int a;\n".repeat(359)));
        assertEquals(List.of("file-lines"), textRules(api, comments + "int a;\n".repeat(360)));
        assertEquals(List.of("file-lines"),
                textRules(api, SPDX + "// why\n".repeat(400) + "int a;\n".repeat(400)));
    }

    @Test
    void shouldBoundTheLinesOfAMethod() {
        String method = "class A { void a() {\n%s} }";
        assertEquals(List.of(), treeRules(MAIN, method.formatted(";\n".repeat(68))));
        assertEquals(List.of("method-lines"), treeRules(MAIN, method.formatted(";\n".repeat(69))));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "class A { void a(int a, int b, int c, int d, int e) {} }",
            "record A(int a, int b, int c, int d, int e, int f) {}",
            "record A(int a) { A(int a, int b, int c, int d, int e, int f) { this(a); } }"})
    void shouldAcceptModestParameters(String text) {
        assertEquals(List.of(), treeRules(MAIN, text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "if (b) { for (;;) { while (c) { d(); } } }",
            "if (b) {} else if (c) {} else if (d) {} else if (e) {} else if (f) {}",
            "for (;;) { for (;;) { try { for (;;) {} } finally { } } }",
            "for (;;) { for (;;) { for (;;) { b(() -> { if (c) {} }); } } }"})
    void shouldAcceptModestNesting(String body) {
        assertEquals(List.of(), treeRules(MAIN, "class A { void a() { " + body + " } }"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "if (b) { for (;;) { while (c) { do {} while (d); } } }",
            "for (;;) for (;;) for (;;) b = switch (c) { default -> 1; };",
            "for (;;) for (;;) if (b) {} else if (c) { if (d) {} }",
            "for (;;) for (A a : b) switch (c) { default: if (d) {} }"})
    void shouldFindDeepNesting(String body) {
        assertEquals(List.of("nesting"),
                treeRules(MAIN, "class A { void a() { " + body + " } }"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            parameters      | class A { void a(int a, int b, int c, int d, int e, int f) {} }
            parameters      | class A { A(int a, int b, int c, int d, int e, int f) {} }
            parameters      | record A() { void a(int a, int b, int c, int d, int e, int f) {} }
            wildcard-import | import java.util.*; class A {}
            """)
    void shouldFindTooManyParametersAndWildcards(String rule, String text) {
        assertEquals(List.of(rule), treeRules(MAIN, text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | class ATest { @Test void a() {} }
            0 | class AHostile { @ParameterizedTest void a() {} }
            0 | class ACrash { class B { @RepeatedTest(3) void a() {} } }
            0 | abstract class AContract { @org.junit.jupiter.api.Test void a() {} }
            0 | class ATest extends AContract {}
            0 | class Support { void a() {} }
            1 | class Support { @Test void a() {} }
            1 | abstract class ATest { @Test void a() {} }
            1 | class ATest { void a() {} }
            """)
    void shouldHoldNamesOfTestClassesToWhatIsRun(int findings, String text) {
        assertEquals(findings, treeRules(TEST, text).size());
    }

    @Test
    void shouldBoundTheTypesOfAPackageAndDemandItsPage() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int i = 0; i < 21; i++) {
            texts.put("m/src/main/java/p/A" + i + ".java", "package p; class A" + i + " {}");
            texts.put("m/src/test/java/p/B" + i + ".java", "package p; class B" + i + " {}");
        }
        assertEquals(List.of("package-types", "package-info"),
                TidyPackages.check(ParsedSource.of(texts), SourceTree.project())
                        .stream()
                        .map(Finding::rule)
                        .toList());
        texts.remove("m/src/main/java/p/A0.java");
        assertEquals(List.of("package-info"),
                TidyPackages.check(ParsedSource.of(texts), SourceTree.project())
                        .stream()
                        .map(Finding::rule)
                        .toList());
    }

    @Test
    void shouldReadPackagePages() {
        List<Finding> found = new ArrayList<>();
        TidyPackages.page("p", SPDX + """

                /**
                 * Pages, as {@code mem} has them. More.
                 *
                 * <p>Imports allowed: none. Threading: any. Held by {@code ATest}.
                 */
                package p;
                """, found);
        assertEquals(List.of(), found);
        TidyPackages.page("p", "/** " + "a".repeat(80) + ". */ package p;", found);
        assertEquals(List.of("package-page", "package-page", "package-page", "tagline"),
                found.stream().map(Finding::rule).sorted().toList());
        assertEquals("Pages, as mem has them.",
                TidyPackages.firstSentence("Pages, as {@code\n mem} has\nthem. More."));
        assertEquals("No stop", TidyPackages.firstSentence("No stop\n\n<p>More."));
    }
}
