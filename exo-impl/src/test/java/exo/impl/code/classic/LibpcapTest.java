// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.PacketFilter;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Suites;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do both engines accept the frames that libpcap accepts, with the programs that it compiles? */
@ExtendWith(Seeds.class)
@NeedsTool("tcpdump")
class LibpcapTest {
    private static final int FRAMES = 3000;
    private static final List<String> EXPRESSIONS = List.of(
            "", "arp", "ip", "ip6", "rarp", "tcp", "udp", "icmp", "icmp6", "vlan",
            "host 10.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.2", "net 10.0.0.0/24",
            "src net 10.1.0.0/16", "port 80", "src port 80", "dst port 53", "portrange 50-90",
            "tcp port 80", "udp port 53", "tcp dst port 443 and host 10.0.0.1",
            "not port 22", "ip and not tcp", "(tcp or udp) and host 10.0.0.3",
            "ether host 02:00:00:00:00:01", "ether src 02:00:00:00:00:02", "ether broadcast",
            "ether multicast", "ip multicast", "ip broadcast", "len > 100", "less 60",
            "greater 200", "ip[8] < 64", "ip[6:2] & 0x1fff != 0", "tcp[tcpflags] & tcp-syn != 0",
            "tcp[13] = 0x12", "ip proto 17", "ip6 and udp", "ip6 host fe80::1", "vlan 5",
            "vlan and ip", "ether[0] & 1 = 1", "ether proto 0x88cc", "ip[2:2] > 100",
            "(ip[0] & 0xf) * 4 > 20", "ip[2:2] % 7 = 3", "ip[8] / 3 > 20", "ip[4] ^ ip[5] = 9",
            "udp[4:2] << 1 > 100", "icmp[icmptype] = icmp-echo",
            "port 80 or port 443 or port 53 or port 22", "arp and ether broadcast and len <= 60");

    @TempDir
    Path folder;

    /** A capture: what it holds, and which link type its header says. */
    private record Capture(Path file, List<byte[]> frames) {}

    private Capture generate(RandomGenerator random) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            frames.add(TestFrames.random(random));
        }
        Path file = folder.resolve("generated.pcap");
        Files.write(file, PcapFile.write(frames));
        return new Capture(file, frames);
    }

    private BitSet acceptedByTcpdump(Capture capture, String expression) throws IOException {
        Path out = folder.resolve("accepted.pcap");
        Command.run(words(List.of("tcpdump", "-Z", System.getProperty("user.name"), "-r",
                capture.file.toString(), "-w", out.toString()), expression));
        BitSet accepted = new BitSet();
        PcapFile.read(Files.readAllBytes(out)).forEach(record -> accepted.set(record.seconds()));
        return accepted;
    }

    private static List<String> words(List<String> command, String expression) {
        List<String> all = new ArrayList<>(command);
        if (!expression.isEmpty()) {
            all.add(expression);
        }
        return all;
    }

    private static ClassicProgram compiled(Capture capture, String expression) {
        return ClassicProgram.parseDecimal(Command.run(words(
                List.of("tcpdump", "-ddd", "-r", capture.file.toString()), expression)));
    }

    private static BitSet accepted(PacketFilter filter, List<byte[]> frames) {
        BitSet accepted = new BitSet();
        for (int i = 0; i < frames.size(); i++) {
            byte[] frame = frames.get(i);
            if (filter.accept(MemorySegment.ofArray(frame), 0, frame.length) != 0) {
                accepted.set(i);
            }
        }
        return accepted;
    }

    private void compare(Capture capture, String expression) throws IOException {
        ClassicProgram program = compiled(capture, expression);
        BitSet expected = acceptedByTcpdump(capture, expression);
        assertEquals(expected, accepted(ClassicFilters.interpret(program), capture.frames),
                () -> "interpreted: " + expression + "\n" + program.toDecimal());
        assertEquals(expected, accepted(ClassicFilters.compile(program), capture.frames),
                () -> "compiled: " + expression + "\n" + program.toDecimal());
    }

    @Test
    void shouldAcceptWhatLibpcapAccepts(Seed seed) throws IOException {
        Capture capture = generate(seed.random());
        int some = 0;
        for (String expression : EXPRESSIONS) {
            compare(capture, expression);
            int count = accepted(ClassicFilters.interpret(compiled(capture, expression)),
                    capture.frames).cardinality();
            some += count > 0 && count < FRAMES ? 1 : 0;
        }
        assertTrue(some > EXPRESSIONS.size() * 3 / 4,
                "most expressions tell frames apart: " + some);
    }

    @Test
    void shouldAcceptWhatLibpcapAcceptsOfRealTraffic() throws IOException {
        int compared = 0;
        for (Path file : Suites.files("pcaps", ".pcap")) {
            compared += compareReal(file) ? 1 : 0;
        }
        assertTrue(compared > 0, "there are captures of Ethernet");
    }

    private boolean compareReal(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (!PcapFile.isEthernet(bytes)) {
            return false;
        }
        // Only whole frames, and renumbered: libpcap looks at the length on the wire.
        List<byte[]> frames = PcapFile.read(bytes)
                .stream()
                .filter(PcapFile.Frame::isWhole)
                .map(PcapFile.Frame::bytes)
                .limit(5000)
                .toList();
        if (frames.isEmpty()) {
            return false;
        }
        Path copy = folder.resolve("real.pcap");
        Files.write(copy, PcapFile.write(frames));
        Capture capture = new Capture(copy, frames);
        for (String expression : EXPRESSIONS) {
            compare(capture, expression);
        }
        return true;
    }
}
