// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.libos.fs.SourceEntry;
import exo.libos.fs.SourceFile;
import exo.libos.fs.SourceTree;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A folder of the host as a source to import.
 *
 * <p>Only ordinary files and folders are in it. Symbolic links are left out, wherever they lead,
 * since they could lead out of the folder; so are pipes, sockets and devices, which have no
 * content, what this user may not read, and names that are not text. Each is named by
 * {@link #leftOut}.
 *
 * <p>Confined to one thread at a time.
 */
final class HostFolder implements SourceTree {
    private static final String NOT_TEXT = "its name is not UTF-8";
    private static final char REPLACEMENT = '\ufffd';

    private final Path root;
    private final List<String> leftOut = new ArrayList<>();

    private HostFolder(Path root) {
        this.root = root;
    }

    /**
     * {@return the folder}
     *
     * @param root a folder; it may itself be reached through symbolic links
     * @throws IOException if it cannot be reached
     */
    static HostFolder of(Path root) throws IOException {
        return new HostFolder(root.toRealPath());
    }

    /** {@return what the last walk left out, and why} */
    List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    @Override
    public void walk(Consumer<SourceEntry> visitor) throws IOException {
        leftOut.clear();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (!folder.equals(root)) {
                    if (!isText(folder)) {
                        leaveOut(folder, NOT_TEXT);
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    visitor.accept(
                            SourceEntry.directory(names(folder), nanos(attributes)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!isText(file)) {
                    leaveOut(file, NOT_TEXT);
                } else if (attributes.isRegularFile()) {
                    visitor.accept(SourceEntry.file(names(file), attributes.size(),
                            nanos(attributes)));
                } else {
                    leaveOut(file, attributes.isSymbolicLink()
                            ? "a symbolic link"
                            : "neither a file nor a folder");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException cause)
                    throws IOException {
                if (file.equals(root)) {
                    throw cause;
                }
                leaveOut(file, "it cannot be read: " + reason(cause));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** {@return whether the last name is text, which survives the way from bytes and back} */
    private static boolean isText(Path path) {
        String name = path.getFileName().toString();
        return name.indexOf(REPLACEMENT) < 0 || path.resolveSibling(name).equals(path);
    }

    private void leaveOut(Path path, String reason) {
        leftOut.add(root.relativize(path) + ": " + reason);
    }

    private List<String> names(Path path) {
        List<String> names = new ArrayList<>();
        root.relativize(path).forEach(name -> names.add(name.toString()));
        return names;
    }

    private static long nanos(BasicFileAttributes attributes) {
        return nanos(attributes.lastModifiedTime());
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    @Override
    public SourceFile open(SourceEntry file) throws IOException {
        Path path = root;
        for (String name : file.path()) {
            path = path.resolve(name);
        }
        // A file that was replaced by a link since the walk must not lead elsewhere.
        try {
            return new OpenFile(path, FileChannel.open(path, StandardOpenOption.READ,
                    LinkOption.NOFOLLOW_LINKS));
        } catch (FileSystemException e) {
            throw new IOException(reason(e), e);
        }
    }

    /** {@return what the host's answer means to a user, without the path} */
    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof NoSuchFileException) {
            return "it is no longer there";
        }
        if (cause instanceof FileSystemException refused && refused.getReason() != null) {
            return refused.getReason();
        }
        return cause.toString();
    }

    /** A file, open for reading. */
    private record OpenFile(Path path, FileChannel channel) implements SourceFile {
        @Override
        public int read(MemorySegment target) throws IOException {
            ByteBuffer buffer = target.asByteBuffer();
            return channel.read(buffer);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public long modifiedNanos() throws IOException {
            return nanos(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
