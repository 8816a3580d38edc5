// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.HttpDate;
import java.nio.charset.StandardCharsets;

/** Moments as text, where allocation does not matter. */
final class DateText {
    private DateText() {}

    /** {@return the moment as HTTP writes it} */
    static String of(long epochSecond) {
        byte[] bytes = new byte[HttpDate.BYTES];
        HttpDate.write(epochSecond, bytes, 0);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
