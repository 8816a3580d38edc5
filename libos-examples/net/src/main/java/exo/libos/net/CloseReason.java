// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/** Why a TCP connection is over. */
public enum CloseReason {
    /** Both sides have sent all they had. */
    FINISHED,
    /** The peer reset it. */
    RESET,
    /** The peer refused it. */
    REFUSED,
    /** The peer did not answer in time. */
    TIMEOUT,
    /** This side gave it up. */
    ABORTED
}
