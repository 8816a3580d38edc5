// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.host;

import exo.api.VerificationException;
import exo.api.code.Argument;
import exo.api.code.CodeEngine;
import exo.api.code.Contract;
import exo.api.code.Instance;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.host.HostException;
import exo.host.HostProgram;
import exo.impl.code.ExoCodeEngine;
import exo.testkit.NeedsRoot;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Do our engines do what the host's verifier and compiler make of the same programs?
 *
 * <p>{@code -Dexo.hostPrograms=100000} compares more.
 */
@ExtendWith(Seeds.class)
class HostDifferentialTest {
    private static final int PROGRAMS = Integer.getInteger("exo.hostPrograms", 1500);
    private static final int LONGEST_PACKET = 256;

    private final CodeEngine engine = new ExoCodeEngine();
    private final Contract contract = new Contract("xdp", List.of(new Argument.Packet(true)),
            new TreeMap<>(), Contract.MAX_STEPS, Contract.Guard.PROVEN, true);

    private int both;
    private int onlyHost;
    private int onlyOurs;

    @Test
    @NeedsRoot
    void shouldDoWhatTheHostDoes(Seed seed) {
        RandomGenerator random = seed.random();
        XdpMaker maker = new XdpMaker(random);
        for (int i = 0; i < PROGRAMS; i++) {
            Program program = maker.make(1 + random.nextInt(30));
            compare(program, random);
        }
        System.out.println("programs that both accept: " + both + ", only the host: " + onlyHost
                + ", only we: " + onlyOurs);
        assertTrue(both > PROGRAMS * 9L / 10, "both accept " + both + " of " + PROGRAMS
                + ", only the host " + onlyHost + ", only we " + onlyOurs);
    }

    private void compare(Program program, RandomGenerator random) {
        HostProgram host;
        try {
            host = HostProgram.load(HostProgram.Kind.XDP, program.toBytes());
        } catch (HostException e) {
            onlyOurs += accepted(program) == null ? 0 : 1;
            return;
        }
        try (host) {
            VerifiedProgram ours = accepted(program);
            if (ours == null) {
                onlyHost++;
                return;
            }
            both++;
            byte[] packet = new byte[XdpMaker.PACKET_BYTES - 4 + random.nextInt(LONGEST_PACKET)];
            random.nextBytes(packet);
            byte[] expected = packet.clone();
            int result = host.run(expected, 1).result();
            for (VerifiedProgram.Engine by : VerifiedProgram.Engine.values()) {
                byte[] actual = packet.clone();
                Instance instance = ours.instance(by);
                instance.bind(0, MemorySegment.ofArray(actual), 0, actual.length);
                assertEquals(result, (int) instance.run(), () -> by + "\n" + program.toHex());
                assertArrayEquals(expected, actual, () -> by + "\n" + program.toHex());
            }
        }
    }

    private VerifiedProgram accepted(Program program) {
        try {
            return engine.verify(program, contract);
        } catch (VerificationException e) {
            return null;
        }
    }
}
