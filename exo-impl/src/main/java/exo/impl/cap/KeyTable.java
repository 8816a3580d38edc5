// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The capabilities of one environment by their labels, in the order they arrived. Guarded by the
 * lock of the {@link CapabilityTable}, which alone looks inside.
 */
public final class KeyTable {
    final Map<String, KernelCapability> byLabel = new LinkedHashMap<>();
    boolean closed;
}
