// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.ExoException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The live screen of {@code exo top}. It asks the terminal through {@code stty}: native access
 * belongs to the kernel's own module alone.
 *
 * <p>The size is asked for before each drawing, so that a resized terminal is drawn anew at the
 * next. The main thread draws and reads keys; a shutdown hook restores the terminal.
 */
final class TopScreen implements AutoCloseable {
    private static final int HEADINGS = 3;
    private static final int CONTROL_C = 3;
    private static final int CONTROL_D = 4;
    private static final int TIMEOUT = NonBlockingReader.READ_EXPIRED;

    private final Terminal terminal;
    private final Attributes before;
    private final Thread hook = new Thread(this::restore, "exo-top-restore");
    private boolean restored; // guarded by this

    private TopScreen(Terminal terminal) {
        this.terminal = terminal;
        this.before = terminal.enterRawMode();
        Attributes raw = terminal.getAttributes();
        raw.setLocalFlag(LocalFlag.ISIG, false); // an interrupt is a key like any other
        terminal.setAttributes(raw);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Takes the terminal over.
     *
     * @throws IOException if there is none that can be drawn on
     */
    static TopScreen open() throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
                .dumb(false)
                .graphemeCluster(false) // finding out takes a while, and names here are short
                .build();
        return new TopScreen(terminal);
    }

    /**
     * Draws until the user wants to leave, or the kernel is gone.
     *
     * @return what to say at the end; empty if the user left
     */
    String run(KernelFinder.RunningKernel kernel, long intervalMillis) throws IOException {
        Optional<Sample> earlier = Optional.empty();
        while (true) {
            Sample sample;
            try {
                sample = Sample.of(kernel.reader());
            } catch (ExoException e) {
                return kernel.isThere() ? e.getMessage() : ended(kernel);
            }
            if (sample.kernel().ended() || !kernel.isThere()) {
                return ended(kernel);
            }
            draw(new TopText(sample, earlier).lines(System.currentTimeMillis()));
            if (earlier.isEmpty() || earlier.get().kernel().tick() < sample.kernel().tick()) {
                earlier = Optional.of(sample);
            }
            if (wantsToLeave(intervalMillis)) {
                return "";
            }
        }
    }

    private static String ended(KernelFinder.RunningKernel kernel) {
        return "process " + kernel.pid() + " has ended its kernel";
    }

    private void draw(List<String> lines) {
        Size size = terminal.getSize();
        int columns = size.getColumns() > 0 ? size.getColumns() : 80;
        int rows = size.getRows() > 0 ? size.getRows() : 24;
        terminal.puts(Capability.cursor_home);
        for (int row = 0; row < rows - 1; row++) {
            String line = row < lines.size() ? lines.get(row) : "";
            boolean heading = row == HEADINGS;
            if (heading) {
                terminal.puts(Capability.enter_reverse_mode);
            }
            terminal.writer().write(line.substring(0, Math.min(line.length(), columns)));
            if (heading) {
                terminal.puts(Capability.exit_attribute_mode);
            }
            terminal.puts(Capability.clr_eol);
            terminal.writer().write("\r\n");
        }
        String foot = "q leaves";
        terminal.writer().write(foot.substring(0, Math.min(foot.length(), columns)));
        terminal.puts(Capability.clr_eol);
        terminal.flush();
    }

    /** Waits for the next drawing, or for a key that ends it all. */
    private boolean wantsToLeave(long millis) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            int key = terminal.reader().read(left);
            if (key == 'q' || key == 'Q' || key == CONTROL_C || key == CONTROL_D
                    || (key < 0 && key != TIMEOUT)) {
                return true; // a terminal that is gone leaves, too
            }
            if (key == ' ') {
                return false; // the user wants to see now
            }
        }
    }

    private synchronized void restore() {
        if (restored) {
            return;
        }
        restored = true;
        terminal.puts(Capability.exit_attribute_mode);
        terminal.puts(Capability.cursor_visible);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
    }

    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the JVM is ending, and the hook runs already
        }
        terminal.close();
    }
}
