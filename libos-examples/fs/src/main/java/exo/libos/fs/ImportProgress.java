// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

/** Hears how far an import is. Called now and then by the thread that imports. */
@FunctionalInterface
public interface ImportProgress {
    /** Nobody listens. */
    ImportProgress NONE = (filesDone, filesTotal, bytesDone, bytesTotal) -> {};

    /**
     * Takes note. Files and bytes are those that must be copied; the last call says that all are.
     *
     * @param filesDone how many files were copied, or skipped
     * @param filesTotal how many there are
     * @param bytesDone how many bytes of them were read
     * @param bytesTotal how many there are, as far as is known
     */
    void onProgress(long filesDone, long filesTotal, long bytesDone, long bytesTotal);
}
