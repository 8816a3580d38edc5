// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * What went wrong, by a number that is never reused.
 *
 * <p>Methods on data paths (their names begin with {@code try}) do not throw for expected refusals:
 * they return the negated {@link #number()}, which {@link #of(int)} turns back.
 */
public enum ErrorCode {
    /**
     * Not a capability of this kernel: another class, another kernel, or made without a
     * constructor.
     */
    INVALID(100),
    /** The capability lacks a right that the request needs. */
    INSUFFICIENT(101),
    /** The capability, or an ancestor of it, was revoked or dropped. */
    REVOKED(102),
    /** Another environment holds the capability. */
    FOREIGN(103),

    /** The kernel has no more of the resource. */
    EXHAUSTED(200),
    /** The environment's quota is used up. */
    QUOTA(201),
    /** The resource is held by somebody else, or a ring is full; try again later. */
    BUSY(202),
    /** A number lies outside what the resource has. */
    OUT_OF_RANGE(203),
    /** An amount is larger than the stated limit. */
    TOO_BIG(204),
    /** An address or length is not a multiple of what the device demands. */
    MISALIGNED(205),
    /** The host does not offer the facility, or the configuration forbids it. */
    UNAVAILABLE(206),
    /** Nothing has that name. */
    NOT_FOUND(207),
    /** Something already has that name. */
    ALREADY_EXISTS(208),
    /** The pages of one transfer do not lie on consecutive frames. */
    NOT_CONTIGUOUS(209),
    /**
     * The page is not mapped, or was returned: the name of it is stale. On data paths also for a
     * page that was taken by force; other calls say {@link #REPOSSESSED} then.
     */
    STALE(210),
    /** The sender's address in the packet is not its own. */
    FORGED_SOURCE(211),
    /** Data that the kernel keeps on a device does not match its checksum or its format. */
    CORRUPT(212),
    /**
     * The page is a copy-on-write view that has no frame of its own yet: {@code Window.settle}
     * gives it one.
     */
    UNSETTLED(213),
    /** The protection that the libOS itself set on the page forbids the access. */
    PROTECTED(214),

    /** The resource was taken by force; {@link RepossessedException#entry} says when and why. */
    REPOSSESSED(300),

    /** The program was refused by the verifier. */
    REFUSED_PROGRAM(400),

    /** A host call failed in a way that has no other code. */
    HOST_FAULT(500),
    /** The device reported an I/O error. */
    IO_ERROR(501),
    /** The device or the file system under it is full. */
    NO_SPACE(502),
    /** The transfer ended before all its bytes were moved. */
    SHORT_TRANSFER(503),

    /** The environment has ended. */
    ENV_ENDED(600);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** {@return the fixed number of this code, positive} */
    public int number() {
        return number;
    }

    /**
     * {@return what a method on a data path returns for this code: the negated number}
     */
    public int refusal() {
        return -number;
    }

    /**
     * {@return the code for a number, positive or negated}
     *
     * @param number a number, as {@link #number()} or {@link #refusal()} gives it
     * @throws IllegalArgumentException if no code has that number
     */
    public static ErrorCode of(int number) {
        int wanted = Math.abs(number);
        for (ErrorCode code : values()) {
            if (code.number == wanted) {
                return code;
            }
        }
        throw new IllegalArgumentException("no error code has the number " + number);
    }
}
