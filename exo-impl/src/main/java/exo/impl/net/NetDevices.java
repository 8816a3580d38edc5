// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Facility;
import exo.api.ResourceException;
import exo.api.info.NetFigures;
import exo.api.net.NetConfig;
import exo.host.HostException;
import exo.host.NetInterface;
import exo.impl.audit.Failures;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import java.util.ArrayList;
import java.util.List;

/** The network devices of a kernel. */
public final class NetDevices implements AutoCloseable {
    private final List<Device> devices = new ArrayList<>(); // written at boot only
    private final List<Facility> facilities = new ArrayList<>(); // written at boot only

    /**
     * Opens the devices and starts receiving.
     *
     * @param configs which
     * @throws ExoException if a device cannot be had; those opened already are closed
     */
    public NetDevices(List<NetConfig> configs) {
        try {
            for (NetConfig config : configs) {
                Device device = device(config);
                devices.add(device);
                facilities.add(
                        Facility.full("net." + config.name(), device.link().describe()));
                device.link().start(device);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Device device(NetConfig config) {
        Link link = open(config);
        try {
            return new Device(config.name(), link);
        } catch (RuntimeException | Error e) {
            link.close();
            throw e;
        }
    }

    private static Link open(NetConfig config) {
        try {
            return switch (config) {
                case NetConfig.Wire wire -> new WireLink(wire.mtu());
                case NetConfig.Packet packet ->
                    PacketLink.open(packet.hostInterface(), packet.offloads());
                case NetConfig.Tap tap -> TapLink.open(tap);
            };
        } catch (HostException e) {
            throw NetFaults.of(e, config.name());
        }
    }

    static void checkMtu(NetInterface on) {
        if (on.mtu() < NetConfig.MIN_MTU || on.mtu() > NetConfig.MAX_MTU) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, on.name(),
                    "its mtu is " + on.mtu() + ", but must be " + NetConfig.MIN_MTU + " to "
                            + NetConfig.MAX_MTU,
                    "ip link set dev " + on.name() + " mtu 1500");
        }
    }

    /** {@return what backs the devices} */
    public List<Facility> facilities() {
        return List.copyOf(facilities);
    }

    /** {@return the devices at this moment} */
    public List<NetFigures> figures() {
        return devices.stream().map(Device::figures).toList();
    }

    /**
     * Gives the capabilities of all devices to an environment, each under the device's name.
     *
     * @param root the environment
     * @param capabilities the kernel's capabilities
     */
    public void giveTo(Principal root, CapabilityTable capabilities) {
        for (Device device : devices) {
            capabilities.adopt(new KernelNetDevice(
                    Lineage.original(capabilities, null, root, device.name()), device));
        }
    }

    /** Stops receiving and closes the devices. No binding may be left. */
    @Override
    public void close() {
        Failures.forAll(devices, Device::close);
    }
}
