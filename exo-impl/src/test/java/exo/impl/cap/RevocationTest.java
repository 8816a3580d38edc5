// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ErrorCode;
import exo.api.Rights;
import exo.api.upcall.Repossession.Cause;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static exo.impl.cap.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a revocation does at once, what it leaves for later, and whom it waits for. */
class RevocationTest {
    private static final int PLENTY = 1_000_000;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int AT_ONCE = CapabilityTable.REAPED_PER_ADOPTION;

    private final CapabilityTable table = new CapabilityTable();
    private final FakePrincipal owner = principal(1, PLENTY);
    private final Token top = Token.original(table, owner, "top");

    private FakePrincipal principal(long id, int objects) {
        return new FakePrincipal(id, objects, table::settle);
    }

    private List<KernelCapability> derive(KernelCapability source, int count, String prefix) {
        List<KernelCapability> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(table.derive(source, Rights.ALL, prefix + i));
        }
        return made;
    }

    // ---- at once, and later --------------------------------------------------------------------

    @Test
    void shouldCutOffAnyNumberWithoutAVisitToEach() {
        List<FakePrincipal> envs = new ArrayList<>();
        List<KernelCapability> all = new ArrayList<>();
        for (int env = 0; env < 10; env++) {
            FakePrincipal to = principal(10 + env, PLENTY);
            envs.add(to);
            for (int i = 0; i < 1_000; i++) {
                table.grant(top, to, Rights.ALL, "g" + i);
                all.add(table.find(to, "g" + i));
                all.add(table.derive(all.getLast(), Rights.READ, "d" + i));
            }
        }
        assertEquals(20_000, top.below());
        assertEquals(20_000, table.revoke(top));
        assertEquals(20_000, table.unreaped(), "not one was visited");
        assertEquals(0, top.below());
        all.forEach(node -> assertFalse(node.isLive()));
        for (FakePrincipal env : envs) {
            assertTrue(table.heldBy(env).isEmpty());
            assertNull(table.find(env, "g0"));
        }
        envs.forEach(env -> assertEquals(0, env.ledger().used(Charge.OBJECTS)));
        assertEquals(0, table.unreaped(), "an account is exact");
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldFindWhatNeedsCareByBusyChildrenOnly() {
        List<String> order = new ArrayList<>();
        List<KernelCapability> wide = derive(top, 1_000, "wide-");
        KernelCapability middle = wide.get(500);
        List<KernelCapability> below = derive(middle, 1_000, "below-");
        KernelCapability leaf = below.get(700);
        table.attach(leaf, cause -> order.add("leaf " + cause));
        table.attach(wide.get(999), cause -> order.add("last " + cause));
        Token made = Token.madeBy(wide.get(3), owner, "made");
        assertEquals(2 + 1 + 1, top.busy(), "two bindings, a resource below, and its own");
        assertEquals(2_001, table.revoke(top));
        assertEquals(List.of("leaf REVOKED", "last REVOKED"), order.stream()
                .sorted()
                .toList()
                .reversed());
        assertEquals(1, made.returned.get());
        assertEquals(2_001 - 5, table.unreaped(), "leaf, middle, last, made, and what made it");
        assertEquals(1, top.busy());
        assertEquals(0, top.returned.get());
    }

    @Test
    void shouldReapABoundedNumberWithEachAdoption() {
        derive(top, 3 * AT_ONCE, "dead-");
        KernelCapability kept = Token.original(table, owner, "kept");
        table.revoke(top);
        for (int left = 3 * AT_ONCE; left > 0; left -= AT_ONCE) {
            assertEquals(left, table.unreaped());
            table.derive(kept, Rights.NONE, "new-" + left);
        }
        assertEquals(0, table.unreaped());
        assertEquals(1 + 1 + 3, owner.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldReapWhatLiesBelowTheDead() {
        KernelCapability node = top;
        for (int depth = 1; depth <= CapabilityTable.MAX_DEPTH; depth++) {
            derive(node, 20, depth + "-");
            node = table.find(owner, depth + "-7");
        }
        int all = 20 * CapabilityTable.MAX_DEPTH;
        assertEquals(all, table.revoke(top));
        assertEquals(all, table.unreaped());
        table.settle();
        assertEquals(0, table.unreaped());
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
        assertEquals(List.of(top), table.heldBy(owner));
    }

    @Test
    void shouldFindTheOnlyBindingAtTheGreatestDepth() {
        AtomicInteger severed = new AtomicInteger();
        KernelCapability node = top;
        for (int depth = 1; depth <= CapabilityTable.MAX_DEPTH; depth++) {
            node = table.derive(node, Rights.ALL, "depth-" + depth);
        }
        KernelCapability deepest = node;
        table.attach(deepest, cause -> severed.incrementAndGet());
        assertEquals(CapabilityTable.MAX_DEPTH, table.revoke(top));
        assertEquals(1, severed.get());
        assertEquals(0, table.unreaped(), "each was on the way to it");
    }

    @Test
    void shouldPassOverWhatNeedsCareNoMore() {
        AtomicInteger severed = new AtomicInteger();
        Binding one = cause -> severed.incrementAndGet();
        Binding two = cause -> severed.addAndGet(10);
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(child, one);
        table.attach(child, two);
        assertEquals(1, child.busy());
        table.detach(child, one);
        assertEquals(2, top.busy());
        table.detach(child, two);
        table.detach(child, two);
        assertEquals(0, child.busy());
        assertEquals(1, top.busy());
        assertEquals(1, table.revoke(top));
        assertEquals(1, table.unreaped());
        table.detach(child, one);
        assertEquals(1, top.busy(), "the dead do not count");
        assertEquals(0, severed.get());
    }

    @Test
    void shouldNotCountABindingThatEndsWhileOthersAreSevered() {
        AtomicInteger severed = new AtomicInteger();
        Binding upper = cause -> severed.addAndGet(10);
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        KernelCapability grandchild = table.derive(child, Rights.ALL, "grandchild");
        table.attach(child, upper);
        table.attach(grandchild, cause -> {
            severed.incrementAndGet();
            table.detach(child, upper);
        });
        assertEquals(3, top.busy());
        assertEquals(2, table.revoke(top));
        assertEquals(1, severed.get());
        assertEquals(1, top.busy());
    }

    // ---- labels and charges of the dead --------------------------------------------------------

    @Test
    void shouldGiveTheLabelOfADeadOneToANewOne() {
        derive(top, 2 * AT_ONCE, "more-"); // reaped first
        KernelCapability old = table.derive(top, Rights.ALL, "label");
        KernelCapability other = Token.original(table, owner, "other");
        table.revoke(top);
        KernelCapability young = table.derive(top, Rights.READ, "label");
        assertEquals(AT_ONCE + 1, table.unreaped(), "the old one is still there");
        assertSame(young, table.find(owner, "label"));
        assertEquals(List.of(top, other, young), table.heldBy(owner), "in order of arrival");
        assertFalse(table.drop(old, Cause.REVOKED));
        assertTrue(young.isLive());
        assertEquals(ErrorCode.ALREADY_EXISTS,
                refusal(() -> table.derive(top, Rights.ALL, "label")));
        table.settle();
        assertSame(young, table.find(owner, "label"), "the old one does not take it along");
        assertEquals(3, owner.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldRefuseNoChargeForTheSakeOfTheDead() {
        int limit = 5 * AT_ONCE;
        FakePrincipal poor = principal(3, limit);
        Token mine = Token.original(table, poor, "mine");
        derive(mine, limit - 1, "a-");
        assertEquals(ErrorCode.QUOTA, refusal(() -> table.derive(mine, Rights.ALL, "one more")));
        derive(top, 3 * AT_ONCE, "first-");
        table.revoke(top); // reaped before those of the other, but of no use to it
        table.revoke(mine);
        derive(mine, limit - 1, "b-");
        assertEquals(ErrorCode.QUOTA, refusal(() -> table.derive(mine, Rights.ALL, "one more")));
        table.revoke(mine);
        poor.ledger().charge(Charge.OBJECTS, limit - 1); // as a window or a queue does
        assertEquals(ErrorCode.QUOTA, refusal(() -> poor.ledger().charge(Charge.OBJECTS, 1)));
        assertEquals(limit, poor.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldChargeBackOnceInOverlappingSubtrees() {
        KernelCapability upper = table.derive(top, Rights.ALL, "upper");
        KernelCapability lower = table.derive(upper, Rights.ALL, "lower");
        derive(lower, 10, "x-");
        assertEquals(10, table.revoke(lower));
        derive(lower, 10, "y-");
        assertEquals(11, table.revoke(upper));
        assertEquals(0, table.revoke(lower), "what is dead has nothing to revoke");
        assertFalse(table.drop(lower, Cause.REVOKED));
        assertTrue(table.drop(upper, Cause.OWNER_GONE));
        assertEquals(0, table.revoke(top));
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
        assertEquals(0, table.unreaped());
    }

    @Test
    void shouldSettleWhatAHolderPaidForWhenItIsClosed() {
        FakePrincipal leaving = principal(4, 1_000);
        Token own = Token.original(table, leaving, "own");
        derive(own, 500, "dead-");
        for (int i = 0; i < 100; i++) {
            table.grant(own, owner, Rights.READ, "granted-" + i);
        }
        table.revoke(own);
        table.grant(own, owner, Rights.READ, "last");
        table.close(leaving, Cause.OWNER_GONE);
        assertEquals(0, table.unreaped());
        assertEquals(0, leaving.ledger().used(Charge.OBJECTS));
        assertEquals(List.of(top), table.heldBy(owner));
        assertEquals(1, own.returned.get());
    }

    @Test
    void shouldNeverAdoptWhatWasDroppedBefore() {
        Token early = Token.unadopted(table, top, owner, "early");
        assertFalse(table.drop(early, Cause.OWNER_GONE));
        assertEquals(ErrorCode.REVOKED, refusal(() -> table.adopt(early)));
        Token late = Token.unadopted(table, top, owner, "late");
        table.revoke(top);
        assertEquals(ErrorCode.REVOKED, refusal(() -> table.adopt(late)));
        Token orphan = Token.unadopted(table, null, owner, "orphan");
        KernelCapability leave = table.derive(top, Rights.ALL, "leave");
        table.drop(leave, Cause.REVOKED);
        assertEquals(ErrorCode.REVOKED, refusal(() -> table.adopt(orphan, leave)));
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
        assertEquals(0, top.below());
        table.adopt(orphan, top);
    }

    @Test
    void shouldKeepOldChildrenDeadHoweverOftenTheirSourceRevokes() {
        List<KernelCapability> old = new ArrayList<>();
        old.add(table.derive(top, Rights.ALL, "first"));
        for (int i = 0; i < 200_000; i++) { // would wrap a counter of 16 bits three times
            assertEquals(i % 1_000 == 0 ? 1 : 0, table.revoke(top));
            if ((i + 1) % 1_000 == 0) {
                old.forEach(node -> assertFalse(node.isLive()));
                old.add(table.derive(top, Rights.ALL, "at-" + i));
            }
        }
        assertTrue(old.removeLast().isLive());
        old.forEach(node -> assertFalse(node.isLive()));
    }

    // ---- whom it waits for ---------------------------------------------------------------------

    /** A binding that is severed when the test lets it, and says so. */
    private static final class SlowBinding implements Binding {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch may = new CountDownLatch(1);
        private final Queue<String> order;

        SlowBinding(Queue<String> order) {
            this.order = order;
        }

        @Override
        public void sever(Cause cause) {
            begun.countDown();
            SideThread.await(may);
            order.add("severed");
        }
    }

    private void checkThatItWaits(Runnable first, Runnable second, SlowBinding binding,
            Queue<String> order) {
        SideThread undertaker = SideThread.start(first::run);
        SideThread.await(binding.begun);
        SideThread waiting = SideThread.start(() -> {
            second.run();
            order.add("returned");
        });
        waiting.interrupt(); // it is not to return before its time for that either
        Await.until("it waits or has returned", LONG,
                () -> waiting.isWaiting() || !waiting.isAlive());
        binding.may.countDown();
        undertaker.join();
        waiting.join();
        assertEquals(List.of("severed", "returned"), List.copyOf(order));
    }

    @Test
    void shouldNotReturnWhileSomebodySeversBelow() {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        SlowBinding binding = new SlowBinding(order);
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(table.derive(child, Rights.ALL, "grandchild"), binding);
        checkThatItWaits(() -> table.revoke(child), () -> table.revoke(top), binding, order);
    }

    @Test
    void shouldNotReturnWhileSomebodySeversAbove() {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        SlowBinding binding = new SlowBinding(order);
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(table.derive(child, Rights.ALL, "grandchild"), binding);
        checkThatItWaits(() -> table.drop(top, Cause.REVOKED),
                () -> assertFalse(table.drop(child, Cause.REVOKED)), binding, order);
    }

    @Test
    void shouldReturnNoResourceBeforeOthersHaveSevered() {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        SlowBinding binding = new SlowBinding(order);
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(child, binding);
        SideThread undertaker = SideThread.start(() -> table.drop(child, Cause.REVOKED));
        SideThread.await(binding.begun);
        SideThread waiting = SideThread.start(() -> table.drop(top, Cause.REVOKED));
        Await.until("it waits, or is over", Duration.ofSeconds(20),
                () -> waiting.isWaiting() || !waiting.isAlive());
        assertEquals(0, top.returned.get(), "the child's binding still reaches it");
        binding.may.countDown();
        waiting.join();
        undertaker.join();
        assertEquals(1, top.returned.get());
    }

    @Test
    void shouldNotWaitForWhatIsSeveredElsewhere() {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        SlowBinding binding = new SlowBinding(order);
        KernelCapability left = table.derive(top, Rights.ALL, "left");
        KernelCapability right = table.derive(top, Rights.ALL, "right");
        table.derive(right, Rights.ALL, "below");
        table.attach(left, binding);
        SideThread undertaker = SideThread.start(() -> table.drop(left, Cause.REVOKED));
        SideThread.await(binding.begun);
        assertEquals(1, table.revoke(right));
        assertTrue(table.drop(right, Cause.REVOKED));
        assertTrue(order.isEmpty(), "the other is still at it");
        binding.may.countDown();
        undertaker.join();
    }

    @Test
    void shouldNotWaitForItselfWhenABindingDropsMore() {
        List<String> order = new ArrayList<>();
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        KernelCapability other = Token.original(table, owner, "other");
        table.attach(child, cause -> {
            assertFalse(table.drop(child, cause));
            assertEquals(0, table.revoke(top));
            assertTrue(table.drop(other, cause));
            order.add("severed");
        });
        assertEquals(1, table.revoke(top));
        assertEquals(List.of("severed"), order);
        assertFalse(other.isLive());
    }

    @Test
    void shouldLeaveNobodyWaitingForAFault() {
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(child, cause -> {
            throw new IllegalStateException("a fault of the kernel");
        });
        assertThrows(IllegalStateException.class, () -> table.revoke(top));
        assertEquals(0, table.revoke(top));
        assertFalse(child.isLive());
    }

    // ---- when something fails ------------------------------------------------------------------

    private static Binding failing(RuntimeException failure) {
        return cause -> {
            throw failure;
        };
    }

    @Test
    void shouldSeverAllThoughSomeFail() {
        IllegalStateException first = new IllegalStateException("first");
        OutOfMemoryError second = new OutOfMemoryError("second");
        List<String> severed = new ArrayList<>();
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        KernelCapability grandchild = table.derive(child, Rights.ALL, "grandchild");
        table.attach(grandchild, failing(first));
        table.attach(grandchild, cause -> severed.add("beside"));
        table.attach(child, cause -> {
            throw second;
        });
        table.attach(child, cause -> severed.add("above"));
        assertSame(first, assertThrows(RuntimeException.class, () -> table.revoke(top)));
        assertEquals(List.of(second), List.of(first.getSuppressed()));
        assertEquals(List.of("beside", "above"), severed);
    }

    @Test
    void shouldReturnAllThatNothingReachesThoughSomeFail() {
        IllegalStateException failure = new IllegalStateException("a binding");
        Token reached = Token.madeBy(table.derive(top, Rights.ALL, "one"), owner, "reached");
        Token other = Token.madeBy(table.derive(top, Rights.ALL, "two"), owner, "other");
        table.attach(table.derive(reached, Rights.READ, "part"), failing(failure));
        assertSame(failure, assertThrows(RuntimeException.class, () -> table.revoke(top)));
        assertEquals(1, other.returned.get());
        assertEquals(0, reached.returned.get(), "whoever got it next would share it");
    }

    @Test
    void shouldKeepWhatWasReachedWhenItsSourceDiesLater() {
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        table.attach(child, failing(new IllegalStateException("a binding")));
        assertThrows(IllegalStateException.class, () -> table.revoke(top));
        assertTrue(table.drop(top, Cause.REVOKED));
        assertEquals(0, top.returned.get());
    }

    @Test
    void shouldReturnTheOthersThoughOneDoesNot() {
        OutOfMemoryError failure = new OutOfMemoryError("a resource");
        Token first = Token.madeBy(table.derive(top, Rights.ALL, "one"), owner, "first");
        Token second = Token.madeBy(table.derive(top, Rights.ALL, "two"), owner, "second");
        List.of(first, second).forEach(token -> token.onReturn = () -> {
            throw failure;
        });
        assertSame(failure, assertThrows(Error.class, () -> table.revoke(top)));
        assertEquals(1, first.returned.get());
        assertEquals(1, second.returned.get());
    }

    @Test
    void shouldDropAllThatAnEndedOneHoldsThoughSomeFail() {
        IllegalStateException failure = new IllegalStateException("a binding");
        Token other = Token.original(table, owner, "other");
        table.attach(top, failing(failure));
        assertSame(failure, assertThrows(RuntimeException.class,
                () -> table.close(owner, Cause.OWNER_GONE)));
        assertEquals(List.of(), table.heldBy(owner));
        assertEquals(1, other.returned.get());
        assertEquals(0, owner.ledger().used(Charge.OBJECTS));
    }
}
