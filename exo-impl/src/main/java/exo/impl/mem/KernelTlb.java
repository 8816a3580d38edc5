// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.MissHandler;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import java.util.Arrays;

/**
 * A direct-mapped software TLB over one window.
 *
 * <p>An entry is a virtual page number, the name of a page, and rights. The rights are the lowest
 * bits of the key, which the shift by the page size leaves free: {@code vpn << 2 | rights}. No
 * virtual page has the key of {@link #NONE}.
 *
 * <p>Everything belongs to the thread of the window. No lock is held while the handler runs.
 */
final class KernelTlb implements SoftTlb {
    private static final int RIGHTS_BITS = 2;
    private static final long NONE = -1;
    private static final int RIGHTS_MASK = READ | WRITE;
    private static final int REFUSED_PROTECTED = ErrorCode.PROTECTED.refusal();
    private static final int REFUSED_STALE = ErrorCode.STALE.refusal();

    private final KernelWindow window;
    private final PageTable table;
    private final MissHandler handler;
    private final Thread owner = Thread.currentThread();
    private final int pageShift;
    private final int mask;
    private final long[] keys;
    private final long[] names;
    private int depth;
    private long misses;
    private long violations;
    private long replacements;

    KernelTlb(KernelWindow window, PageTable table, int entries, MissHandler handler) {
        this.window = window;
        this.table = table;
        this.handler = handler;
        this.pageShift = Integer.numberOfTrailingZeros(window.pageBytes());
        this.mask = entries - 1;
        this.keys = new long[entries];
        this.names = new long[entries];
        Arrays.fill(keys, NONE);
    }

    /** hot: guarded by the page benchmark. */
    @Override
    public long lookup(long virtualAddress, int access) {
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        if (access < READ) {
            throw badAccess(access);
        }
        int page = reach(virtualAddress, access);
        return page >= 0 ? offset(page, virtualAddress) : missed(virtualAddress, access, page);
    }

    private long offset(int page, long virtualAddress) {
        return ((long) page << pageShift) | (virtualAddress & ((1L << pageShift) - 1));
    }

    /** {@return the page, or a refusal: STALE for a miss, PROTECTED} */
    private int reach(long virtualAddress, int access) {
        long vpn = virtualAddress >>> pageShift;
        int slot = (int) vpn & mask;
        long key = keys[slot];
        if (key >>> RIGHTS_BITS != vpn) {
            return REFUSED_STALE;
        }
        if ((access & ~key) != 0) {
            return table.tryReachAgain(names[slot], 0) < 0 ? REFUSED_STALE : REFUSED_PROTECTED;
        }
        return table.tryReachAgain(names[slot], access);
    }

    private long missed(long virtualAddress, int access, int first) {
        if (access > RIGHTS_MASK) {
            throw badAccess(access);
        }
        window.checkOwner();
        if (depth == MAX_DEPTH) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, named(virtualAddress),
                    MAX_DEPTH + " lookups are inside each other",
                    "let the handler look up only what is mapped");
        }
        depth++;
        try {
            int refusal = first;
            for (int i = 0; i < MAX_MISSES; i++) {
                call(virtualAddress, access, refusal);
                int page = reach(virtualAddress, access);
                if (page >= 0) {
                    return offset(page, virtualAddress);
                }
                refusal = page;
            }
            throw gaveUp(virtualAddress, refusal);
        } finally {
            depth--;
        }
    }

    private void call(long virtualAddress, int access, int refusal) {
        if (refusal == REFUSED_PROTECTED) {
            violations++;
            handler.onViolation(this, virtualAddress, access);
        } else {
            misses++;
            handler.onMiss(this, virtualAddress, access);
        }
    }

    private static ResourceException gaveUp(long virtualAddress, int refusal) {
        boolean forbidden = refusal == REFUSED_PROTECTED;
        return new ResourceException(
                forbidden ? ErrorCode.PROTECTED : ErrorCode.NOT_FOUND, Blame.CALLER,
                named(virtualAddress),
                "the handler returned " + MAX_MISSES + " times, and "
                        + (forbidden ? "the access is still forbidden" : "there is still no page"),
                "let it insert a page that allows the access, or throw");
    }

    private static String named(long virtualAddress) {
        return "virtual address 0x" + Long.toHexString(virtualAddress);
    }

    @Override
    public void insert(long virtualAddress, long page, Rights rights) {
        window.checkOwner();
        if (!rights.equals(Rights.READ) && !rights.equals(Rights.READ_WRITE)) {
            throw new IllegalArgumentException(
                    "an entry carries READ or READ+WRITE, but " + rights + " was asked for");
        }
        if (rights.contains(Rights.WRITE) && !window.isWritable()) {
            throw new IllegalArgumentException("the window was bound for reading");
        }
        if (table.tryReach(page, 0) < 0) {
            throw staleName(page);
        }
        long vpn = virtualAddress >>> pageShift;
        int slot = (int) vpn & mask;
        if (keys[slot] != NONE && keys[slot] >>> RIGHTS_BITS != vpn) {
            replacements++;
        }
        keys[slot] = vpn << RIGHTS_BITS | rights.bits();
        names[slot] = page;
        table.marks().referenced(Pages.index(page));
    }

    private ExoException staleName(long page) {
        return table.isCurrent(page)
                ? window.stale(Pages.index(page)) // taken by force
                : new ResourceException(ErrorCode.STALE, Blame.CALLER,
                        "page " + Pages.index(page), "its name is not current",
                        "take the name from Window.page");
    }

    @Override
    public boolean remove(long virtualAddress) {
        window.checkOwner();
        long vpn = virtualAddress >>> pageShift;
        int slot = (int) vpn & mask;
        boolean there = keys[slot] != NONE && keys[slot] >>> RIGHTS_BITS == vpn;
        if (there) {
            keys[slot] = NONE;
        }
        return there;
    }

    @Override
    public void flush() {
        window.checkOwner();
        Arrays.fill(keys, NONE);
    }

    @Override
    public int entries() {
        return keys.length;
    }

    @Override
    public long misses() {
        return misses;
    }

    @Override
    public long violations() {
        return violations;
    }

    @Override
    public long replacements() {
        return replacements;
    }

    private static IllegalArgumentException badAccess(int access) {
        return new IllegalArgumentException(
                "access must be READ 1, WRITE 2 or both, but was " + access);
    }

    private WrongThreadException wrongThread() {
        return new WrongThreadException("the TLB belongs to thread " + owner.getName() + ", but "
                + Thread.currentThread().getName() + " called");
    }
}
