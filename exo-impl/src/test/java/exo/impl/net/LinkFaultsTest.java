// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostFaultException;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.testkit.Await;
import exo.testkit.ChildJvm;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsTool;
import exo.testkit.Netns;
import exo.testkit.Subprocess;
import exo.testkit.self.OwnProcess;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said when the host refuses a link. */
@NeedsFacility({HostFacility.NETNS, HostFacility.TAP})
class LinkFaultsTest {
    private final Netns netns = Netns.create();

    @BeforeEach
    void prepare() {
        Netns.link(netns, "left", netns, "right");
    }

    @AfterEach
    void removeNamespace() {
        netns.close();
    }

    private void bootAndClose(NetConfig config) {
        Inside.call(netns, () -> {
            Exokernel.boot(HostConfig.minimal().net(config)).close();
            return true;
        });
    }

    private HostFaultException refused(NetConfig config, ErrorCode code, String errno) {
        HostFaultException e = assertThrows(HostFaultException.class, () -> bootAndClose(config));
        assertEquals(code, e.code(), e.getMessage());
        assertEquals(errno, e.errno(), e.getMessage());
        return e;
    }

    @Test
    void shouldNameTheInterfacesThereAreWhenThereIsNoneOfThatName() {
        HostFaultException e = refused(NetConfig.packet("net0", "nosuch"), ErrorCode.NOT_FOUND,
                "ENODEV");
        assertEquals("ioctl(SIOCGIFINDEX, nosuch)", e.call());
        assertTrue(e.remedy().contains("left") && e.remedy().contains("right"), e.remedy());
    }

    @Test
    void shouldSayHowToSetAnInterfaceUp() {
        netns.down("left");
        HostFaultException e = refused(NetConfig.packet("net0", "left"), ErrorCode.UNAVAILABLE,
                "ENETDOWN");
        assertEquals("ip link set dev left up", e.remedy());
    }

    @Test
    void shouldRefuseAnInterfaceWithoutEthernet() {
        refused(NetConfig.packet("net0", "lo"), ErrorCode.UNAVAILABLE, "EPFNOSUPPORT");
    }

    @Test
    void shouldRefuseATapOfANameInUse() {
        HostFaultException e = refused(NetConfig.tap("net0", "left"), ErrorCode.BUSY, "EBUSY");
        assertTrue(e.remedy().contains("ip link delete left"), e.remedy());
        Exokernel first = Inside.call(netns, () -> Exokernel
                .boot(HostConfig.minimal().net(NetConfig.tap("net0", "tap0"))));
        refused(NetConfig.tap("net0", "tap0"), ErrorCode.BUSY, "EBUSY");
        first.close();
        bootAndClose(NetConfig.tap("net0", "tap0"));
    }

    @Test
    void shouldTakeEachMtuThatRingsCanHold() {
        for (int mtu : new int[]{NetConfig.MIN_MTU, NetConfig.MAX_MTU}) {
            setMtu(mtu);
            bootAndClose(NetConfig.packet("net0", "left"));
        }
        for (int mtu : new int[]{NetConfig.MIN_MTU - 1, NetConfig.MAX_MTU + 1}) {
            setMtu(mtu);
            ExoException e = assertThrows(ExoException.class,
                    () -> bootAndClose(NetConfig.packet("net0", "left")));
            assertEquals(ErrorCode.OUT_OF_RANGE, e.code());
        }
    }

    @Test
    void shouldCarryTheLongestFramesOfTheLargestMtu() {
        setMtu(NetConfig.MAX_MTU);
        MacAddress mac = PacketBindingContract.MAC_A;
        Ipv4Address ip = PacketBindingContract.IP_A;
        try (Exokernel kernel = Inside.call(netns, () -> Exokernel
                .boot(HostConfig.minimal().net(NetConfig.packet("net0", "left"))));
                Outside outside = Inside.call(netns, () -> Outside.on("right"))) {
            Env root = kernel.rootEnv();
            Station station = root.net()
                    .allocStation(root.keys().find("net0", NetDevice.class), mac, ip, "a");
            RingSpec rings = new RingSpec(2, 2, 16_384);
            Window window = root.memory().bindWindow(rings.pages(4096));
            window.allocPages(0, rings.pages(4096));
            PacketBinding binding = root.net()
                    .bind(station, Filters.acceptAll(), window, 0, rings);
            int payload = NetConfig.MAX_MTU - 20;
            byte[] in = FrameBuilder.ipv4(Outside.MAC, mac, ip, ip, payload);
            outside.send(in);
            Await.until("a frame", Outside.PATIENCE, () -> binding.rxAvailable() > 0);
            assertArrayEquals(in, window.segment()
                    .asSlice(binding.rxOffset(0), binding.rxLength(0))
                    .toArray(ValueLayout.JAVA_BYTE));
            byte[] out = FrameBuilder.ipv4(mac, Outside.MAC, ip, ip, payload);
            int slot = binding.tryReserve();
            MemorySegment.copy(MemorySegment.ofArray(out), 0, window.segment(),
                    binding.txOffset(slot), out.length);
            assertEquals(ErrorCode.TOO_BIG.refusal(), binding.tryCommit(slot, out.length + 1));
            slot = binding.tryReserve();
            assertEquals(0, binding.tryCommit(slot, out.length));
            assertEquals(1, binding.txFlush());
            assertArrayEquals(out, outside.receive());
        }
    }

    private void setMtu(int mtu) {
        for (String end : List.of("left", "right")) {
            netns.exec("ip", "link", "set", "dev", end, "mtu", Integer.toString(mtu));
        }
    }

    @Test
    void shouldTellTheHostsOwnAddress() {
        netns.address("left", "10.9.1.1/20");
        try (Exokernel kernel = Inside.call(netns, () -> Exokernel
                .boot(HostConfig.minimal().net(NetConfig.packet("net0", "left"))))) {
            NetDevice device = kernel.rootEnv().keys().find("net0", NetDevice.class);
            assertEquals(Ipv4Address.parse("10.9.1.1"), device.hostAddress().orElseThrow());
            assertEquals(20, device.hostPrefix());
            assertEquals(1500, device.mtu());
        }
    }

    @Test
    void shouldLeaveNothingWhenALaterDeviceIsRefused() throws IOException {
        bootAndClose(NetConfig.packet("net0", "left"));
        long descriptors = OwnProcess.openFiles();
        HostConfig config = HostConfig.minimal()
                .net(NetConfig.packet("net0", "left"))
                .net(NetConfig.tap("net1", "tap0"))
                .net(NetConfig.packet("net2", "nosuch"));
        assertThrows(HostFaultException.class,
                () -> Inside.call(netns, () -> Exokernel.boot(config)));
        assertEquals(descriptors, OwnProcess.openFiles());
        bootAndClose(NetConfig.tap("net1", "tap0")); // its name is free again
    }

    @Test
    void shouldEndPromiscuousModeWithTheDevice() {
        Exokernel kernel = Inside.call(netns, () -> Exokernel
                .boot(HostConfig.minimal().net(NetConfig.packet("net0", "left"))));
        String on = netns.exec("ip", "-details", "link", "show", "left");
        assertTrue(on.contains("promiscuity 1"), on);
        kernel.close();
        String off = netns.exec("ip", "-details", "link", "show", "left");
        assertTrue(off.contains("promiscuity 0"), off);
    }

    @Test
    @NeedsTool("setpriv")
    void shouldSayWhatPrivilegeIsMissing() {
        List<String> command = new ArrayList<>(List.of("setpriv",
                "--bounding-set=-net_raw,-net_admin", "--inh-caps=-net_raw,-net_admin"));
        command.addAll(ChildJvm.of(Unprivileged.class).command());
        try (Subprocess child = Subprocess.builder(netns.command(command)).start()) {
            assertEquals(0, child.awaitExit(Duration.ofSeconds(30)), child.errors());
            assertEquals("""
                    UNAVAILABLE EPERM socket(AF_PACKET, SOCK_RAW): \
                    run as root, or give the service ambient CAP_NET_RAW
                    UNAVAILABLE EPERM ioctl(TUNSETIFF, tap0): \
                    run as root, or give the service ambient CAP_NET_ADMIN
                    """, child.output());
        }
    }

    /** Tries to boot without privileges. */
    static final class Unprivileged {
        private Unprivileged() {}

        /**
         * Prints the refusals.
         *
         * @param args none
         */
        public static void main(String[] args) {
            for (NetConfig config : List.of(NetConfig.packet("net0", "left"),
                    NetConfig.tap("net0", "tap0"))) {
                try (Exokernel kernel = Exokernel.boot(HostConfig.minimal().net(config))) {
                    System.out.println("not refused: " + kernel.facilities());
                } catch (HostFaultException e) {
                    System.out.println(e.code() + " " + e.errno() + " " + e.call() + ": "
                            + e.remedy());
                }
            }
        }
    }
}
