// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * Rules on the syntax tree: sizes of methods, nesting, parameters, and names of test classes.
 *
 * <p>Nesting counts decisions and loops. A {@code try} or {@code synchronized} is a scope and does
 * not count; an {@code else if} is as deep as its {@code if}; a lambda or an inner class starts
 * anew.
 */
final class TidyTrees extends TreeScanner<Void, Void> {

    static final int MAX_METHOD_LINES = 70;
    static final int MAX_PARAMETERS = 5;
    static final int MAX_NESTING = 3;
    private static final Set<String> TEST_ANNOTATIONS = Set.of("Test", "ParameterizedTest",
            "RepeatedTest", "TestFactory", "TestTemplate");
    private static final List<String> RUN_ENDINGS = List.of("Test", "Hostile", "Crash");

    private final ParsedSource source;
    private final List<Finding> found = new ArrayList<>();
    private final Deque<Tree.Kind> classes = new ArrayDeque<>();
    private int nesting;
    private boolean tooDeep;
    private boolean holdsTests;

    private TidyTrees(ParsedSource source) {
        this.source = source;
    }

    /** {@return what is untidy in one source} */
    static List<Finding> check(ParsedSource source) {
        TidyTrees scanner = new TidyTrees(source);
        scanner.scan(source.unit(), null);
        if (SourceTree.isTest(source.path())) {
            scanner.testName();
        }
        return scanner.found;
    }

    private void find(Tree node, String rule, int size, String message) {
        found.add(new Finding(source.path(), source.firstLine(node), rule, size, message));
    }

    @Override
    public Void visitImport(ImportTree node, Void unused) {
        if (!node.isStatic() && node.getQualifiedIdentifier().toString().endsWith(".*")) {
            find(node, "wildcard-import", 0, "name each type that is imported");
        }
        return null;
    }

    @Override
    public Void visitClass(ClassTree node, Void unused) {
        int outer = nesting;
        nesting = 0;
        classes.push(node.getKind());
        super.visitClass(node, null);
        classes.pop();
        nesting = outer;
        return null;
    }

    @Override
    public Void visitMethod(MethodTree node, Void unused) {
        boolean recordConstructor = node.getReturnType() == null
                && classes.peek() == Tree.Kind.RECORD;
        int parameters = node.getParameters().size();
        if (parameters > MAX_PARAMETERS && !recordConstructor) {
            find(node, "parameters", parameters, node.getName() + " has " + parameters
                    + " parameters; the most is " + MAX_PARAMETERS + ": use a record");
        }
        tooDeep = false;
        if (node.getBody() != null) {
            int lines = source.lastLine(node.getBody()) - source.firstLine(node.getBody()) + 1;
            if (lines > MAX_METHOD_LINES) {
                find(node, "method-lines", lines, node.getName() + " has " + lines
                        + " lines; the most is " + MAX_METHOD_LINES);
            }
        }
        return super.visitMethod(node, null);
    }

    @Override
    public Void visitAnnotation(AnnotationTree node, Void unused) {
        String name = node.getAnnotationType().toString();
        holdsTests |= TEST_ANNOTATIONS.contains(name.substring(name.lastIndexOf('.') + 1));
        return super.visitAnnotation(node, null);
    }

    @Override
    public Void visitLambdaExpression(LambdaExpressionTree node, Void unused) {
        int outer = nesting;
        nesting = 0;
        super.visitLambdaExpression(node, null);
        nesting = outer;
        return null;
    }

    private Void deeper(Tree node, Runnable inside) {
        nesting++;
        if (nesting > MAX_NESTING && !tooDeep) {
            tooDeep = true;
            find(node, "nesting", nesting,
                    "decisions and loops nest deeper than " + MAX_NESTING);
        }
        inside.run();
        nesting--;
        return null;
    }

    @Override
    public Void visitIf(IfTree node, Void unused) {
        scan(node.getCondition(), null);
        deeper(node, () -> {
            scan(node.getThenStatement(), null);
            if (!(node.getElseStatement() instanceof IfTree)) {
                scan(node.getElseStatement(), null);
            }
        });
        return node.getElseStatement() instanceof IfTree chained ? scan(chained, null) : null;
    }

    @Override
    public Void visitForLoop(ForLoopTree node, Void unused) {
        return deeper(node, () -> super.visitForLoop(node, null));
    }

    @Override
    public Void visitEnhancedForLoop(EnhancedForLoopTree node, Void unused) {
        return deeper(node, () -> super.visitEnhancedForLoop(node, null));
    }

    @Override
    public Void visitWhileLoop(WhileLoopTree node, Void unused) {
        return deeper(node, () -> super.visitWhileLoop(node, null));
    }

    @Override
    public Void visitDoWhileLoop(DoWhileLoopTree node, Void unused) {
        return deeper(node, () -> super.visitDoWhileLoop(node, null));
    }

    @Override
    public Void visitSwitch(SwitchTree node, Void unused) {
        return deeper(node, () -> super.visitSwitch(node, null));
    }

    @Override
    public Void visitSwitchExpression(SwitchExpressionTree node, Void unused) {
        return deeper(node, () -> super.visitSwitchExpression(node, null));
    }

    /** Only names with these endings are run, so a test under another name would never run. */
    private void testName() {
        for (Tree tree : source.unit().getTypeDecls()) {
            if (!(tree instanceof ClassTree type) || type.getKind() != Tree.Kind.CLASS) {
                continue;
            }
            String name = type.getSimpleName().toString();
            boolean runs = RUN_ENDINGS.stream().anyMatch(name::endsWith);
            boolean isAbstract = type.getModifiers().getFlags().contains(Modifier.ABSTRACT);
            if (holdsTests && isAbstract && !name.endsWith("Contract")) {
                find(type, "test-name", 0, "an abstract class of tests is called …Contract");
            } else if (holdsTests && !isAbstract && !runs) {
                find(type, "test-name", 0,
                        "a class of tests is called …Test, …Hostile or …Crash, or it does not run");
            } else if (!holdsTests && runs && !isAbstract && type.getExtendsClause() == null) {
                find(type, "test-name", 0, "the name promises tests, and there are none");
            }
        }
    }
}
