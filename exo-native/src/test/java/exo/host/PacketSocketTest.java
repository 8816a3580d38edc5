// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.Netns;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Two packet sockets, at the ends of a cable. */
@NeedsFacility(HostFacility.NETNS)
class PacketSocketTest {
    private static final long LEFT = 0x0200_0000_0001L;
    private static final long RIGHT = 0x0200_0000_0002L;

    private final Netns netns = Netns.create();
    private PacketSocket left;
    private PacketSocket right;

    @BeforeEach
    void open() throws InterruptedException, ExecutionException {
        Netns.link(netns, "left", netns, "right");
        left = inside(() -> PacketSocket.open(NetInterface.of("left")));
        right = inside(() -> PacketSocket.open(NetInterface.of("right")));
        right.admit(new long[]{RIGHT});
    }

    private <T> T inside(Callable<T> code) throws InterruptedException, ExecutionException {
        FutureTask<T> task = new FutureTask<>(() -> {
            NetNamespace.enter(netns.path());
            return code.call();
        });
        Thread.ofPlatform().start(task);
        return task.get();
    }

    @AfterEach
    void close() {
        left.close();
        left.close(); // idempotent
        right.close();
        netns.close();
    }

    /** Puts a frame of a private type, with a number in it, into a slot. */
    private void stage(int slot, long to, int number, int lengthBytes) {
        MemorySegment frame = left.txMemory().asSlice(left.txOffset(slot), lengthBytes);
        for (int i = 0; i < 6; i++) {
            frame.set(ValueLayout.JAVA_BYTE, i, (byte) (to >>> (40 - 8 * i)));
            frame.set(ValueLayout.JAVA_BYTE, 6L + i, (byte) (LEFT >>> (40 - 8 * i)));
        }
        frame.set(ValueLayout.JAVA_SHORT_UNALIGNED, 12, (short) 0xb588); // 0x88b5, experiments
        frame.set(ValueLayout.JAVA_INT_UNALIGNED, 14, number);
        left.txLength(slot, lengthBytes);
    }

    private int number() {
        return right.rxMemory().get(ValueLayout.JAVA_INT_UNALIGNED, right.rxOffset() + 14);
    }

    @Test
    void shouldSendABatchInOneCall() {
        for (int i = 0; i < PacketSocket.TX_SLOTS; i++) {
            stage(i, RIGHT, i, 60 + i);
        }
        assertEquals(PacketSocket.TX_SLOTS, left.trySend(0, PacketSocket.TX_SLOTS));
        for (int i = 0; i < PacketSocket.TX_SLOTS; i++) {
            assertEquals(60 + i, right.tryReceive());
            assertEquals(i, number());
            assertFalse(right.checksumMissing());
            right.release();
        }
        assertEquals(0, right.tryReceive());
    }

    @Test
    void shouldHoldAsManyFramesAsItSaysAndCountTheOthers() {
        stage(0, RIGHT, 7, 60);
        for (int i = 0; i < right.rxSlots() + 5; i++) {
            assertEquals(1, left.trySend(0, 1));
        }
        assertEquals(5, right.dropped());
        assertEquals(5, right.dropped());
        for (int round = 0; round < right.rxSlots(); round++) {
            assertEquals(60, right.tryReceive());
            right.release();
        }
        assertEquals(0, right.tryReceive());
        stage(0, RIGHT, 8, 60);
        assertEquals(1, left.trySend(0, 1));
        assertEquals(60, right.tryReceive(), "the ring goes round");
        assertEquals(8, number());
        right.close();
        assertEquals(5, right.dropped());
    }

    @Test
    void shouldPassFramesToEachAddressAdmittedAndToNoOther() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] macs = random.longs(MacFilter.MAX_ADDRESSES, 0, 1L << 40).toArray(); // no groups
        assertTrue(right.admit(macs));
        for (int i = 0; i < macs.length; i++) {
            stage(0, macs[i], i, 60);
            left.trySend(0, 1);
            assertEquals(60, right.tryReceive(), "seed " + seed);
            assertEquals(i, number());
            right.release();
            stage(0, macs[i] ^ (1L << (i % 40)), i, 60); // another address
            left.trySend(0, 1);
            assertEquals(0, right.tryReceive(), "seed " + seed + ", " + i);
        }
        stage(0, 0x0100_5e00_0001L, 0, 60);
        left.trySend(0, 1);
        assertEquals(60, right.tryReceive(), "frames to groups pass");
    }

    @Test
    void shouldPassEverythingWhenThereAreTooManyAddressesForAFilter() {
        assertFalse(right.admit(new long[MacFilter.MAX_ADDRESSES + 1]));
        stage(0, RIGHT, 1, 60);
        left.trySend(0, 1);
        assertEquals(60, right.tryReceive());
        right.release();
        assertTrue(right.admit(new long[0]));
        left.trySend(0, 1);
        assertEquals(0, right.tryReceive(), "without addresses, nothing passes");
        right.close();
        assertFalse(right.admit(new long[0]), "after the end");
    }

    @Test
    void shouldNotSeeWhatItsOwnHostSendsByTheInterface() {
        left.admit(new long[]{RIGHT});
        stage(0, RIGHT, 1, 60);
        left.trySend(0, 1);
        assertEquals(60, right.tryReceive());
        assertEquals(0, left.tryReceive());
    }

    @Test
    void shouldAnswerErrorsByNumber() {
        stage(0, RIGHT, 1, 1515);
        assertEquals(-Errno.EMSGSIZE.number(), left.trySend(0, 1));
        assertEquals(0, left.takeError());
        netns.down("left");
        stage(0, RIGHT, 1, 60);
        assertEquals(-Errno.ENETDOWN.number(), left.trySend(0, 1));
        assertEquals(Errno.ENETDOWN.number(), left.takeError());
        assertEquals(0, left.takeError(), "noted no longer");
    }

    @Test
    void shouldTellWhatAnInterfaceIs() throws InterruptedException, ExecutionException {
        netns.address("right", "10.9.8.7/29");
        NetInterface on = inside(() -> NetInterface.of("right"));
        assertEquals("right", on.name());
        assertEquals(0x0a09_0807, on.ipv4());
        assertEquals(29, on.prefix());
        assertEquals(1500, on.mtu());
        assertEquals(0, right.on().ipv4(), "as it was then");
    }

    @Test
    void shouldRefuseANamespaceThatIsNone() {
        assertEquals(Errno.ENOENT, assertThrows(HostException.class,
                () -> NetNamespace.enter(netns.path().resolveSibling("nosuch"))).errno());
        assertEquals(Errno.EINVAL, assertThrows(HostException.class,
                () -> NetNamespace.enter(java.nio.file.Path.of("/proc/self/stat"))).errno());
    }
}
