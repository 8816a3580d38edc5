// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.ExoException;
import exo.api.info.InfoReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the kernels of this host among the open files of its processes, and maps what they expose.
 *
 * <p>A kernel keeps its exposed information in a memfd, whose name the host shows in {@code
 * /proc/PID/fd}. So there is no file that a killed process could leave behind, and the host itself
 * decides who may look: the same user, and root.
 */
final class KernelFinder {
    /** As the host shows the link to the memfd. */
    private static final String LINK = "/memfd:exo-info";

    private final Path proc;

    /** {@return a finder on this host} */
    static KernelFinder ofHost() {
        return new KernelFinder(Path.of("/proc"));
    }

    KernelFinder(Path proc) {
        this.proc = proc;
    }

    /**
     * {@return the only process with a kernel, or the one that was named}
     *
     * @param wanted the process that was named, if one was
     * @throws NoKernelException if there is none to look at, or more than one and none was named
     */
    RunningKernel find(Optional<Long> wanted) throws NoKernelException {
        return wanted.isPresent() ? named(wanted.get()) : only();
    }

    private RunningKernel named(long pid) throws NoKernelException {
        Path process = proc.resolve(Long.toString(pid));
        if (!Files.isDirectory(process)) {
            throw new NoKernelException("there is no process " + pid);
        }
        try {
            List<Path> files = segments(process);
            if (files.isEmpty()) {
                throw new NoKernelException("process " + pid + " runs no kernel");
            }
            return open(pid, files);
        } catch (IOException e) {
            throw refused(pid, process);
        }
    }

    private static NoKernelException refused(long pid, Path process) {
        String whose;
        try {
            whose = "process " + pid + " belongs to " + Files.getOwner(process).getName();
        } catch (IOException e) {
            return new NoKernelException("process " + pid + " has ended");
        }
        return new NoKernelException(
                whose + ", and the host does not let this user look; run exo top as that user");
    }

    private RunningKernel only() throws NoKernelException {
        List<Long> found = new ArrayList<>();
        List<Path> files = List.of();
        boolean hidden = false;
        for (Path process : processes()) {
            try {
                List<Path> some = segments(process);
                if (!some.isEmpty()) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                    files = some;
                }
            } catch (IOException e) {
                hidden |= Files.isDirectory(process); // or it ended while it was looked at
            }
        }
        if (found.isEmpty()) {
            throw new NoKernelException("no kernel in sight; start one with: exo serve DIR"
                    + (hidden ? ". Processes of other users were not looked at" : ""));
        }
        if (found.size() > 1) {
            throw new NoKernelException("the processes " + found.toString()
                    .replaceAll("[\\[\\]]",
                            "")
                    + " run kernels; name one with --pid");
        }
        try {
            return open(found.getFirst(), files);
        } catch (IOException e) {
            throw new NoKernelException("process " + found.getFirst() + " has ended");
        }
    }

    private List<Path> processes() throws NoKernelException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
            all.forEach(found::add);
        } catch (IOException e) {
            throw new NoKernelException("the host does not show its processes: " + e.getMessage()
                    + "; mount /proc");
        }
        return found;
    }

    /** {@return the open files of a process that are segments of exposed information} */
    private static List<Path> segments(Path process) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (target(file).startsWith(LINK)) {
                    found.add(file);
                }
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // closed while it was looked at
        }
    }

    /** Maps the segment of the kernel that was booted last, if a process has several. */
    private RunningKernel open(long pid, List<Path> files) throws IOException, NoKernelException {
        RunningKernel latest = null;
        String refusal = "";
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                InfoReader reader = InfoReader.of(channel.map(FileChannel.MapMode.READ_ONLY, 0,
                        channel.size(), Arena.ofAuto()));
                if (latest == null
                        || reader.bootEpochMillis() > latest.reader().bootEpochMillis()) {
                    latest = new RunningKernel(pid, file, reader);
                }
            } catch (ExoException e) {
                refusal = e.getMessage(); // in the middle of its boot, or of another version
            }
        }
        if (latest == null) {
            throw new NoKernelException("process " + pid + " exposes nothing that can be read: "
                    + refusal);
        }
        return latest;
    }

    /**
     * A kernel of another process.
     *
     * @param pid the process
     * @param file its segment, among the open files of the process
     * @param reader of its segment
     */
    record RunningKernel(long pid, Path file, InfoReader reader) {
        /** {@return whether the process still has the segment open} */
        boolean isThere() {
            return target(file).startsWith(LINK);
        }
    }
}
