// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.Markdown.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DocumentsTest {

    private static final int MAX_ARCHITECTURE_LINES = 400;
    private final SourceTree project = SourceTree.project();

    @TempDir
    Path temp;

    private List<Finding> inEachDocument(BiFunction<String, Markdown, List<Finding>> rule) {
        List<Finding> found = new ArrayList<>();
        for (String path : project.files(".md")) {
            found.addAll(rule.apply(path, Markdown.parse(project.read(path))));
        }
        return found;
    }

    @Test
    void shouldHaveTheDocumentsOfAProject() {
        for (String name : List.of("README.md", "ARCHITECTURE.md", "CAVEATS.md", "CHANGELOG.md",
                "NOTICE", "LICENSE")) {
            assertTrue(project.exists(name) && !project.read(name).isBlank(), name);
        }
        assertTrue(project.read("ARCHITECTURE.md").lines().count() <= MAX_ARCHITECTURE_LINES);
    }

    @Test
    void shouldLinkToWhatIsThere() {
        SourceTree.assertNone(inEachDocument(new DocumentRules(project)::links));
    }

    @Test
    void shouldNameFilesThatAreThere() {
        SourceTree.assertNone(inEachDocument(new DocumentRules(project)::paths));
    }

    @Test
    void shouldShowCodeThatCompiles() {
        SourceTree.assertNone(inEachDocument(new DocumentRules(project)::excerpts));
    }

    @Test
    void shouldMentionOptionsThatExist() {
        SourceTree.assertNone(inEachDocument(new DocumentRules(project)::mentions));
    }

    @Test
    void shouldMentionCommandsThatExist() {
        Set<String> defined = new DocumentRules(project).definedCommands();
        SourceTree.assertNone(inEachDocument((path, document) -> {
            List<Finding> found = new ArrayList<>();
            for (Item command : DocumentRules.mentionedCommands(document)) {
                if (!defined.contains(command.text())) {
                    found.add(Finding.at(path, command.line(), "command",
                            "there is no ./exo " + command.text()));
                }
            }
            return found;
        }));
    }

    @Test
    void shouldNameNoMachineAndNoRegistry() {
        List<Finding> found = new ArrayList<>();
        for (String path : project.textFiles()) {
            if (!path.equals("LICENSE")) {
                found.addAll(ForbiddenWords.check(path, project.read(path)));
            }
        }
        SourceTree.assertNone(found);
    }

    @Test
    void shouldNameEveryModuleInTheCodeMap() {
        Matcher module = Pattern.compile("<module>([^<]+)</module>")
                .matcher(project.read("pom.xml"));
        String architecture = project.read("ARCHITECTURE.md");
        while (module.find()) {
            String folder = "`" + SourceTree.module(module.group(1) + "/") + "/`";
            assertTrue(architecture.contains(folder), "ARCHITECTURE.md does not name " + folder);
        }
    }

    @Test
    void shouldTestByTheCommandOfTheReadme() {
        String command = "mvn verify";
        assertTrue(Markdown.parse(project.read("README.md"))
                .commands()
                .stream()
                .anyMatch(item -> item.text().equals(command)));
        assertTrue(project.read(".ci/run").contains(command));
    }

    private DocumentRules rulesFor(Map<String, String> files) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = temp.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return new DocumentRules(SourceTree.of(temp));
    }

    private static List<String> messages(List<Finding> findings) {
        return findings.stream().map(f -> f.line() + " " + f.message()).toList();
    }

    @Test
    void shouldFindLinksThatLeadNowhere() throws IOException {
        DocumentRules rules = rulesFor(Map.of("B.md", "# One & two\n", "c/D.md", "x"));
        assertEquals(List.of("1 X.md leads nowhere", "3 no heading B.md#two"),
                messages(rules.links("A.md", Markdown.parse("""
                        [a](B.md) [b](c/D.md) [c](X.md) [d](https://www.w3.org/)
                        [e](B.md#one--two)
                        [f](B.md#two)
                        ```
                        [g](Y.md)
                        ```
                        """))));
        assertEquals(List.of(), rules.links("c/D.md", Markdown.parse("[a](../B.md) [b](D.md)")));
    }

    @Test
    void shouldFindPathsThatAreNotThere() throws IOException {
        DocumentRules rules = rulesFor(Map.of("a/src/B.java", "", "exo", ""));
        assertEquals(
                List.of("2 there is no a/src/C.java", "2 there is no D.md", "2 there is no e/"),
                messages(rules.paths("A.md", Markdown.parse("""
                        `a/src/B.java` `a/` `./exo` `B.java` `/proc/self/mem` `target/x.txt`
                        `a/src/C.java` `D.md` `e/` `read/write` `exo.api` `benchmarks/` `a b/`
                        """))));
    }

    @Test
    void shouldFindExcerptsThatDiffer() throws IOException {
        DocumentRules rules = rulesFor(Map.of("A.java", """
                class A {
                    // @start region="one"
                    int a;
                        int b;
                    // @end
                }
                """));
        String document = """
                <!-- excerpt: A.java#%s -->
                ```java
                %s
                ```
                """;
        assertEquals(Optional.of("int a;\n    int b;"), DocumentRules.region("""
                // @start region=x
                  int a;
                      int b;
                // @end region=x
                """, "x"));
        assertEquals(List.of(), rules.excerpts("R.md",
                Markdown.parse(document.formatted("one", "int a;\n    int b;"))));
        assertEquals(1, rules.excerpts("R.md", Markdown.parse(document.formatted("one", "int a;")))
                .size());
        assertEquals(List.of("2 there is no region two in A.java"), messages(
                rules.excerpts("R.md", Markdown.parse(document.formatted("two", "int a;")))));
        assertEquals(1, rules.excerpts("R.md", Markdown.parse("```java\nint a;\n```\n")).size());
        assertEquals(List.of(), rules.excerpts("R.md", Markdown.parse("```sh\nmvn\n```\n")));
    }

    @Test
    void shouldFindOptionsAndMethodsThatDoNotExist() throws IOException {
        DocumentRules rules = rulesFor(Map.of("exo-cli/src/main/java/A.java",
                "@Command(name = \"run\") class A { String b = \"--port\"; }", "pom.xml",
                "<exo.seed/>", "x/HostConfig.java", "HostConfig disk(DiskConfig added)"));
        assertEquals(List.of("2 no --prot", "2 no exo.sead", "2 no HostConfig.disc", "4 no --pot"),
                messages(rules.mentions("A.md", Markdown.parse("""
                        `--port=1` `-Dexo.seed=1` `HostConfig.disk` and --nothing without backticks
                        `--prot` `-Dexo.sead=1` `HostConfig.disc(x)`
                        ```sh
                        ./exo run --pot 1
                        ```
                        """))));
        assertEquals(Set.of("bench", "run"), rules.definedCommands());
        assertEquals(List.of(new Item(1, "run"), new Item(3, "walk")),
                DocumentRules.mentionedCommands(
                        Markdown.parse("`./exo run`\n```sh\n./exo walk\n```\n")));
    }

    @Test
    void shouldFindMachinePathsAndRegistries() {
        // Put together here, so that this source holds none of them itself.
        String work = "/" + "work/x";
        String home = "/" + "home/me";
        String registry = "repo" + ".company.net";
        String text = """
                cd WORK; ls "HOME"
                see https://www.w3.org/x, http://10.0.0.1:80/, https://%s/, https://a.example/
                https://ELSEWHERE/a and REGISTRY
                buildWORK $HOMEWORK .WORK
                """.replace("$HOME", "$VARIABLE")
                .replace("WORK", work)
                .replace("HOME", home)
                .replace("ELSEWHERE", "elsewhere" + ".com")
                .replace("REGISTRY", registry);
        assertEquals(List.of("1 " + work, "1 " + home,
                "3 elsewhere.com is not among the hosts that may be named",
                "3 " + registry + " is a registry"), messages(ForbiddenWords.check("a", text)));
    }
}
