// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.testkit.NeedsRoot;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HostProgramTest {
    /** r0 = 42; exit. */
    private static final byte[] ANSWER = HexFormat.of()
            .parseHex("b70000002a000000" + "9500000000000000");
    /** A program that returns r0, which nobody has set. */
    private static final byte[] NOTHING = HexFormat.of().parseHex("9500000000000000");
    /** Puts 7 in the first byte of the packet, and returns 1. */
    private static final byte[] WRITER = HexFormat.of()
            .parseHex("6112000000000000" // r2 = data
                    + "6113040000000000" // r3 = data_end
                    + "b700000000000000" // r0 = 0
                    + "bf24000000000000" // r4 = r2
                    + "0704000001000000" // r4 += 1
                    + "2d34020000000000" // if r4 > r3 goto +2
                    + "7202000007000000" // *(u8 *)r2 = 7
                    + "b700000001000000" // r0 = 1
                    + "9500000000000000");

    @Test
    @NeedsRoot
    void shouldRunWhatTheHostAccepts() {
        for (HostProgram.Kind kind : HostProgram.Kind.values()) {
            try (HostProgram program = HostProgram.load(kind, ANSWER)) {
                assertEquals(42, program.run(new byte[64], 3).result(), kind.toString());
            }
        }
    }

    @Test
    @NeedsRoot
    void shouldShowWhatTheProgramLeftOfThePacket() {
        byte[] packet = new byte[64];
        packet[63] = 5;
        try (HostProgram program = HostProgram.load(HostProgram.Kind.XDP, WRITER)) {
            assertEquals(1, program.run(packet, 1).result());
            assertEquals(7, packet[0]);
            assertEquals(5, packet[63]);
        }
    }

    @Test
    @NeedsRoot
    void shouldSayWhyTheHostRefusesAProgram() {
        HostException refusal = assertThrows(HostException.class,
                () -> HostProgram.load(HostProgram.Kind.XDP, NOTHING));
        assertTrue(refusal.remedy().contains("R0 !read_ok"), refusal.remedy());
        assertThrows(HostException.class,
                () -> HostProgram.load(HostProgram.Kind.XDP, new byte[0]));
    }

    @Test
    @NeedsRoot
    void shouldRefusePacketsThatTheHostDoesNotTake() {
        try (HostProgram program = HostProgram.load(HostProgram.Kind.XDP, ANSWER)) {
            for (int bytes : new int[]{HostProgram.MIN_PACKET_BYTES,
                    HostProgram.MAX_PACKET_BYTES}) {
                assertEquals(42, program.run(new byte[bytes], 1).result(), bytes + " bytes");
            }
            for (int bytes : new int[]{HostProgram.MIN_PACKET_BYTES - 1,
                    HostProgram.MAX_PACKET_BYTES + 1}) {
                assertThrows(IllegalArgumentException.class,
                        () -> program.run(new byte[bytes], 1));
            }
            assertThrows(IllegalArgumentException.class, () -> program.run(new byte[64], 0));
        }
    }
}
