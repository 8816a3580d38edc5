// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Blame;
import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.upcall.Repossession;
import exo.impl.audit.CapabilityEvent;
import exo.impl.audit.Failures;
import exo.impl.audit.GrantEvent;
import exo.impl.audit.RevokeEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * All capabilities of one kernel: who holds what, and what was derived from what.
 *
 * <p><b>Locking.</b> One lock, this object, guards the tree, the key-rings and the lists of
 * bindings. Under it nothing waits, no host call is made, and no code of a libOS or of a resource
 * package runs; only ledgers are locked inside it.
 *
 * <p><b>Revocation.</b> Under the lock the epoch of the revoked capability moves on, from which
 * moment every check of a descendant fails. Descendants that need care, because something is bound
 * through them or because a resource returns with them, are found by way of children that have such
 * in their subtree, and taken out. All others are cut off as one chain, whatever their number: they
 * are dead, and nothing more has to happen for that. Then, with the lock released, bindings are
 * severed, children first, and then resources return. A binding is attached under the lock after a
 * check of its capability, so it is either seen by the revocation or refused. If another thread is
 * still severing what it revoked above or below the same capability, the call waits for that too,
 * before any resource returns: what is true then does not depend on who did it.
 *
 * <p><b>Reaping.</b> A dead capability that was cut off is forgotten later: its entry in a
 * key-ring, its charge, its audit event. Until then it is neither listed nor found, and a new one
 * may take its label. Each adoption reaps up to {@value #REAPED_PER_ADOPTION}; {@link #settle}
 * reaps all, and is called before a charge for a kernel object is refused, before such charges are
 * read, and when an environment ends, so that no account shows a dead one. No thread of its own is
 * needed. Since a dead capability stays charged to whoever paid for it, memory stays bounded by the
 * quotas; and whoever settles may do the work that another left, each piece of it once.
 */
@SuppressWarnings("ReferenceEquality") // a capability is its identity: an equal copy is a forgery
public final class CapabilityTable {
    /** How many steps a capability may be away from the one its resource was made with. */
    public static final int MAX_DEPTH = 64;
    /** The longest label in characters. */
    public static final int MAX_LABEL_CHARS = 128;
    /** How many dead capabilities an adoption forgets at most. */
    static final int REAPED_PER_ADOPTION = 64;
    /** How many dead capabilities are forgotten before the lock is released in between. */
    private static final int REAPED_AT_ONCE = 1024;

    private final Map<Repossession.Cause, Siblings> dead = new EnumMap<>(Repossession.Cause.class);
    private final List<Burial> burials = new ArrayList<>(); // guarded by this
    private final int reapedPerAdoption;
    private volatile int unreaped; // written under this

    /** Makes a table with no capability. */
    public CapabilityTable() {
        this(REAPED_PER_ADOPTION);
    }

    CapabilityTable(int reapedPerAdoption) {
        this.reapedPerAdoption = reapedPerAdoption;
        for (Repossession.Cause cause : Repossession.Cause.values()) {
            dead.put(cause, new Siblings()); // the lists are guarded by this
        }
    }

    /**
     * Decodes a capability that a libOS named: it is of this kernel, of the right kind, held by the
     * caller, live, and has the rights.
     *
     * @param <C> the kernel's type for the kind
     * @param allegation what the libOS passed in
     * @param caller who calls
     * @param type the kernel's type for the kind
     * @param needed the rights the request needs
     * @return the capability
     * @throws CapabilityException if any of that does not hold
     */
    public <C extends KernelCapability> C check(Capability allegation, Principal caller,
            Class<C> type, Rights needed) {
        Objects.requireNonNull(allegation, "capability");
        if (!(allegation instanceof KernelCapability node) || node.isForged()
                || node.lineage().table() != this || !type.isInstance(node)) {
            throw new CapabilityException(ErrorCode.INVALID, Blame.CALLER,
                    type.getSimpleName(), "not a capability of this kernel for this use: "
                            + allegation.getClass().getName(),
                    "pass the object that the kernel gave out");
        }
        if (node.lineage().holder() != caller) {
            throw new CapabilityException(ErrorCode.FOREIGN, Blame.CALLER, node.toString(),
                    "env " + caller.name() + " does not hold it", "ask its holder to grant it");
        }
        if (!node.isLive()) {
            throw revoked(node);
        }
        if (!node.rights().contains(needed)) {
            throw insufficient(node, needed);
        }
        return type.cast(node);
    }

    /**
     * Puts a new capability into the tree and into its holder's key-ring, and charges its payer.
     *
     * @param node the capability
     * @throws ResourceException with {@link ErrorCode#QUOTA}, {@link ErrorCode#ALREADY_EXISTS},
     *         {@link ErrorCode#TOO_BIG} or {@link ErrorCode#ENV_ENDED}; no effect
     * @throws CapabilityException with {@link ErrorCode#REVOKED} if the parent has died meanwhile
     */
    public void adopt(KernelCapability node) {
        adopt(node, node);
    }

    /**
     * Puts a new capability into the tree, if another one, by which it was asked for, is live at
     * that moment.
     *
     * @param node the capability
     * @param authority the other one
     * @throws ResourceException as {@link #adopt(KernelCapability)} does
     * @throws CapabilityException with {@link ErrorCode#REVOKED} if the parent or the authority has
     *         died meanwhile
     */
    public void adopt(KernelCapability node, KernelCapability authority) {
        reap(reapedPerAdoption);
        CapabilityEvent event = CapabilityEvent.adopted(node); // nothing may fail once it is
        while (!tryAdopt(node, authority)) {
            settle();
        }
        event.commit();
    }

    /**
     * Refuses a capability that {@link #adopt} would refuse for its label or its charge at this
     * moment, so that nothing is done for it that others would lose by.
     *
     * @param lineage what the capability shall be
     * @throws ResourceException as {@link #adopt(KernelCapability)} does
     */
    public void checkRoom(Lineage lineage) {
        Ledger ledger = lineage.payer().ledger();
        if (!ledger.hasRoom(Charge.OBJECTS, 1)) {
            settle();
        }
        synchronized (this) {
            checkLabel(lineage);
            ledger.checkRoom(Charge.OBJECTS, 1);
        }
    }

    /** {@return whether it is adopted now; if not, there are dead ones to reap first} */
    private synchronized boolean tryAdopt(KernelCapability node, KernelCapability authority) {
        Lineage lineage = node.lineage();
        checkLabel(lineage);
        if (authority != node && !authority.isLive()) {
            throw revoked(authority);
        }
        if (!node.isLive()) {
            throw revoked(lineage.parent() == null ? node : lineage.parent());
        }
        if (node.depth() > MAX_DEPTH) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, node.toString(),
                    "it would be " + node.depth() + " derivations away from its resource, but "
                            + MAX_DEPTH + " are allowed",
                    "derive from a capability nearer to the resource");
        }
        if (unreaped > 0 && !lineage.payer().ledger().hasRoom(Charge.OBJECTS, 1)) {
            return false;
        }
        lineage.payer().ledger().chargeSettled(Charge.OBJECTS, 1);
        try {
            insert(node);
        } catch (RuntimeException | Error e) {
            lineage.payer().ledger().release(Charge.OBJECTS, 1);
            throw e;
        }
        return true;
    }

    private static void insert(KernelCapability node) {
        Lineage lineage = node.lineage();
        Map<String, KernelCapability> labels = lineage.holder().keyTable().byLabel;
        labels.remove(lineage.label()); // a dead one; the new one comes last in the order
        labels.put(lineage.label(), node);
        try {
            node.link();
        } catch (RuntimeException | Error e) {
            labels.remove(lineage.label(), node);
            throw e;
        }
    }

    /**
     * Derives a capability for the same holder.
     *
     * @param source the source, checked
     * @param rights the rights of the new one
     * @param label its label
     * @return the new capability
     */
    public KernelCapability derive(KernelCapability source, Rights rights, String label) {
        Principal holder = source.lineage().holder();
        return graft(source, new Lineage(this, source, holder, holder, rights, label));
    }

    /**
     * Grants another environment a capability derived from a source.
     *
     * @param source the source, checked
     * @param to who gets it
     * @param rights the rights it gets
     * @param label its label there
     */
    public void grant(KernelCapability source, Principal to, Rights rights, String label) {
        Principal payer = source.lineage().holder();
        KernelCapability made = graft(source,
                new Lineage(this, source, to, payer, rights, label));
        GrantEvent.record(payer.name(), to.name(), made);
        to.granted(made);
    }

    private KernelCapability graft(KernelCapability source, Lineage lineage) {
        KernelCapability node = prepare(source, lineage);
        adopt(node);
        return node;
    }

    /**
     * Makes a capability derived from another. A revocation of the source after this call kills it,
     * whether it has been adopted by then or not.
     *
     * @param source the source
     * @param lineage what the new one shall be, with the source as its parent
     * @return the new capability, for {@link #adopt}
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if it would have a right that
     *         the source lacks
     */
    public KernelCapability prepare(KernelCapability source, Lineage lineage) {
        if (!source.rights().contains(lineage.rights())) {
            throw insufficient(source, lineage.rights());
        }
        return source.copy(lineage);
    }

    /**
     * Revokes everything derived from a capability.
     *
     * @param source the capability, checked; it stays
     * @return how many were revoked
     */
    public int revoke(KernelCapability source) {
        RevokeEvent event = new RevokeEvent();
        int revoked = 0;
        Burial burial;
        synchronized (this) {
            List<KernelCapability> urgent = List.of();
            if (source.isLive()) {
                revoked = source.below();
                source.bumpEpoch();
                urgent = cutOff(source, false, Repossession.Cause.REVOKED);
                source.loseChildren();
                unreaped = unreaped + revoked - urgent.size();
            }
            burial = begin(source, urgent, Repossession.Cause.REVOKED);
        }
        bury(burial);
        event.revoked(source.lineage().holder().name(), source, revoked);
        return revoked;
    }

    /**
     * Drops a capability and everything derived from it.
     *
     * @param node the capability
     * @param cause what the owners of severed bindings are told
     * @return whether it was live in the tree until now
     */
    public boolean drop(KernelCapability node, Repossession.Cause cause) {
        Burial burial;
        boolean dropped;
        synchronized (this) {
            // A dead one may still be in its key-ring; one that is not yet adopted never will be.
            dropped = node.lineage().holder().keyTable().byLabel.get(node.label()) == node
                    && node.isLive();
            List<KernelCapability> urgent = List.of();
            if (dropped) {
                urgent = cutOff(node, true, cause);
                node.leaveParent();
                unreaped = unreaped + 1 + node.below() - urgent.size();
            }
            node.markDropped();
            burial = begin(node, urgent, cause);
        }
        bury(burial);
        return dropped;
    }

    /**
     * Drops everything an environment holds and accepts nothing for it any more.
     *
     * @param holder the environment
     * @param cause what the owners of severed bindings are told
     */
    public void close(Principal holder, Repossession.Cause cause) {
        List<KernelCapability> held;
        synchronized (this) {
            holder.keyTable().closed = true;
            held = new ArrayList<>(holder.keyTable().byLabel.values());
        }
        try {
            Failures.forAll(held, node -> drop(node, cause));
        } finally {
            settle(); // what it paid for goes before its quota does
        }
    }

    /**
     * Forgets all dead capabilities, so that accounts are exact. Takes time for each of them, once,
     * and lets others in between. Hold no lock of the table or of a ledger.
     */
    public void settle() {
        while (unreaped > 0) {
            reap(REAPED_AT_ONCE);
            synchronized (this) {
                Invariant.check(unreaped == 0 || dead.values().stream().anyMatch(c -> !c.isEmpty()),
                        "what is dead and not forgotten is in a chain");
            }
        }
    }

    /** {@return how many are dead, but not yet forgotten} */
    int unreaped() {
        return unreaped;
    }

    /**
     * Attaches a binding to a capability, if it is still live.
     *
     * @param node the capability that authorises the binding
     * @param binding the binding
     * @throws CapabilityException with {@link ErrorCode#REVOKED} if it has died meanwhile
     */
    public synchronized void attach(KernelCapability node, Binding binding) {
        if (!node.isLive()) {
            throw revoked(node);
        }
        node.addBinding(binding);
    }

    /**
     * Detaches a binding that ended by itself.
     *
     * @param node the capability
     * @param binding the binding; passed over if it is not attached
     */
    public synchronized void detach(KernelCapability node, Binding binding) {
        node.removeBinding(binding);
    }

    /**
     * {@return the live capabilities of an environment, in the order they arrived}
     *
     * @param holder the environment
     */
    public synchronized List<KernelCapability> heldBy(Principal holder) {
        List<KernelCapability> live = new ArrayList<>();
        for (KernelCapability node : holder.keyTable().byLabel.values()) {
            if (node.isLive()) {
                live.add(node);
            }
        }
        return live;
    }

    /**
     * {@return the live capability with that label, or null}
     *
     * @param holder the environment
     * @param label the label
     */
    public synchronized KernelCapability find(Principal holder, String label) {
        KernelCapability node = holder.keyTable().byLabel.get(label);
        return node != null && node.isLive() ? node : null;
    }

    /**
     * Takes resources that an environment made by force, those made last first, until enough is
     * taken: drops the capabilities they were made with, and records each.
     *
     * @param <C> the kernel's type for the kind
     * @param holder the environment
     * @param type the kernel's type for the kind
     * @param most how much is wanted
     * @param amount how much one of them is
     * @param entry what is recorded of one of them
     * @return how much was taken
     */
    public <C extends KernelCapability> long takeOriginals(Principal holder, Class<C> type,
            long most, ToLongFunction<C> amount, Function<C, Repossession> entry) {
        long taken = 0;
        for (KernelCapability held : heldBy(holder).reversed()) {
            if (taken < most && type.isInstance(held) && held.isOriginal()
                    && drop(held, Repossession.Cause.DEADLINE)) {
                C original = type.cast(held);
                taken += amount.applyAsLong(original);
                holder.repossessed(entry.apply(original));
            }
        }
        return taken;
    }

    /**
     * {@return everything derived from a capability that somebody else than its holder holds,
     * parents before children}
     *
     * @param source the capability
     */
    public synchronized List<KernelCapability> foreignBelow(KernelCapability source) {
        List<KernelCapability> foreign = new ArrayList<>();
        Deque<KernelCapability> open = new ArrayDeque<>();
        open.push(source);
        while (!open.isEmpty()) {
            KernelCapability node = open.pop();
            if (node.lineage().holder() != source.lineage().holder()) {
                foreign.add(node);
            }
            Siblings children = node.children();
            KernelCapability child = children == null ? null : children.first();
            while (child != null) {
                open.push(child);
                child = child.next;
            }
        }
        return foreign;
    }

    private void checkLabel(Lineage lineage) {
        KeyTable keys = lineage.holder().keyTable();
        String label = lineage.label();
        if (label.length() > MAX_LABEL_CHARS) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "label",
                    "it has " + label.length() + " characters, but " + MAX_LABEL_CHARS
                            + " are allowed",
                    "choose a shorter one");
        }
        if (keys.closed) {
            throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER,
                    "env " + lineage.holder().name(), "it has ended", "");
        }
        KernelCapability other = keys.byLabel.get(label);
        if (other != null && other.isLive()) {
            throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER,
                    "label '" + label + "'", "env " + lineage.holder().name()
                            + " holds a capability with that label",
                    "choose another label, or drop the other capability");
        }
    }

    /**
     * Takes what needs care out of a dead subtree, and cuts off the rest. Holds the lock.
     *
     * @return what needs care, parents before children; with the top if it dies too
     */
    private List<KernelCapability> cutOff(KernelCapability top, boolean withTop,
            Repossession.Cause cause) {
        if (!withTop && !top.hasBusyChild()) {
            dead.get(cause).takeAll(top.children());
            return List.of();
        }
        List<KernelCapability> urgent = new ArrayList<>();
        Deque<KernelCapability> open = new ArrayDeque<>();
        open.push(top);
        while (!open.isEmpty()) {
            KernelCapability node = open.pop();
            KernelCapability child = node.pollBusyChild();
            while (child != null) {
                open.push(child);
                child = node.pollBusyChild();
            }
            dead.get(cause).takeAll(node.children());
            if (node != top || withTop) {
                forget(node);
                urgent.add(node);
            }
        }
        return urgent;
    }

    /** Takes a dead capability out of its key-ring and off its payer's account. Holds the lock. */
    private static void forget(KernelCapability node) {
        node.markDropped();
        node.unlink();
        node.lineage().holder().keyTable().byLabel.remove(node.label(), node);
        node.lineage().payer().ledger().release(Charge.OBJECTS, 1);
    }

    /** Forgets some of the dead. */
    private void reap(int most) {
        if (unreaped == 0) {
            return;
        }
        int left = most;
        for (Repossession.Cause cause : dead.keySet()) {
            List<KernelCapability> reaped = reap(cause, left);
            reaped.forEach(node -> CapabilityEvent.died(node, cause.name()));
            left -= reaped.size();
        }
    }

    private synchronized List<KernelCapability> reap(Repossession.Cause cause, int most) {
        List<KernelCapability> reaped = new ArrayList<>();
        Siblings chain = dead.get(cause);
        while (reaped.size() < most && !chain.isEmpty()) {
            KernelCapability node = chain.first();
            chain.remove(node);
            chain.takeAll(node.children());
            forget(node);
            reaped.add(node);
        }
        unreaped = unreaped - reaped.size();
        return reaped;
    }

    /**
     * Announces a burial, and looks which others it has to wait for. Holds the lock. A revocation
     * is rare, hence its code cold, and the lock is everybody's: most often there is nothing to
     * bury and nobody to wait for, and then nothing is made.
     */
    private Burial begin(KernelCapability top, List<KernelCapability> urgent,
            Repossession.Cause cause) {
        if (urgent.isEmpty() && burials.isEmpty()) {
            return Burial.NONE;
        }
        Thread self = Thread.currentThread();
        // Inside a burial of its own a thread does not wait, so that no two wait for each other.
        boolean inside = burials.stream().anyMatch(b -> b.undertaker() == self);
        List<Burial> earlier = inside
                ? List.of()
                : burials.stream().filter(b -> b.overlaps(top)).toList();
        Burial burial = new Burial(top, cause, urgent, self, earlier, new CountDownLatch(1));
        if (!urgent.isEmpty()) {
            burials.add(burial);
        }
        return burial;
    }

    /**
     * Severs the bindings of dead capabilities, children first, then returns their resources; not
     * before others have severed what they revoked above or below, since that reaches the resources
     * too. Whatever fails, all else is done. A resource that a binding may still reach does not
     * return: it would be somebody else's, and shown to both.
     */
    private void bury(Burial burial) {
        if (burial == Burial.NONE) {
            return;
        }
        Failures failures = new Failures();
        try {
            for (KernelCapability node : burial.dead().reversed()) {
                sever(node, burial.cause(), failures);
            }
            burial.earlier().forEach(Burial::await);
            for (KernelCapability node : burial.dead().reversed()) {
                if (node.isOriginal() && !node.isReached()) {
                    failures.attempt(node::returnResource);
                }
                failures.attempt(() -> CapabilityEvent.died(node, burial.cause().name()));
            }
        } finally {
            synchronized (this) {
                burials.removeIf(b -> b == burial);
            }
            burial.over().countDown();
        }
        failures.rethrow();
    }

    private void sever(KernelCapability node, Repossession.Cause cause, Failures failures) {
        List<Binding> severed;
        synchronized (this) {
            severed = node.takeBindings();
        }
        for (Binding binding : severed) {
            if (!failures.attempt(() -> binding.sever(cause))) {
                node.markReached();
            }
        }
    }

    private static CapabilityException revoked(KernelCapability node) {
        return new CapabilityException(ErrorCode.REVOKED, Blame.PEER, node.toString(),
                "it was revoked or dropped", "ask its source for a new one");
    }

    private static CapabilityException insufficient(KernelCapability node, Rights needed) {
        return new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER, node.toString(),
                "the request needs " + needed, "ask its source for a capability with that right");
    }
}
