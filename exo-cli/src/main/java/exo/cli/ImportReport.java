// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.cli.console.Console;
import exo.libos.fs.ImportProgress;
import exo.libos.fs.ImportResult;
import java.util.Locale;

/** Tells how far an import is: nothing of a short one, a line now and then of a long one. */
final class ImportReport implements ImportProgress {
    private static final long INTERVAL_NANOS = 1_000_000_000L;
    private static final int NAMED = 5;
    private static final double MEGA = 1e6;

    private final Console console;
    private long nextNanos = System.nanoTime() + INTERVAL_NANOS; // the importer's thread only

    ImportReport(Console console) {
        this.console = console;
    }

    @Override
    public void onProgress(long filesDone, long filesTotal, long bytesDone, long bytesTotal) {
        long now = System.nanoTime();
        if (now - nextNanos >= 0) {
            nextNanos = now + INTERVAL_NANOS;
            console.say(String.format(Locale.ROOT,
                    "copying: %,d of %s, %.1f of %.1f MB", filesDone, count(filesTotal, "file"),
                    bytesDone / MEGA, bytesTotal / MEGA));
        }
    }

    private static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    /** Tells what was done, and what was left out. */
    void finished(ImportResult result, HostFolder folder) {
        console.say(String.format(Locale.ROOT,
                "%s in %s, %.1f MB; %s copied, %s kept from before", count(result.files(), "file"),
                count(result.directories() + 1, "folder"), result.bytes() / MEGA,
                count(result.bytesWritten(), "byte"), count(result.filesReused(), "file")));
        var skipped = result.skipped();
        for (ImportResult.Skipped skip : skipped.subList(0, Math.min(NAMED, skipped.size()))) {
            console.say("left out " + String.join("/", skip.path()) + ": " + skip.reason());
        }
        var leftOut = folder.leftOut();
        for (String line : leftOut.subList(0, Math.min(NAMED, leftOut.size()))) {
            console.say("left out " + line);
        }
        int more = Math.max(0, skipped.size() - NAMED) + Math.max(0, leftOut.size() - NAMED);
        if (more > 0) {
            console.say("left out " + more + " more");
        }
    }
}
