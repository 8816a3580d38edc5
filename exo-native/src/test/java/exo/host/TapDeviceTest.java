// SPDX-License-Identifier: Apache-2.0
package exo.host;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;

/** What needs no privilege; the rest is shown by the kernel's tests of its links. */
class TapDeviceTest {
    @Test
    void shouldRefuseNamesThatNoInterfaceCanHave() {
        for (String name : new String[]{"", "sixteen-letters-"}) {
            assertThrows(IllegalArgumentException.class, () -> TapDevice.create(name, 0, 24));
        }
    }
}
