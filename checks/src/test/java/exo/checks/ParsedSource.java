// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ModuleTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import static org.junit.jupiter.api.Assertions.fail;

/**
 * One Java source as the compiler's parser sees it. Only parsed: no name is resolved.
 *
 * @param path the path in the project
 * @param unit the syntax tree
 * @param positions where its nodes are
 */
record ParsedSource(String path, CompilationUnitTree unit, SourcePositions positions) {

    private static List<ParsedSource> project;

    /** {@return every Java source of the project, parsed once} */
    static synchronized List<ParsedSource> project() {
        if (project == null) {
            SourceTree tree = SourceTree.project();
            List<JavaFileObject> files = new ArrayList<>();
            for (String path : tree.files(".java")) {
                files.add(new TextFile(path, tree.read(path)));
            }
            project = parse(files);
        }
        return project;
    }

    /** {@return one source parsed from its text} */
    static ParsedSource of(String path, String text) {
        return parse(List.of(new TextFile(path, text))).getFirst();
    }

    /** {@return sources parsed from their texts, by path} */
    static List<ParsedSource> of(Map<String, String> texts) {
        List<JavaFileObject> files = new ArrayList<>();
        texts.forEach((path, text) -> files.add(new TextFile(path, text)));
        return parse(files);
    }

    private static List<ParsedSource> parse(List<JavaFileObject> files) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> errors = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) compiler.getTask(null, null, errors, List.of("-proc:none"),
                null,
                files);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        List<ParsedSource> parsed = new ArrayList<>();
        try {
            Iterator<? extends CompilationUnitTree> units = task.parse().iterator();
            for (JavaFileObject file : files) {
                parsed.add(new ParsedSource(file.getName(), units.next(), positions));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!errors.getDiagnostics().isEmpty()) {
            fail("sources do not parse: " + errors.getDiagnostics());
        }
        return List.copyOf(parsed);
    }

    /** {@return the package, empty for a module descriptor} */
    String packageName() {
        return unit.getPackageName() == null ? "" : unit.getPackageName().toString();
    }

    /** {@return the module descriptor, null if this is not one} */
    ModuleTree module() {
        return unit.getModule();
    }

    /** {@return the line of a node's first character} */
    int firstLine(Tree node) {
        return lineAt(positions.getStartPosition(unit, node));
    }

    /** {@return the line of a node's last character} */
    int lastLine(Tree node) {
        return lineAt(positions.getEndPosition(unit, node) - 1);
    }

    private int lineAt(long position) {
        return (int) unit.getLineMap().getLineNumber(position);
    }

    /** A source in memory; its name is the path in the project. */
    private static final class TextFile extends SimpleJavaFileObject {

        private final String path;
        private final String text;

        TextFile(String path, String text) {
            super(URI.create("source:///" + path.replace(' ', '_')), Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public String getName() {
            return path;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
