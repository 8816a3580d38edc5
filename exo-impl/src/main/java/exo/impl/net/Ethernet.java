// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where things lie in an Ethernet frame, as far as the kernel looks. <pre>
 *   offset  bytes
 *        0      6  destination
 *        6      6  source
 *       12      2  type: 0x0800 IPv4, 0x0806 ARP
 *       14         IPv4: version and header length (1) ... source (4) at 26, destination (4) at 30
 *       14         ARP: hardware type (2) ... sender hardware (6) at 22, sender protocol (4) at 28
 * </pre>
 */
final class Ethernet {
    static final int HEADER_BYTES = 14;
    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int ARP_FRAME_BYTES = 42;
    static final int IPV4_LEAST_FRAME_BYTES = 34;

    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private Ethernet() {}

    static long destination(MemorySegment frame, long at) {
        return mac(frame, at);
    }

    static long source(MemorySegment frame, long at) {
        return mac(frame, at + 6);
    }

    static long mac(MemorySegment frame, long at) {
        return ((frame.get(SHORT, at) & 0xffffL) << 32) | (frame.get(INT, at + 2) & 0xffff_ffffL);
    }

    static int type(MemorySegment frame, long at) {
        return frame.get(SHORT, at + 12) & 0xffff;
    }

    static boolean isGroup(long mac) {
        return (mac >>> 40 & 1) != 0;
    }
}
