// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.cli.console.Console;
import exo.libos.fs.ImportResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ImportReportTest {
    @TempDir
    private Path folder;

    private String reported(long files, long directories, long written, long kept)
            throws IOException {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        new ImportReport(new Console(writer, writer)).finished(new ImportResult(1, files,
                directories, 1_500_000, written, kept, List.of()), HostFolder.of(folder));
        return said.toString().strip();
    }

    @Test
    void shouldCountOneAndMany() throws IOException {
        assertEquals("exo: 1 file in 1 folder, 1.5 MB; 1 byte copied, 1 file kept from before",
                reported(1, 0, 1, 1));
        assertEquals("exo: 0 files in 2 folders, 1.5 MB; 0 bytes copied, 0 files kept from before",
                reported(0, 1, 0, 0));
        assertEquals("exo: 1,234 files in 3 folders, 1.5 MB; 4,096 bytes copied,"
                + " 2 files kept from before", reported(1234, 2, 4096, 2));
    }
}
