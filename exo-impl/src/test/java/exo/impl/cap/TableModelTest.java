// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Rights;
import exo.api.upcall.Repossession.Cause;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table against a tree that does everything at once and counts by walking. */
@ExtendWith(Seeds.class)
class TableModelTest {
    private static final int ENVS = 4;
    private static final int OBJECTS = 40; // few, so that quotas are used up
    private static final int LABELS = 60; // few, so that those of the dead are wanted again

    private final CapabilityTable table = new CapabilityTable(1); // the dead stay for long
    private final List<FakePrincipal> envs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Map<String, Node>> labels = new ArrayList<>();
    private RandomGenerator random;

    /** What the model knows of a capability. */
    private static final class Node {
        private final KernelCapability real;
        private final Node parent;
        private final int holder;
        private final int payer;
        private final boolean original;
        private final List<Node> children = new ArrayList<>();
        private final List<CountingBinding> bindings = new ArrayList<>();
        private boolean alive = true;

        Node(KernelCapability real, Node parent, int holder, int payer, boolean original) {
            this.real = real;
            this.parent = parent;
            this.holder = holder;
            this.payer = payer;
            this.original = original;
        }

        int size() {
            return children.stream().mapToInt(Node::size).sum() + 1;
        }

        int busy() {
            int self = original || !bindings.isEmpty() ? 1 : 0;
            return children.stream().mapToInt(Node::busy).sum() + self;
        }

        int depth() {
            return parent == null ? 0 : parent.depth() + 1;
        }
    }

    /** Not equal to any other, and counts. */
    private static final class CountingBinding implements Binding {
        private int severed;

        @Override
        public void sever(Cause cause) {
            severed++;
        }
    }

    @RepeatedTest(5)
    void shouldAgreeAtEachStep(Seed seed) {
        random = seed.random();
        for (int env = 0; env < ENVS; env++) {
            envs.add(new FakePrincipal(env, OBJECTS, table::settle));
            labels.add(new LinkedHashMap<>());
            add(Token.original(table, envs.get(env), "root"), null, env, env, true);
        }
        for (int step = 0; step < 6_000; step++) {
            act();
            checkSome(step);
            if (step % 500 == 499) {
                checkAll(step);
            }
        }
        table.settle();
        checkAll(-1);
        assertEquals(0, table.unreaped());
    }

    private void act() {
        Node node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(20)) {
            case 0 -> assertEquals(node.alive ? killBelow(node) : 0, table.revoke(node.real));
            case 1 -> {
                boolean was = node.alive && node.parent != null;
                if (node.parent != null) {
                    assertEquals(was, table.drop(node.real, Cause.OWNER_GONE));
                }
                if (was) {
                    kill(node);
                    node.parent.children.remove(node);
                }
            }
            case 2, 3 -> attach(node);
            case 4 -> detach(node);
            case 5, 6 -> make(node, node.holder, true);
            case 7, 8, 9, 10 -> make(node, random.nextInt(ENVS), false);
            default -> make(node, node.holder, false);
        }
    }

    /** A capability derived, granted, or made for a resource; or the refusal that is due. */
    private void make(Node source, int to, boolean original) {
        String label = Integer.toString(random.nextInt(LABELS));
        ErrorCode expected = expectedRefusal(source, to, label);
        ErrorCode got = null;
        try {
            if (original) {
                Token.madeBy(source.real, envs.get(source.holder), label);
            } else if (to == source.holder) {
                table.derive(source.real, Rights.ALL, label);
            } else {
                table.grant(source.real, envs.get(to), Rights.ALL, label);
            }
        } catch (ExoException e) {
            got = e.code();
        }
        assertEquals(expected, got);
        if (got == null) {
            add(table.find(envs.get(to), label), source, to, source.holder, original);
        }
    }

    private ErrorCode expectedRefusal(Node source, int to, String label) {
        if (labels.get(to).containsKey(label)) {
            return ErrorCode.ALREADY_EXISTS;
        } else if (!source.alive) {
            return ErrorCode.REVOKED;
        } else if (source.depth() == CapabilityTable.MAX_DEPTH) {
            return ErrorCode.TOO_BIG;
        }
        return paidBy(source.holder) == OBJECTS ? ErrorCode.QUOTA : null;
    }

    private void add(KernelCapability real, Node parent, int holder, int payer, boolean original) {
        Node node = new Node(real, parent, holder, payer, original);
        nodes.add(node);
        labels.get(holder).put(real.label(), node);
        if (parent != null) {
            parent.children.add(node);
        }
    }

    private void attach(Node node) {
        CountingBinding binding = new CountingBinding();
        try {
            table.attach(node.real, binding);
            assertTrue(node.alive);
            node.bindings.add(binding);
        } catch (ExoException e) {
            assertEquals(ErrorCode.REVOKED, e.code());
            assertTrue(!node.alive);
        }
    }

    private void detach(Node node) {
        if (!node.bindings.isEmpty()) {
            CountingBinding binding = node.bindings.getFirst();
            table.detach(node.real, binding);
            if (node.alive) {
                node.bindings.removeFirst();
                assertEquals(0, binding.severed);
            }
        }
    }

    private int killBelow(Node node) {
        int killed = node.children.stream().mapToInt(this::kill).sum();
        node.children.clear();
        return killed;
    }

    private int kill(Node node) {
        int killed = killBelow(node) + 1;
        node.alive = false;
        labels.get(node.holder).remove(node.real.label());
        return killed;
    }

    private long paidBy(int env) {
        return nodes.stream().filter(n -> n.alive && n.payer == env).count();
    }

    // ---- comparing -----------------------------------------------------------------------------

    private void checkSome(int step) {
        for (int i = 0; i < 5; i++) {
            check(nodes.get(random.nextInt(nodes.size())), step);
        }
        int env = random.nextInt(ENVS);
        String label = Integer.toString(random.nextInt(LABELS));
        Node expected = labels.get(env).get(label);
        assertSame(expected == null ? null : expected.real, table.find(envs.get(env), label));
        if (random.nextInt(30) == 0) { // not each time: it settles
            assertEquals(paidBy(env), envs.get(env).ledger().used(Charge.OBJECTS), "step " + step);
        }
    }

    private void check(Node node, int step) {
        assertEquals(node.alive, node.real.isLive(), "step " + step);
        if (node.alive) {
            assertEquals(node.size() - 1, node.real.below(), "step " + step);
            assertEquals(node.busy(), node.real.busy(), "step " + step);
        }
        int returned = ((Token) node.real).returned.get();
        if (node.original) {
            assertEquals(node.alive ? 0 : 1, returned, "step " + step);
        }
        for (CountingBinding binding : node.bindings) {
            assertEquals(node.alive ? 0 : 1, binding.severed, "step " + step);
        }
    }

    private void checkAll(int step) {
        nodes.forEach(node -> check(node, step));
        for (int env = 0; env < ENVS; env++) {
            List<KernelCapability> expected = labels.get(env)
                    .values()
                    .stream()
                    .map(node -> node.real)
                    .toList();
            assertEquals(expected, table.heldBy(envs.get(env)), "step " + step);
        }
        long alive = nodes.stream().filter(node -> node.alive).count();
        long charged = envs.stream().mapToLong(env -> env.ledger().unsettled(Charge.OBJECTS)).sum();
        assertEquals(alive + table.unreaped(), charged, "each that is not reaped is charged once");
    }
}
