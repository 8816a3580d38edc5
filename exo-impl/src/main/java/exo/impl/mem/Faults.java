// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ErrorCode;
import exo.api.HostFaultException;
import exo.host.HostException;

/** Turns refusals of the host into those of the API. */
final class Faults {
    private Faults() {}

    static HostFaultException memory(HostException e, String what) {
        return new HostFaultException(ErrorCode.HOST_FAULT, what, e.call(), e.errno().name(),
                e.remedy());
    }
}
