// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.CapabilityException;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.PacketBinding;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment send in another's name, take its frames, or hinder it? */
class StationHostile extends WireCase {
    private int nextPage;

    StationHostile() {
        super(64);
    }

    private PacketBinding bind(Station station) {
        PacketBinding binding = root.net()
                .bind(station, Filters.acceptAll(), window, nextPage, RINGS);
        nextPage += RINGS.pages(4096);
        return binding;
    }

    /** A station that a libOS wrote itself. */
    private record HomeMade(MacAddress mac, Ipv4Address ipv4) implements Station {
        @Override
        public boolean isLive() {
            return true;
        }

        @Override
        public ResourceKind kind() {
            return ResourceKind.STATION;
        }

        @Override
        public Rights rights() {
            return Rights.ALL;
        }

        @Override
        public String label() {
            return "mine";
        }

        @Override
        public String deviceName() {
            return "wire0";
        }

        @Override
        public int mtu() {
            return 1500;
        }
    }

    @Test
    void shouldRefuseStationsThatAreNotTheCallers() {
        assertEquals(ErrorCode.INVALID, assertThrows(CapabilityException.class,
                () -> bind(new HomeMade(MAC_A, IP_A))).code());
        TestEnv.run(root, EnvSpec.named("thief").frames(8), env -> {
            Window own = env.memory().bindWindow(RINGS.pages(4096));
            own.allocPages(0, RINGS.pages(4096));
            assertEquals(ErrorCode.FOREIGN, assertThrows(CapabilityException.class,
                    () -> env.net().bind(stationA, Filters.acceptAll(), own, 0, RINGS)).code());
            assertEquals(ErrorCode.FOREIGN, assertThrows(CapabilityException.class,
                    () -> env.net().freeStation(stationA)).code());
            assertEquals(ErrorCode.FOREIGN, assertThrows(CapabilityException.class,
                    () -> env.net()
                            .allocStation(wire, PacketBindingContract.MAC_NOBODY, Ipv4Address.ANY,
                                    "x"))
                    .code());
        });
    }

    @Test
    void shouldRefuseNullEverywhereWithoutEffect() {
        long objects = root.account().objectsHeld();
        MacAddress mac = PacketBindingContract.MAC_NOBODY;
        for (Runnable call : List.<Runnable>of(
                () -> root.net().allocStation(null, mac, Ipv4Address.ANY, "x"),
                () -> root.net().allocStation(wire, null, Ipv4Address.ANY, "x"),
                () -> root.net().allocStation(wire, mac, null, "x"),
                () -> root.net().allocStation(wire, mac, Ipv4Address.ANY, null),
                () -> root.net().freeStation(null),
                () -> root.net().bind(null, Filters.acceptAll(), window, 0, RINGS),
                () -> root.net().bind(stationA, null, window, 0, RINGS),
                () -> root.net().bind(stationA, Filters.acceptAll(), null, 0, RINGS),
                () -> root.net().bind(stationA, Filters.acceptAll(), window, 0, null))) {
            assertThrows(NullPointerException.class, call::run);
        }
        assertEquals(objects, root.account().objectsHeld());
        bind(stationA); // its pages were not pinned
    }

    @Test
    void shouldCheckWhatIsSentAndNotWhatIsLeftInTheSlot() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        byte[] frame = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 20);
        AtomicBoolean enough = new AtomicBoolean();
        int first = a.tryReserve(); // the slots go round: the last given back comes first
        long source = a.txOffset(first) + 26;
        assertEquals(ErrorCode.OUT_OF_RANGE.refusal(), a.tryCommit(first, 1));
        SideThread liar = SideThread.start(() -> {
            while (!enough.get()) {
                window.segment().set(Ethernet.INT, source, IP_B.bits());
                window.segment().set(Ethernet.INT, source, IP_A.bits());
            }
        });
        int sent = 0;
        int tries = 0;
        // On a busy machine the liar may not run for a while.
        long deadline = System.nanoTime() + SideThread.PATIENCE.toNanos();
        while (tries < 20_000
                || ((sent == 0 || sent == tries) && System.nanoTime() - deadline < 0)) {
            tries++;
            if (send(a, frame) == 0) {
                sent++;
                assertEquals(1, b.rxAvailable());
                assertEquals(IP_A.bits(), window.segment().get(Ethernet.INT, b.rxOffset(0) + 26));
                b.rxRelease(1);
            }
        }
        enough.set(true);
        liar.join();
        assertTrue(sent > 0 && sent < tries, "the liar was too early or too late each time");
        assertEquals(tries + 1, a.counters().sent() + a.counters().refused());
        assertEquals(sent, a.counters().sent());
    }

    @Test
    void shouldNotBeHinderedByAReceiverThatNeverReads() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        Station lazy = root.net()
                .allocStation(wire, PacketBindingContract.MAC_NOBODY, Ipv4Address.ANY, "lazy");
        PacketBinding never = bind(lazy);
        for (int i = 0; i < 100; i++) {
            assertEquals(0, send(a, FrameBuilder.arp(MAC_A, MacAddress.BROADCAST, MAC_A, IP_A,
                    IP_B)));
            assertEquals(1, b.rxAvailable());
            b.rxRelease(1);
        }
        assertEquals(8, never.counters().received());
        assertEquals(92, never.counters().dropped());
    }

    @Test
    void shouldSurviveAHandlerThatClosesAndBindsAgain() {
        PacketBinding a = bind(stationA);
        bind(stationB);
        PacketBinding[] second = new PacketBinding[1];
        root.upcalls().handler(new UpcallHandler() {
            @Override
            public void onPackets(PacketBinding from) {
                from.close();
                second[0] = bind(stationB);
                assertThrows(IndexOutOfBoundsException.class, () -> from.rxRelease(2));
            }
        });
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 1)));
        root.upcalls().poll();
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 2)));
        assertEquals(1, second[0].rxAvailable());
    }
}
