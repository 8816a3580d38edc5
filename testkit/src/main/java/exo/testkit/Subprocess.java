// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A command that runs beside the test, with everything it writes kept.
 *
 * <p><b>Lifetime.</b> {@link #close()} kills it and all it started. <b>Thread-safety.</b> Any
 * thread.
 */
public final class Subprocess implements AutoCloseable {

    private static final Duration READERS_DEADLINE = Duration.ofSeconds(10);

    /** The lines of one stream. Guarded by lock. */
    private static final class Stream {
        private final List<String> lines = new ArrayList<>();
        /** The line that the next wait looks at first. */
        private int cursor;
        private boolean ended;

        private Optional<String> next(Predicate<String> wanted) {
            while (cursor < lines.size()) {
                String line = lines.get(cursor++);
                if (wanted.test(line)) {
                    return Optional.of(line);
                }
            }
            return Optional.empty();
        }
    }

    private final List<String> command;
    private final Process process;
    private final List<Thread> readers = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled at each line and at the end of each stream. */
    private final Condition changed = lock.newCondition();
    private final Stream output = new Stream();
    private final Stream errors = new Stream();

    private Subprocess(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        reader(process.getInputStream(), output);
        reader(process.getErrorStream(), errors);
    }

    /** What to start, and how. Confined to one thread. */
    public static final class Builder {

        private final List<String> command;
        private final ProcessBuilder builder;

        private Builder(List<String> command) {
            this.command = List.copyOf(command);
            this.builder = new ProcessBuilder(this.command);
        }

        /** {@return this, to run in a folder} */
        public Builder directory(Path folder) {
            builder.directory(folder.toFile());
            return this;
        }

        /** {@return this, with one more environment variable} */
        public Builder env(String name, String value) {
            builder.environment().put(name, value);
            return this;
        }

        /** {@return this, without an environment variable} */
        public Builder withoutEnv(String name) {
            builder.environment().remove(name);
            return this;
        }

        /** {@return this, with these environment variables and no others} */
        public Builder onlyEnv(Map<String, String> variables) {
            builder.environment().clear();
            builder.environment().putAll(variables);
            return this;
        }

        /**
         * {@return the started command}
         *
         * @throws CommandFailedException if it cannot be started
         */
        public Subprocess start() {
            try {
                return new Subprocess(command, builder.start());
            } catch (IOException e) {
                throw new CommandFailedException("cannot start " + String.join(" ", command), e);
            }
        }
    }

    /** {@return a builder for a command and its arguments} */
    public static Builder builder(List<String> command) {
        return new Builder(command);
    }

    /** {@return a started command, in this folder and environment} */
    public static Subprocess start(String... command) {
        return builder(List.of(command)).start();
    }

    private void reader(InputStream from, Stream to) {
        Thread thread = new Thread(() -> read(from, to), "reads " + command.getFirst());
        thread.setDaemon(true);
        readers.add(thread);
        thread.start();
    }

    private void read(InputStream from, Stream to) {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                add(to, line);
            }
        } catch (IOException e) {
            // The stream of a killed process may break instead of end. What was read is kept.
            add(to, "(stream broke: " + e.getMessage() + ")");
        } finally {
            locked(() -> to.ended = true);
        }
    }

    private void add(Stream to, String line) {
        locked(() -> to.lines.add(line));
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a line in which a pattern is found, on either stream. Each wait goes on behind the
     * last line that an earlier one looked at, on each stream.
     *
     * @param pattern a regular expression, found anywhere in the line
     * @param deadline how long to wait
     * @return the line
     * @throws AssertionError with all the output, if the deadline passes or the output ends before
     */
    public String awaitLine(String pattern, Duration deadline) {
        Predicate<String> wanted = Pattern.compile(pattern).asPredicate();
        long leftNanos = deadline.toNanos();
        lock.lock();
        try {
            while (true) {
                boolean ended = output.ended && errors.ended;
                Optional<String> found = output.next(wanted).or(() -> errors.next(wanted));
                if (found.isPresent()) {
                    return found.get();
                }
                if (ended || leftNanos <= 0) {
                    throw new AssertionError((ended ? "ended" : "not within " + deadline)
                            + " without a line like '" + pattern + "': " + describe());
                }
                leftNanos = changed.awaitNanos(leftNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for '" + pattern + "'", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the end of the command and of its output.
     *
     * @param deadline how long to wait
     * @return the exit code; 128 plus the number of the signal that killed it
     * @throws AssertionError with all the output, if the deadline passes before; it runs on
     */
    public int awaitExit(Duration deadline) {
        try {
            if (!process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("still running after " + deadline + ": " + describe());
            }
            for (Thread reader : readers) {
                // A grandchild may hold the streams open: then what was read so far must do.
                reader.join(READERS_DEADLINE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end", e);
        }
    }

    /** Writes a line to the standard input. */
    public void send(String line) {
        try {
            OutputStream input = process.getOutputStream();
            input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the standard input. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return all lines of the standard output so far} */
    public String output() {
        return text(output);
    }

    /** {@return all lines of the standard error so far} */
    public String errors() {
        return text(errors);
    }

    private String text(Stream stream) {
        lock.lock();
        try {
            return stream.lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        } finally {
            lock.unlock();
        }
    }

    /** {@return the process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether it has not ended yet} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end: SIGTERM. Returns at once. */
    public void terminate() {
        process.destroy();
    }

    /** Kills it alone: SIGKILL, as a crash would. Returns at once. */
    public void kill() {
        // Not Process.destroyForcibly, which closes the streams before all was read.
        process.toHandle().destroyForcibly();
    }

    /** Kills it and all it started, and waits for its end. */
    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        awaitExit(READERS_DEADLINE);
    }

    private String describe() {
        return String.join(" ", command) + "\n" + output() + errors();
    }

    @Override
    public String toString() {
        return String.join(" ", command) + " (pid " + pid() + ")";
    }
}
