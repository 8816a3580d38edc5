// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.host.Mapping;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Can the host send what lies where the window of an environment was that has ended? */
class UncutEndHostile {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final MacAddress MAC_A = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress MAC_B = MacAddress.parse("02:00:00:00:00:0b");
    private static final Ipv4Address IP_A = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address IP_B = Ipv4Address.parse("10.0.0.2");
    private static final int TCP_AT = 34;
    private static final int HEAD = 54;
    private static final int REST = 100;
    private static final long REST_AT = 20 * 4096;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final Env root = kernel.rootEnv();
    private final CountDownLatch sending = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicReference<Object> sent = new AtomicReference<>();
    private final Device device = new Device("slow0", new SlowLink());

    @AfterEach
    void closeKernel() {
        goOn.countDown();
        kernel.close();
        device.close();
    }

    /** A link whose host takes a while to read what it is given. */
    private final class SlowLink implements Link {
        private final Mapping staging = Mapping.reserve(1 << 14);

        @Override
        public int mtu() {
            return 1500;
        }

        @Override
        public Optional<Ipv4Address> hostAddress() {
            return Optional.empty();
        }

        @Override
        public int hostPrefix() {
            return 0;
        }

        @Override
        public String describe() {
            return "slow";
        }

        @Override
        public long txReserve() {
            return 0;
        }

        @Override
        public MemorySegment txMemory() {
            return staging.segment();
        }

        @Override
        public int txCommit(int lengthBytes, boolean local) {
            return 0;
        }

        @Override
        public int maxUncutBytes() {
            return LongSegment.MOST_BYTES;
        }

        @Override
        public int txCommitUncut(LongSegment segment, MemorySegment memory, long restOffset) {
            sending.countDown();
            try {
                goOn.await();
                sent.set(memory.get(ValueLayout.JAVA_BYTE, restOffset + REST - 1));
            } catch (InterruptedException | IllegalStateException e) {
                sent.set(e); // there is no such memory any more
            }
            return 0;
        }

        @Override
        public int txFlush() {
            return 0;
        }

        @Override
        public void admit(long[] macs) {
            // Nothing comes from outside.
        }

        @Override
        public LinkCounters counters() {
            return LinkCounters.NONE;
        }

        @Override
        public void start(Device receiver) {
            // Likewise.
        }

        @Override
        public void close() {
            staging.close();
        }
    }

    private NetDevice adopt() {
        KernelCapability any = (KernelCapability) root.keys().all().getFirst();
        CapabilityTable table = any.lineage().table();
        KernelNetDevice made = new KernelNetDevice(
                Lineage.original(table, null, any.lineage().holder(), "slow0"), device);
        table.adopt(made);
        return made;
    }

    private void send(Env env) {
        Window window = env.memory().bindWindow(32);
        window.allocPages(0, 32);
        PacketBinding binding = env.net()
                .bind(env.net()
                        .allocStation(env.keys().find("slow0", NetDevice.class), MAC_A, IP_A, "a"),
                        Filters.acceptAll(), window, 0, RingSpec.of(8, 4));
        MemorySegment frame = MemorySegment
                .ofArray(FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, HEAD - TCP_AT));
        frame.set(Ethernet.SHORT, 16, (short) (HEAD - 14 + REST));
        frame.set(ValueLayout.JAVA_BYTE, 23, (byte) Checksum.TCP);
        frame.set(ValueLayout.JAVA_BYTE, TCP_AT + 12, (byte) 0x50);
        int slot = binding.tryReserve();
        MemorySegment.copy(frame, 0, window.segment(), binding.txOffset(slot), HEAD);
        window.segment().set(ValueLayout.JAVA_BYTE, REST_AT + REST - 1, (byte) 7);
        assertEquals(0, binding.tryCommitUncut(slot, HEAD, REST_AT, REST, 1400));
    }

    @Test
    void shouldNotUnmapAWindowThatTheHostReads() throws InterruptedException {
        EnvControl child = root.createEnv(EnvSpec.named("sender")
                .frames(32)
                .grant("slow0", adopt(), Rights.READ_WRITE), this::send);
        sending.await();
        AtomicReference<EnvExit> exit = new AtomicReference<>();
        SideThread ender = SideThread.start(() -> exit.set(child.end(Duration.ZERO)));
        Await.until("whoever ends it waits, or is done", LONG,
                () -> ender.isBlocked() || !ender.isAlive());
        goOn.countDown();
        ender.join();
        assertEquals(EnvExit.Reason.ABORTED, exit.get().reason());
        Await.until("it is sent", LONG, () -> sent.get() != null);
        assertEquals((byte) 7, sent.get());
    }
}
