// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ResourceKind;
import exo.api.net.Ipv4Address;
import exo.api.net.NetDevice;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;
import java.util.Optional;

/** The capability for a network device. */
final class KernelNetDevice extends KernelCapability implements NetDevice {
    private final Device device;

    KernelNetDevice(Lineage lineage, Device device) {
        super(lineage);
        this.device = device;
    }

    Device device() {
        return made(device);
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelNetDevice(changed, device);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.NET_DEVICE;
    }

    @Override
    public String deviceName() {
        return device().name();
    }

    @Override
    public int mtu() {
        return device().mtu();
    }

    @Override
    public Optional<Ipv4Address> hostAddress() {
        return device().link().hostAddress();
    }

    @Override
    public int hostPrefix() {
        return device().link().hostPrefix();
    }
}
