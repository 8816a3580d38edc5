// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.HostFaultException;
import exo.api.ResourceKind;
import exo.api.upcall.Repossession;
import exo.host.HostException;
import exo.impl.cap.PinHolder;
import exo.impl.cap.Principal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the pages of one window by force. Any thread, holding no lock.
 *
 * <p>A repossession has three steps: it chooses and announces its victims under the window's lock;
 * it drains the transfers on them, holding nothing; it makes them void under the lock again, one
 * host call for each run of consecutive pages.
 */
final class WindowForce {
    private final KernelWindow window;
    private final Principal owner;
    private final SpillReserve spills;
    private final FrameAccount account;
    private final ShownPages pages;
    private final PageTable table;
    private final List<PinHolder> holders = new ArrayList<>(); // guarded by the window's lock

    WindowForce(KernelWindow window, KernelMemory memory, FrameAccount account,
            ShownPages pages) {
        this.window = window;
        this.owner = memory.owner();
        this.spills = memory.spillReserve();
        this.account = account;
        this.pages = pages;
        this.table = pages.table();
    }

    // ---- who pins ------------------------------------------------------------------------------

    void attach(PinHolder holder) {
        synchronized (pages) {
            holders.add(holder);
        }
    }

    void detach(PinHolder holder) {
        synchronized (pages) {
            holders.remove(holder);
        }
    }

    /** {@return how many queues and bindings lie on the window} Holds the lock. */
    int holderCount() {
        return holders.size();
    }

    void forgetHolders() {
        synchronized (pages) {
            holders.clear();
        }
    }

    /** Ends what pins pages, giving the owner thread time to take its completions. */
    void releasePins() {
        releasePins(KernelMemory.DRAIN_NANOS);
    }

    private void releasePins(long patienceNanos) {
        long deadline = System.nanoTime() + patienceNanos;
        for (PinHolder holder : holdersNow()) {
            holder.releasePins(deadline);
        }
    }

    /** {@return whether nothing pins pages any more} Waits for nobody. */
    private boolean tryReleasePins() {
        boolean released = true;
        for (PinHolder holder : holdersNow()) {
            released &= holder.tryReleasePins();
        }
        return released;
    }

    private List<PinHolder> holdersNow() {
        synchronized (pages) {
            return List.copyOf(holders);
        }
    }

    // ---- taking --------------------------------------------------------------------------------

    /**
     * Takes pages that are charged to this environment, from the highest down.
     *
     * @param most how many frames are wanted
     * @param choice which pages
     * @return how many were taken
     */
    int repossess(int most, Victims.Choice choice, Repossession.Cause cause) {
        Victims victims;
        synchronized (pages) {
            victims = candidates(most, choice);
            announce(victims);
        }
        takeCharged(victims, cause, choice);
        return victims.count();
    }

    /**
     * Takes pages after a deadline as {@link #repossess} does, if no holder has to be waited for.
     *
     * @param most how many frames are wanted
     * @param choice which pages
     * @return how many were taken
     */
    int repossessAtOnce(int most, Victims.Choice choice) {
        Victims candidates;
        synchronized (pages) {
            candidates = candidates(most, choice);
        }
        // Looked for before any page is announced: one that were given back after all would seem
        // to its owner to be gone for a moment.
        if (isPinned(candidates) && !tryReleasePins()) {
            return 0;
        }
        return repossess(most, choice, Repossession.Cause.DEADLINE);
    }

    /** Holds the lock. */
    private Victims candidates(int most, Victims.Choice choice) {
        return pages.isClosed() ? new Victims(new int[0]) : pick(most, choice);
    }

    private void takeCharged(Victims victims, Repossession.Cause cause, Victims.Choice choice) {
        try {
            take(victims, cause, choice != Victims.Choice.IDLE && !spills.isEmpty(), false);
        } catch (HostException e) {
            throw Faults.memory(e, "pages of a window");
        }
    }

    private Victims pick(int most, Victims.Choice choice) {
        int[] picked = new int[Math.min(most, table.pageCount())];
        int count = 0;
        for (int page = table.pageCount() - 1; page >= 0 && count < picked.length; page--) {
            if (PageTable.isCharged(table.state(page)) && choiceOf(page) == choice) {
                picked[count++] = page;
            }
        }
        return new Victims(Arrays.copyOf(picked, count));
    }

    private Victims.Choice choiceOf(int page) {
        if (table.isIdle(page)) {
            return Victims.Choice.IDLE;
        }
        if (table.marks().isLast(page)) {
            return Victims.Choice.MARKED;
        }
        return table.pins(page) == 0 ? Victims.Choice.UNMARKED : Victims.Choice.PINNED;
    }

    /**
     * Takes the pages of a mapping of foreign frames, as far as they still show them. No page shows
     * what is dead because the host has no mapping left to take it out: then all of the window is
     * taken.
     *
     * @throws HostFaultException if the host refuses that too
     */
    void takeShared(SharedPages binding, Repossession.Cause cause) {
        Victims victims;
        synchronized (pages) {
            pages.awaitTakers(); // a page that somebody else is taking still shows its frame
            int[] shown = new int[binding.pageCount()];
            int count = 0;
            for (int i = 0; i < binding.pageCount(); i++) {
                if (binding.isShown(table, i)) {
                    shown[count++] = binding.firstPage() + i;
                }
            }
            victims = new Victims(Arrays.copyOf(shown, count));
            announce(victims);
        }
        try {
            take(victims, cause, false, false);
        } catch (HostException e) {
            takeWindow(cause);
        }
    }

    /** Makes all of the window void at once, which is one mapping then. */
    private void takeWindow(Repossession.Cause cause) {
        Victims victims;
        synchronized (pages) {
            pages.awaitTakers();
            if (pages.mapping().isClosed()) {
                return; // meanwhile, and shows nothing
            }
            int[] shown = new int[table.pageCount()];
            int count = 0;
            for (int page = 0; page < table.pageCount(); page++) {
                if (PageTable.isShown(table.state(page))) {
                    shown[count++] = page;
                }
            }
            victims = new Victims(Arrays.copyOf(shown, count));
            announce(victims);
        }
        try {
            take(victims, cause, !spills.isEmpty(), true);
        } catch (HostException e) {
            throw Faults.memory(e, "a window that shows what is dead");
        }
    }

    /**
     * Marks pages as taken. Until {@link #take} has made them void they keep their frames, and the
     * owner can neither release nor map them, so that no frame is lost or freed twice. Holds the
     * lock.
     */
    private void announce(Victims victims) {
        pages.takerComes();
        for (int i = 0; i < victims.count(); i++) {
            victims.state(i, table.state(victims.page(i)));
            table.take(victims.page(i));
        }
    }

    /**
     * Makes announced pages void and gives their frames back. Whatever fails, nobody waits for it
     * any more: pages that still show something are their owner's as before.
     *
     * @param kept whether their content is spilled as far as there is room
     * @param whole whether all else in the window becomes void too
     * @throws HostException if the host refuses to make some of them void
     */
    private void take(Victims victims, Repossession.Cause cause, boolean kept, boolean whole) {
        try {
            drain(victims, cause);
            synchronized (pages) {
                Map<Integer, Repossession.Spill> early = kept ? spillPrivate(victims) : Map.of();
                try {
                    makeVoid(victims, whole);
                } finally {
                    tell(victims, cause, kept, early);
                }
            }
        } finally {
            synchronized (pages) {
                restore(victims, cause);
                pages.takerGoes();
            }
            account.settle(victims.owned(), victims.views());
        }
    }

    /** Ends the transfers on pages. Holds no lock. */
    private void drain(Victims victims, Repossession.Cause cause) {
        if (isPinned(victims)) {
            // After a deadline the owner has had its time.
            releasePins(cause == Repossession.Cause.DEADLINE ? 0 : KernelMemory.DRAIN_NANOS);
        }
    }

    private boolean isPinned(Victims victims) {
        for (int i = 0; i < victims.count(); i++) {
            if (table.pins(victims.page(i)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Makes pages void as far as the host does it. Holds the lock. */
    private void makeVoid(Victims victims, boolean whole) {
        if (whole) {
            pages.mapVoid(0, table.pageCount());
            gone(victims, 0, victims.count());
            return;
        }
        for (int i = 0; i < victims.count(); i += victims.run(i)) {
            pages.mapVoid(victims.page(i), victims.run(i));
            gone(victims, i, victims.run(i));
        }
    }

    private void gone(Victims victims, int start, int count) {
        for (int i = start; i < start + count; i++) {
            int page = victims.page(i);
            victims.gone(i, table.frame(page));
            table.forgetFrame(page);
            pages.unmark(page);
        }
    }

    /** Tells the owner which pages are gone; their frames are not free yet. Holds the lock. */
    private void tell(Victims victims, Repossession.Cause cause, boolean kept,
            Map<Integer, Repossession.Spill> early) {
        for (int i = 0; i < victims.goneCount(); i++) {
            int page = victims.page(i);
            int frame = victims.frame(i);
            tell(page, frame, cause, kept && victims.state(i) == PageTable.OWN
                    ? spills.trySpill(contentOf(frame))
                    : Optional.ofNullable(early.get(page)));
        }
    }

    private void tell(int page, int frame, Repossession.Cause cause,
            Optional<Repossession.Spill> spill) {
        Repossession entry = new Repossession(ResourceKind.FRAMES, frame, page, cause,
                System.nanoTime(), Optional.of(window), spill);
        pages.lost(page, entry);
        owner.repossessed(entry);
    }

    /**
     * Leaves the owner the pages that could not be made void. Those that show somebody else's
     * frames are taken all the same, so that no transfer reaches these. Holds the lock.
     */
    private void restore(Victims victims, Repossession.Cause cause) {
        for (int i = victims.goneCount(); i < victims.count(); i++) {
            int page = victims.page(i);
            int frame = table.frame(page);
            if (PageTable.isCharged(victims.state(i))) {
                table.change(page, frame, victims.state(i));
            } else {
                table.forgetFrame(page);
                tell(page, frame, cause, Optional.empty());
            }
        }
    }

    /**
     * Spills what lies outside the pool and is gone when the page shows void: a store that another
     * thread makes meanwhile is not kept. The frames of other pages keep all of them. Holds the
     * lock.
     */
    private Map<Integer, Repossession.Spill> spillPrivate(Victims victims) {
        Map<Integer, Repossession.Spill> kept = new HashMap<>();
        for (int i = 0; i < victims.count(); i++) {
            int page = victims.page(i);
            if (PageTable.isUnsettled(victims.state(i))) {
                spills.trySpill(pages.mapping()
                        .segment()
                        .asSlice(pages.bytes(page),
                                pages.bytes(1)))
                        .ifPresent(spill -> kept.put(page, spill));
            }
        }
        return kept;
    }

    private MemorySegment contentOf(int frame) {
        return pages.pool().mapping().segment().asSlice(pages.bytes(frame), pages.bytes(1));
    }

    /**
     * Takes everything away, whatever the owner thread is doing: the end of an aborted environment.
     * The window was closed before.
     */
    void takeAll() {
        releasePins();
        int[] owned = new int[table.pageCount()];
        int count = 0;
        int views = 0;
        synchronized (pages) {
            pages.awaitTakers();
            // Under the lock, with what follows: nothing is mapped into the range once it is gone,
            // and nobody finds a page that still shows something.
            window.unmap(); // from here on the owner's accesses fail cleanly
            for (int page = 0; page < table.pageCount(); page++) {
                byte shown = table.state(page);
                if (shown == PageTable.OWN || shown == PageTable.THAWED) {
                    owned[count++] = table.frame(page);
                }
                views += shown == PageTable.VIEW ? 1 : 0;
                table.take(page);
                table.forgetFrame(page);
                pages.unmark(page);
            }
        }
        account.settle(Arrays.copyOf(owned, count), views);
    }
}
