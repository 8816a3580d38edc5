// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.net.NetStack;
import exo.libos.net.StackConfig;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What a web server shall be. Immutable; each method with a parameter returns a changed copy.
 *
 * @param port the TCP port it listens on, 1 to 65,535
 * @param cachePages pages of its file cache, at least {@value #LEAST_CACHE_PAGES}
 * @param stack its network stack; the receive buffer of a connection holds at least one head
 * @param limits what a client may cost
 * @param timeouts how long a client may take
 * @param listing whether a directory without {@code index.html} is shown as a list
 * @param serverName what the Server field of responses says, in printable ASCII; empty to leave it
 *        out
 * @param onReady called once on the server's own thread when it listens; what it throws ends the
 *        server
 */
public record CheetahConfig(int port, int cachePages, StackConfig stack, Limits limits,
        Timeouts timeouts, boolean listing, String serverName, Consumer<Cheetah> onReady) {
    /** The fewest pages of a file cache. */
    public static final int LEAST_CACHE_PAGES = 16;
    /** Pages of the file cache unless the configuration says otherwise: 16 MiB in 4 KiB pages. */
    public static final int DEFAULT_CACHE_PAGES = 4096;

    /** Checks the bounds. */
    public CheetahConfig {
        Limits.check("port", port, 1, 65_535);
        Limits.check("cachePages", cachePages, LEAST_CACHE_PAGES, 1 << 22);
        Objects.requireNonNull(stack, "stack");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(timeouts, "timeouts");
        Objects.requireNonNull(onReady, "onReady");
        if (limits.maxHeadBytes() > stack.receiveBufferBytes()) {
            throw new IllegalArgumentException("a head of " + limits.maxHeadBytes()
                    + " bytes does not fit into the receive buffer of "
                    + stack.receiveBufferBytes());
        }
        for (int i = 0; i < serverName.length(); i++) {
            if (serverName.charAt(i) < ' ' || serverName.charAt(i) > '~') {
                throw new IllegalArgumentException(
                        "serverName must be printable ASCII, but was '" + serverName + "'");
            }
        }
    }

    /**
     * {@return a server on port 80 with {@value #DEFAULT_CACHE_PAGES} cache pages, the standard
     * limits and timeouts, and directories shown as lists}
     *
     * @param stack its network stack
     */
    public static CheetahConfig on(StackConfig stack) {
        return new CheetahConfig(80, DEFAULT_CACHE_PAGES, stack, Limits.standard(),
                Timeouts.standard(), true, "cheetah", server -> {});
    }

    /**
     * {@return this configuration with another port}
     *
     * @param changed the TCP port
     */
    public CheetahConfig port(int changed) {
        return new CheetahConfig(changed, cachePages, stack, limits, timeouts, listing, serverName,
                onReady);
    }

    /**
     * {@return this configuration with another file cache}
     *
     * @param changed pages of the file cache
     */
    public CheetahConfig cachePages(int changed) {
        return new CheetahConfig(port, changed, stack, limits, timeouts, listing, serverName,
                onReady);
    }

    /**
     * {@return this configuration with another network stack}
     *
     * @param changed the stack
     */
    public CheetahConfig stack(StackConfig changed) {
        return new CheetahConfig(port, cachePages, changed, limits, timeouts, listing, serverName,
                onReady);
    }

    /**
     * {@return this configuration with other limits}
     *
     * @param changed what a client may cost
     */
    public CheetahConfig limits(Limits changed) {
        return new CheetahConfig(port, cachePages, stack, changed, timeouts, listing, serverName,
                onReady);
    }

    /**
     * {@return this configuration with other timeouts}
     *
     * @param changed how long a client may take
     */
    public CheetahConfig timeouts(Timeouts changed) {
        return new CheetahConfig(port, cachePages, stack, limits, changed, listing, serverName,
                onReady);
    }

    /**
     * {@return this configuration with lists of directories or without}
     *
     * @param changed whether a directory without {@code index.html} is shown as a list
     */
    public CheetahConfig listing(boolean changed) {
        return new CheetahConfig(port, cachePages, stack, limits, timeouts, changed, serverName,
                onReady);
    }

    /**
     * {@return this configuration with another name}
     *
     * @param changed what the Server field says
     */
    public CheetahConfig serverName(String changed) {
        return new CheetahConfig(port, cachePages, stack, limits, timeouts, listing, changed,
                onReady);
    }

    /**
     * {@return this configuration with another listener}
     *
     * @param changed called once on the server's own thread when it listens
     */
    public CheetahConfig onReady(Consumer<Cheetah> changed) {
        return new CheetahConfig(port, cachePages, stack, limits, timeouts, listing, serverName,
                changed);
    }

    /**
     * {@return how many pages the server's window has: the page frames its environment needs}
     *
     * @param mtu the largest payload of a frame on the station's device in bytes
     * @param pageBytes the size of a page
     */
    public int pages(int mtu, int pageBytes) {
        return Math.addExact(NetStack.pages(stack, mtu, pageBytes), cachePages);
    }
}
