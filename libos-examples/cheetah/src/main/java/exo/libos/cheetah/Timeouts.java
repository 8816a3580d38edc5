// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a client may take. Each is positive and at most a day.
 *
 * @param head for the whole head of a request, from its first byte on, and for the first byte on a
 *        new connection
 * @param idle for the first byte of a further request
 * @param progress for taking 4 KiB of what is sent, or the rest if that is less
 * @param linger for closing its side after the last response
 * @param grace for what is being sent when the server is asked to stop
 */
public record Timeouts(Duration head, Duration idle, Duration progress, Duration linger,
        Duration grace) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Checks the bounds. */
    public Timeouts {
        check("head", head);
        check("idle", idle);
        check("progress", progress);
        check("linger", linger);
        check("grace", grace);
    }

    /**
     * {@return 10 s for a head, 30 s between requests, 20 s without progress, 2 s to close, 1.5 s
     * to stop}
     */
    public static Timeouts standard() {
        return new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(30),
                Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofMillis(1500));
    }

    /**
     * {@return these timeouts with another one for heads}
     *
     * @param changed the time for the whole head of a request
     */
    public Timeouts head(Duration changed) {
        return new Timeouts(changed, idle, progress, linger, grace);
    }

    /**
     * {@return these timeouts with another one between requests}
     *
     * @param changed the time for the first byte of a further request
     */
    public Timeouts idle(Duration changed) {
        return new Timeouts(head, changed, progress, linger, grace);
    }

    /**
     * {@return these timeouts with another one for progress}
     *
     * @param changed the time for taking 4 KiB of what is sent, or the rest
     */
    public Timeouts progress(Duration changed) {
        return new Timeouts(head, idle, changed, linger, grace);
    }

    /**
     * {@return these timeouts with another one for closing}
     *
     * @param changed the time for closing after the last response
     */
    public Timeouts linger(Duration changed) {
        return new Timeouts(head, idle, progress, changed, grace);
    }

    /**
     * {@return these timeouts with another one for stopping}
     *
     * @param changed the time for what is being sent when the server is asked to stop
     */
    public Timeouts grace(Duration changed) {
        return new Timeouts(head, idle, progress, linger, changed);
    }

    private static void check(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (!value.isPositive() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " must be positive and at most a day, but was " + value);
        }
    }
}
