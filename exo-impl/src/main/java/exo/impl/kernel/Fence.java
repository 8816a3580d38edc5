// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Facility;

/**
 * Says whether the fence around libOS code is up: whether the JVM was started so that code outside
 * this kernel can neither call the host nor reach memory by address.
 *
 * <p>The fence is made of module boundaries and of the JVM's own refusal of native access; both
 * need the flags that the README states. Without them the kernel works, for libOS code that is
 * trusted.
 */
final class Fence {
    private static final String REMEDY = "start java with -p (module path),"
            + " --illegal-native-access=deny"
            + " and --enable-native-access=exo.host";

    private Fence() {}

    static Facility probe() {
        Module kernel = Fence.class.getModule();
        if (!kernel.isNamed()) {
            return Facility.fallback("fence", "the Java language alone",
                    "the kernel lies on the class path, where every class may open it", REMEDY);
        }
        // The JVM answers for a module what it would do; the unnamed module stands for all that was
        // not named on the command line.
        boolean anybody = Fence.class.getClassLoader().getUnnamedModule().isNativeAccessEnabled();
        return anybody
                ? Facility.fallback("fence", "module boundaries",
                        "native access is enabled for all code", REMEDY)
                : Facility.full("fence", "module boundaries, native access for exo.host alone");
    }
}
