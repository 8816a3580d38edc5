// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

/**
 * Pages that lie at the swap server, and what their content must be.
 *
 * <p><b>Ownership and lifetime.</b> It belongs to the {@link SwapClient} that made it, until its
 * pages are swapped in or it is forgotten. What it names is gone with the server.
 */
public final class SwapTicket {
    private final SwapClient client;
    private final long number;
    private final int[] checksums; // one for each page
    private boolean spent;

    SwapTicket(SwapClient client, long number, int[] checksums) {
        this.client = client;
        this.number = number;
        this.checksums = checksums;
    }

    /** {@return how many pages it stands for} */
    public int pageCount() {
        return checksums.length;
    }

    /** {@return whether its pages were swapped in, or forgotten} */
    public boolean isSpent() {
        return spent;
    }

    SwapClient client() {
        return client;
    }

    long number() {
        return number;
    }

    int checksum(int page) {
        return checksums[page];
    }

    void spend() {
        spent = true;
    }
}
