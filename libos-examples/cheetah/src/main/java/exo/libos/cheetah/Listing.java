// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.ListingPage;
import exo.libos.fs.FileNode;
import java.util.List;

/**
 * The list of what a directory holds, made piece by piece whenever it is asked for, so that a large
 * directory costs no memory. Its length is counted once.
 */
final class Listing {
    private final List<String> names;
    private final List<FileNode> children;
    private final long lengthBytes;

    /**
     * A list.
     *
     * @param names the names from the root down to the directory
     * @param directory the directory
     */
    Listing(List<String> names, FileNode directory) {
        this.names = names;
        this.children = directory.children();
        long total = 0;
        for (int i = 0; i < pieceCount(); i++) {
            total += piece(i).length;
        }
        lengthBytes = total;
    }

    /** {@return how long the page is in bytes} */
    long lengthBytes() {
        return lengthBytes;
    }

    /** {@return in how many pieces it comes} */
    int pieceCount() {
        return children.size() + 2;
    }

    /** {@return one piece, the same each time} */
    byte[] piece(int index) {
        if (index == 0) {
            return ListingPage.head(names);
        }
        if (index > children.size()) {
            return ListingPage.foot();
        }
        FileNode child = children.get(index - 1);
        return ListingPage.row(child.name(), child.isDirectory(), child.size(),
                Resource.second(child));
    }
}
