// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.fail;

/**
 * The files of the project, without what a build makes. Paths are relative to the root, with
 * slashes.
 *
 * <p>It walks the folders instead of asking Git, so that the rules also hold in an unpacked
 * archive.
 */
final class SourceTree {

    private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", ".vscode",
            ".settings");
    private static SourceTree project;

    private final Path root;
    private final List<String> files;
    private final Map<String, String> texts = new HashMap<>();

    private SourceTree(Path root) {
        this.root = root;
        try {
            this.files = walk(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the tree below a folder} */
    static SourceTree of(Path root) {
        return new SourceTree(root);
    }

    /** {@return the tree of this project, read once} */
    static synchronized SourceTree project() {
        if (project == null) {
            project = new SourceTree(findRoot());
        }
        return project;
    }

    private static Path findRoot() {
        Path start = Path.of(System.getProperty("exo.basedir", "")).toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("ARCHITECTURE.md"))
                    && Files.exists(at.resolve("pom.xml"))) {
                return at;
            }
        }
        return fail("no folder with ARCHITECTURE.md and pom.xml at or above " + start);
    }

    private static List<String> walk(Path root) throws IOException {
        List<String> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs) {
                boolean skip = !dir.equals(root) && SKIPPED.contains(dir.getFileName().toString());
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attrs) {
                String path = root.relativize(file).toString();
                // In a linked Git work tree, .git is a file.
                if (!path.equals(".git")) {
                    found.add(path);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }

    /** {@return every file} */
    List<String> files() {
        return files;
    }

    /** {@return the files whose name ends so} */
    List<String> files(String ending) {
        return files.stream().filter(f -> f.endsWith(ending)).toList();
    }

    /** {@return the files that hold text: all but those whose bytes are not UTF-8 or contain a
     * zero} */
    List<String> textFiles() {
        return files.stream().filter(this::isText).toList();
    }

    private boolean isText(String path) {
        try {
            return read(path).indexOf('\0') < 0;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                return false;
            }
            throw e;
        }
    }

    /** {@return the text of a file, which must be UTF-8} */
    String read(String path) {
        return texts.computeIfAbsent(path, p -> {
            try {
                return StandardCharsets.UTF_8.newDecoder()
                        .decode(ByteBuffer.wrap(Files.readAllBytes(root.resolve(p))))
                        .toString();
            } catch (IOException e) {
                throw new UncheckedIOException(p, e);
            }
        });
    }

    /** {@return whether a file or folder is there} */
    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    /** {@return the path on disk} */
    Path resolve(String path) {
        return root.resolve(path);
    }

    /** {@return the first folder of a path: the module it belongs to} */
    static String module(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** {@return whether a file belongs to tests} */
    static boolean isTest(String path) {
        return path.contains("src/test/");
    }

    /** Fails with all findings in one message, if there are any. */
    static void assertNone(List<Finding> findings) {
        if (!findings.isEmpty()) {
            fail(findings.size() + " broken rules:\n"
                    + findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
        }
    }
}
