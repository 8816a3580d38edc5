// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.upcall.Repossession.Cause;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.SideThread;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.impl.cap.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The derivation tree: what lives, what dies with what, who pays, and how long it takes. */
@ExtendWith(Seeds.class)
class CapabilityTableTest {
    private static final int PLENTY = 1_000_000;

    private final CapabilityTable table = new CapabilityTable();
    private final FakePrincipal owner = new FakePrincipal(1, PLENTY, table::settle);
    private final FakePrincipal other = new FakePrincipal(2, PLENTY, table::settle);
    private final Token top = Token.original(table, owner, "top");

    private KernelCapability given(KernelCapability source, FakePrincipal to, String label) {
        table.grant(source, to, Rights.ALL, label);
        return table.find(to, label);
    }

    @Test
    void shouldCheckKindTableHolderLifeAndRightsInThisOrder() {
        Token weak = Token.original(table, owner, "weak", Rights.READ);
        Token elsewhere = Token.original(new CapabilityTable(), owner, "elsewhere");
        assertSame(weak, table.check(weak, owner, Token.class, Rights.READ));
        assertThrows(NullPointerException.class,
                () -> table.check(null, owner, Token.class, Rights.NONE));
        assertEquals(ErrorCode.INVALID,
                refusal(() -> table.check(elsewhere, owner, Token.class, Rights.NONE)));
        assertEquals(ErrorCode.INVALID, refusal(() -> table.check(weak, owner,
                KernelKeyRing.EnvTarget.class, Rights.NONE)));
        assertEquals(ErrorCode.FOREIGN,
                refusal(() -> table.check(weak, other, Token.class, Rights.ALL)));
        assertEquals(ErrorCode.INSUFFICIENT,
                refusal(() -> table.check(weak, owner, Token.class, Rights.WRITE)));
        table.drop(weak, Cause.REVOKED);
        assertEquals(ErrorCode.REVOKED,
                refusal(() -> table.check(weak, owner, Token.class, Rights.WRITE)));
        assertEquals(ErrorCode.FOREIGN,
                refusal(() -> table.check(weak, other, Token.class, Rights.NONE)));
    }

    @Test
    void shouldRevokeTheSubtreeAndNothingElse() {
        KernelCapability a = table.derive(top, Rights.ALL, "a");
        KernelCapability b = table.derive(top, Rights.ALL, "b");
        KernelCapability a1 = given(a, other, "a1");
        KernelCapability a11 = table.derive(a1, Rights.READ, "a11");
        KernelCapability b1 = given(b, other, "b1");
        assertEquals(2, table.revoke(a));
        assertTrue(a.isLive() && b.isLive() && b1.isLive() && top.isLive());
        assertFalse(a1.isLive() || a11.isLive());
        assertEquals(0, table.revoke(a), "a second time there is nothing");
        assertNull(table.find(other, "a1"));
        assertEquals(List.of(b1), table.heldBy(other));
        KernelCapability again = given(a, other, "a1");
        assertTrue(again.isLive(), "the source may derive again, under the same label");
        assertFalse(a1.isLive(), "and the old one stays dead");
        assertEquals(0, top.returned.get());
    }

    @Test
    void shouldReturnTheResourceOnceWhenTheOriginalGoes() {
        KernelCapability child = given(top, other, "child");
        assertTrue(table.drop(child, Cause.REVOKED));
        assertFalse(table.drop(child, Cause.REVOKED), "once");
        assertEquals(0, top.returned.get());
        KernelCapability second = given(top, other, "second");
        assertTrue(table.drop(top, Cause.REVOKED));
        assertFalse(second.isLive());
        assertFalse(table.drop(second, Cause.REVOKED), "it went with its source");
        assertFalse(table.drop(top, Cause.REVOKED));
        assertEquals(1, top.returned.get());
        assertEquals(0, owner.ledger().used(Charge.OBJECTS));
        assertEquals(0, other.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldLetTheGranterPayAndBePaidBack() {
        FakePrincipal poor = new FakePrincipal(3, 3, table::settle);
        Token mine = Token.original(table, poor, "mine");
        table.grant(mine, other, Rights.ALL, "one");
        table.grant(mine, other, Rights.ALL, "two");
        assertEquals(ErrorCode.QUOTA,
                refusal(() -> table.grant(mine, other, Rights.ALL, "three")));
        assertEquals(ErrorCode.QUOTA, refusal(() -> table.derive(mine, Rights.ALL, "self")));
        assertEquals(2, other.granted.get(), "a refused grant is not announced");
        assertNull(table.find(other, "three"));
        assertEquals(0, other.ledger().used(Charge.OBJECTS));
        // What the receiver derives it pays itself.
        table.derive(table.find(other, "one"), Rights.READ, "derived");
        assertEquals(1, other.ledger().used(Charge.OBJECTS));
        assertEquals(3, table.revoke(mine));
        assertEquals(1, poor.ledger().used(Charge.OBJECTS));
        assertEquals(0, other.ledger().used(Charge.OBJECTS));
        table.grant(mine, other, Rights.ALL, "three");
    }

    @Test
    void shouldRefuseLabelsThatAreTakenOrTooLong() {
        assertEquals(ErrorCode.ALREADY_EXISTS,
                refusal(() -> table.derive(top, Rights.ALL, "top")));
        String longest = "x".repeat(CapabilityTable.MAX_LABEL_CHARS);
        assertSame(table.derive(top, Rights.ALL, longest), table.find(owner, longest));
        assertEquals(ErrorCode.TOO_BIG,
                refusal(() -> table.derive(top, Rights.ALL, longest + "x")));
        assertEquals(2, owner.ledger().used(Charge.OBJECTS));
        table.drop(table.find(owner, longest), Cause.REVOKED);
        table.derive(top, Rights.ALL, longest);
    }

    @Test
    void shouldNeverWidenRights() {
        Token weak = Token.original(table, owner, "weak", Rights.READ.and(Rights.GRANT));
        for (int bits = 0; bits < 16; bits++) {
            Rights wanted = Rights.NONE;
            for (Rights one : List.of(Rights.READ, Rights.WRITE, Rights.GRANT, Rights.REVOKE)) {
                wanted = (one.bits() & bits) == 0 ? wanted : wanted.and(one);
            }
            Rights asked = wanted;
            String label = "rights-" + bits;
            if (weak.rights().contains(asked)) {
                assertEquals(asked, table.derive(weak, asked, label).rights());
            } else {
                assertEquals(ErrorCode.INSUFFICIENT,
                        refusal(() -> table.derive(weak, asked, label)));
            }
        }
    }

    @Test
    void shouldStopAtTheGreatestDepth() {
        KernelCapability node = top;
        for (int depth = 1; depth <= CapabilityTable.MAX_DEPTH; depth++) {
            node = table.derive(node, Rights.ALL, "depth-" + depth);
        }
        KernelCapability deepest = node;
        assertEquals(ErrorCode.TOO_BIG,
                refusal(() -> table.derive(deepest, Rights.ALL, "one past")));
        assertEquals(CapabilityTable.MAX_DEPTH, table.revoke(top));
        assertFalse(deepest.isLive());
    }

    @Test
    void shouldRefuseEverythingOfAHolderThatIsClosed() {
        KernelCapability theirs = given(top, other, "theirs");
        Token own = Token.original(table, other, "own");
        KernelCapability back = given(own, owner, "back");
        table.close(other, Cause.OWNER_GONE);
        assertFalse(theirs.isLive() || own.isLive() || back.isLive());
        assertEquals(1, own.returned.get());
        assertEquals(ErrorCode.ENV_ENDED,
                refusal(() -> table.grant(top, other, Rights.READ, "late")));
        assertTrue(table.heldBy(other).isEmpty());
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
    }

    @Test
    void shouldSeverBindingsChildrenFirstAndOnce() {
        List<String> severed = new ArrayList<>();
        KernelCapability child = table.derive(top, Rights.ALL, "child");
        KernelCapability grandchild = table.derive(child, Rights.ALL, "grandchild");
        table.attach(child, cause -> severed.add("child " + cause));
        table.attach(grandchild, cause -> severed.add("grandchild " + cause));
        Binding forgotten = cause -> severed.add("detached");
        table.attach(grandchild, forgotten);
        table.detach(grandchild, forgotten);
        table.detach(grandchild, forgotten);
        table.revoke(top);
        assertEquals(List.of("grandchild REVOKED", "child REVOKED"), severed);
        assertThrows(CapabilityException.class, () -> table.attach(child, forgotten));
        table.drop(top, Cause.OWNER_GONE);
        assertEquals(2, severed.size());
    }

    @Test
    void shouldRevokeAWideTreeInTimeThatGrowsWithIt() {
        long perNode = 0;
        for (int width : new int[]{1_000, 100_000}) {
            Token wide = Token.original(table, owner, "wide-" + width);
            for (int i = 0; i < width; i++) {
                table.grant(wide, other, Rights.READ, width + "-" + i);
            }
            long start = System.nanoTime();
            assertEquals(width, table.revoke(wide));
            perNode = (System.nanoTime() - start) / width;
        }
        assertTrue(perNode < 100_000, "revoking takes " + perNode + " ns for each of 100,000");
        assertEquals(0, table.heldBy(other).size());
    }

    @Test
    void shouldDropChildrenOfAWideTreeOneByOneInConstantTime() {
        int width = 100_000;
        List<KernelCapability> children = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            children.add(table.derive(top, Rights.READ, "child-" + i));
        }
        long start = System.nanoTime();
        for (KernelCapability child : children) {
            assertTrue(table.drop(child, Cause.REVOKED));
        }
        long perDrop = (System.nanoTime() - start) / width;
        assertTrue(perDrop < 100_000, "dropping takes " + perDrop + " ns");
        assertEquals(0, table.revoke(top));
    }

    @Test
    void shouldAgreeWithAPlainTree(Seed seed) {
        RandomGenerator random = seed.random();
        List<KernelCapability> all = new ArrayList<>(List.of(top));
        List<Integer> parent = new ArrayList<>(List.of(-1));
        Set<Integer> dead = new HashSet<>();
        for (int step = 0; step < 5_000; step++) {
            int at = random.nextInt(all.size());
            KernelCapability node = all.get(at);
            switch (random.nextInt(8)) {
                case 0 -> kill(parent, dead, at, dead.contains(at) ? 0 : table.revoke(node));
                case 1 -> {
                    if (at != 0 && table.drop(node, Cause.REVOKED)) {
                        kill(parent, dead, at, -1);
                        dead.add(at);
                    }
                }
                default -> grow(all, parent, dead, at, step);
            }
            int probe = random.nextInt(all.size());
            assertEquals(!dead.contains(probe), all.get(probe).isLive(), "step " + step);
        }
        assertEquals(all.size() - dead.size(), table.heldBy(owner).size());
        assertEquals(all.size() - dead.size(), owner.ledger().used(Charge.OBJECTS));
    }

    private void grow(List<KernelCapability> all, List<Integer> parent, Set<Integer> dead, int at,
            int step) {
        try {
            KernelCapability made = table.derive(all.get(at), Rights.ALL, "node-" + step);
            assertFalse(dead.contains(at), "a dead node has no children");
            all.add(made);
            parent.add(at);
        } catch (CapabilityException e) {
            assertEquals(ErrorCode.REVOKED, e.code());
            assertTrue(dead.contains(at));
        } catch (ResourceException e) {
            assertEquals(ErrorCode.TOO_BIG, e.code());
        }
    }

    /** Marks everything below a node dead, and compares how many that were. */
    private static void kill(List<Integer> parent, Set<Integer> dead, int at, int expected) {
        int killed = 0;
        Set<Integer> below = new HashSet<>(Set.of(at));
        for (int i = at + 1; i < parent.size(); i++) {
            if (below.contains(parent.get(i))) {
                below.add(i);
                killed += dead.add(i) ? 1 : 0;
            }
        }
        if (expected >= 0) {
            assertEquals(expected, killed);
        }
    }

    @Test
    void shouldLeaveNothingAliveWhileOthersDerive() {
        for (int round = 0; round < 60; round++) {
            Token source = Token.original(table, owner, "source-" + round);
            AtomicInteger severed = new AtomicInteger();
            AtomicInteger attached = new AtomicInteger();
            Queue<KernelCapability> made = new ConcurrentLinkedQueue<>(List.of(source));
            AtomicBoolean stop = new AtomicBoolean();
            CyclicBarrier start = new CyclicBarrier(4);
            List<SideThread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                int salt = t;
                String prefix = "r" + round + "-" + t + "-";
                threads.add(SideThread.start(() -> {
                    meet(start);
                    for (int i = 0; !stop.get(); i++) {
                        deriveOne(made, prefix + i, salt + i, attached, severed);
                    }
                }));
            }
            meet(start);
            table.drop(source, Cause.REVOKED);
            // From here on nothing may live, whatever the others are in the middle of.
            for (KernelCapability node : made) {
                assertFalse(node.isLive());
            }
            stop.set(true);
            threads.forEach(SideThread::join);
            made.forEach(node -> assertFalse(node.isLive()));
            assertEquals(attached.get(), severed.get(), "each binding is severed once");
            assertEquals(1, source.returned.get());
        }
        assertEquals(1, owner.ledger().used(Charge.OBJECTS));
        assertEquals(List.of(top), table.heldBy(owner));
    }

    private void deriveOne(Queue<KernelCapability> made, String label, int salt,
            AtomicInteger attached, AtomicInteger severed) {
        KernelCapability source = made.peek();
        int skip = salt % 5;
        for (KernelCapability node : made) {
            source = node;
            if (skip-- == 0) {
                break;
            }
        }
        try {
            KernelCapability node = table.derive(source, Rights.ALL, label);
            made.add(node);
            table.attach(node, cause -> severed.incrementAndGet());
            attached.incrementAndGet();
        } catch (CapabilityException e) {
            assertEquals(ErrorCode.REVOKED, e.code());
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) { // interrupted or broken: the test is over either way
            throw new AssertionError(e);
        }
    }
}
