// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class FenceTest {

    private static final String EXCEPTIONS = "config/fence-exceptions.txt";

    private static List<String> rules(String path, String source) {
        return Fence.scanJava(path, source)
                .stream()
                .map(Finding::rule)
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void shouldHoldInEverySource() {
        SourceTree tree = SourceTree.project();
        List<Finding> findings = new ArrayList<>();
        for (String path : tree.textFiles()) {
            if (path.endsWith(".java")) {
                findings.addAll(Fence.scanJava(path, tree.read(path)));
            } else if (!path.endsWith(".md") && !path.equals(EXCEPTIONS)) {
                findings.addAll(Fence.scanText(path, tree.read(path)));
            }
        }
        SourceTree.assertNone(ExceptionList.read(tree, EXCEPTIONS).apply(findings));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            linker              | import java.lang.foreign.Linker;
            linker              | var l = java.lang.foreign . /* here */ Linker.nativeLinker();
            linker              | var l = \\u004cinker.nativeLinker();
            symbol-lookup       | SymbolLookup.loaderLookup()
            reinterpret         | segment.reinterpret(8)
            reinterpret         | map(MemorySegment::reinterpret)
            target-layout       | ADDRESS.withTargetLayout(x)
            of-address          | MemorySegment.ofAddress(0)
            of-address          | MemorySegment :: ofAddress
            of-address          | import static java.lang.foreign.MemorySegment.ofAddress;
            of-address          | import static java.lang.foreign.MemorySegment.*;
            load                | System.load("x")
            load                | Runtime.getRuntime().load("x")
            load                | System.loadLibrary("x")
            load                | import static java.lang.System.*;
            enable-native       | controller.enableNativeAccess(m)
            foreign-wildcard    | import java.lang.foreign.*;
            suppress-restricted | @SuppressWarnings("restricted") void a() {}
            suppress-restricted | @SuppressWarnings({"unused", "restricted"}) void a() {}
            """)
    void shouldLetOnlyTheNativeModuleNameWhatIsRestricted(String rule, String sample) {
        assertEquals(List.of(rule), rules("exo-impl/src/main/java/A.java", sample));
        assertEquals(List.of(), rules("exo-native/src/main/java/A.java", sample));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unsafe          | sun.misc.Unsafe u;
            unsafe          | import sun.misc.Unsafe;
            jdk-internal    | import jdk.internal.misc.VM;
            set-accessible  | field.setAccessible(true);
            set-accessible  | AccessibleObject::trySetAccessible
            native-method   | native int a();
            catch-throwable | catch (Throwable t) {}
            catch-throwable | catch (final Throwable t) {}
            catch-throwable | catch (@A java.lang.Throwable t) {}
            module-flag     | args.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
            module-flag     | args.add("--add-exports");
            """)
    void shouldLetNobodyNameWhatIsForbidden(String rule, String sample) {
        assertEquals(List.of(rule), rules("exo-impl/src/main/java/A.java", sample));
        assertEquals(List.of(rule), rules("exo-native/src/test/java/A.java", sample));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "// Linker, SymbolLookup, sun.misc.Unsafe, catch (Throwable t)",
            "/** {@link java.lang.foreign.Linker} --add-opens */",
            "String a = \"Linker.nativeLinker() System.load\";",
            "class LinkerLayout { int unsafe; Loader load(); }",
            "try { a(); } catch (RuntimeException e) { throw new Error((Throwable) e); }",
            "void a(Throwable t) { system.load(t); loader.load(t); }",
            "import java.lang.foreign.MemorySegment; import java.lang.foreign.Arena;",
            "MemorySegment s = MemorySegment.ofArray(a); Address.ofAddress(b);",
            "@SuppressWarnings(\"unused\") String restricted = \"restricted\";",
            "char c = '\"'; int Linker_ = 1; char d = '\"';"})
    void shouldAcceptHarmlessSources(String sample) {
        assertEquals(List.of(), rules("exo-impl/src/main/java/A.java", sample));
    }

    @Test
    void shouldFindModuleFlagsOutsideJava() {
        List<Finding> found = Fence.scanText("a/pom.xml", "<a>\n<arg>--add-exports=b/c=d</arg>\n");
        assertEquals(List.of(2), found.stream().map(Finding::line).toList());
        assertEquals(List.of(), Fence.scanText("exo", "exec java --enable-native-access=exo.host"));
        assertEquals(1, Fence.scanText("MANIFEST.MF", "Add-Opens: java.base/java.lang").size());
    }

    @Test
    void shouldSayWhereTheFindingIs() {
        Finding finding = Fence.scanJava("a/A.java", "class A {\n  Linker l;\n}").getFirst();
        assertEquals("a/A.java:2: [linker] Linker: only exo-native may name this",
                finding.toString());
    }
}
