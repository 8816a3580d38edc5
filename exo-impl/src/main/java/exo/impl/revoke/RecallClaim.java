// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.revoke.Notice;
import exo.api.upcall.RevokeRequest;
import exo.impl.audit.RevocationEvent;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.KernelCapability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Capabilities in other hands that are wanted back. Those derived after they were asked for are not
 * waited for; the revocation at the end takes them too. Used by one thread.
 */
public final class RecallClaim implements Claim {
    private static final long LOOK_NANOS = 50_000;

    private final CapabilityTable table;
    private final KernelCapability source;
    private final List<KernelCapability> wanted; // those that were live when last looked at

    private RecallClaim(CapabilityTable table, KernelCapability source) {
        this.table = table;
        this.source = source;
        this.wanted = new ArrayList<>(table.foreignBelow(source));
    }

    /**
     * Asks for everything that others derived from a capability, and revokes what is left.
     *
     * @param table the kernel's capabilities
     * @param source the capability, checked; it stays
     * @param notice how long the holders may take
     * @return how many had to be revoked
     */
    public static int recall(CapabilityTable table, KernelCapability source, Notice notice) {
        int forced = (int) AbortProtocol.run(new RecallClaim(table, source), notice);
        // What the environment derived for itself, and what was derived too late to be asked for.
        return forced > 0 ? forced : table.revoke(source);
    }

    @Override
    public long outstanding() {
        while (!wanted.isEmpty() && !wanted.getLast().isLive()) {
            wanted.removeLast();
        }
        return wanted.size();
    }

    @Override
    public void request(RevokeRequest.Stage stage, long deadlineNanos) {
        for (KernelCapability node : wanted) {
            if (node.isLive() && node.lineage().holder() instanceof Holder holder) {
                RevocationEvent.asked(holder.name(), node.kind().name(), 1);
                holder.ask(new CapabilityAsk(node, new RevokeRequest(stage, node.kind(), 1,
                        deadlineNanos, Optional.of(node))));
            }
        }
    }

    private record CapabilityAsk(KernelCapability node, RevokeRequest wanted)
            implements
                Holder.Ask {
        @Override
        public Optional<RevokeRequest> request() {
            return isOver() ? Optional.empty() : Optional.of(wanted);
        }

        @Override
        public boolean isOver() {
            return !node.isLive();
        }
    }

    @Override
    public boolean await(long deadlineNanos) throws InterruptedException {
        while (outstanding() > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
        }
        return true;
    }

    @Override
    public long force() {
        return table.revoke(source);
    }
}
