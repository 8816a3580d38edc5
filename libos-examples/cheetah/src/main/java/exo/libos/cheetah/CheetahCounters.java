// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

/**
 * What a server has done so far. Read while it works, so the numbers may be a moment apart.
 *
 * @param requests heads of requests that were answered
 * @param successes responses with a status of the 200s
 * @param redirections responses with a status of the 300s
 * @param clientErrors responses with a status of the 400s
 * @param serverErrors responses with a status of the 500s
 * @param bytes bytes of responses handed to the network stack, heads counted
 * @param accepted connections accepted
 * @param aborted connections the server reset: clients that took too long, files that broke
 * @param open connections that are open now
 */
public record CheetahCounters(long requests, long successes, long redirections, long clientErrors,
        long serverErrors, long bytes, long accepted, long aborted, long open) {}
