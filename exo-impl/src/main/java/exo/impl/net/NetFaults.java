// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.HostFaultException;
import exo.host.HostException;

/** Turns refusals of the host into those of the API. */
final class NetFaults {
    private NetFaults() {}

    static HostFaultException of(HostException e, String device) {
        ErrorCode code = switch (e.errno()) {
            case ENODEV, ENXIO -> ErrorCode.NOT_FOUND;
            case EBUSY -> ErrorCode.BUSY;
            default -> ErrorCode.UNAVAILABLE;
        };
        return new HostFaultException(code, "net device " + device, e.call(), e.errno().name(),
                e.remedy());
    }
}
