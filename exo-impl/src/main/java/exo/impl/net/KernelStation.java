// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ResourceKind;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.Station;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for a station. */
final class KernelStation extends KernelCapability implements Station {
    private final StationState state;

    KernelStation(Lineage lineage, StationState state) {
        super(lineage);
        this.state = state;
    }

    StationState state() {
        return made(state);
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelStation(changed, state);
    }

    @Override
    protected void returnResource() {
        state.device().removeStation(state);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.STATION;
    }

    @Override
    public String deviceName() {
        return state().device().name();
    }

    @Override
    public MacAddress mac() {
        return state().mac();
    }

    @Override
    public Ipv4Address ipv4() {
        return state().ipv4();
    }

    @Override
    public int mtu() {
        return state().device().mtu();
    }

    @Override
    public int maxUncutBytes() {
        return state().device().maxUncutBytes();
    }
}
