// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;

/**
 * What a libOS does when its {@link SoftTlb} has no answer.
 *
 * <p>Called on the thread that looked up, holding no kernel lock. It may do whatever the libOS may:
 * allocate, map, read from disk, look up other addresses. What it throws reaches whoever looked up.
 */
@FunctionalInterface
public interface MissHandler {
    /**
     * Finds or makes the page of a virtual address, and inserts it.
     *
     * @param tlb where to insert it
     * @param virtualAddress the address that was looked up
     * @param access what is wanted: {@link SoftTlb#READ}, {@link SoftTlb#WRITE}, or both
     */
    void onMiss(SoftTlb tlb, long virtualAddress, int access);

    /**
     * Mends an access that the entry, or the protection of its page, forbids: for example by
     * settling a copy-on-write view, noting that the page will be dirty, and inserting it with more
     * rights. Does nothing but refuse, unless a libOS says otherwise.
     *
     * @param tlb where to insert the page
     * @param virtualAddress the address that was looked up
     * @param access what is wanted
     * @throws ResourceException with {@link ErrorCode#PROTECTED}
     */
    default void onViolation(SoftTlb tlb, long virtualAddress, int access) {
        throw new ResourceException(ErrorCode.PROTECTED, Blame.CALLER,
                "virtual address 0x" + Long.toHexString(virtualAddress),
                "access " + access + " (READ 1, WRITE 2) is forbidden there",
                "permit it by Window.protect or insert the page with more rights, in onViolation");
    }
}
