// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.api.code.PacketFilter;
import exo.impl.code.classic.ClassicFilters;
import exo.impl.code.classic.PcapFile;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Suites;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does a compiled expression accept the packets that libpcap accepts? */
@ExtendWith(Seeds.class)
@NeedsTool("tcpdump")
class ExpressionTest {
    private static final int SNAP_LENGTH = 262_144;
    private static final int PACKETS = 250;
    private static final int RANDOM_EXPRESSIONS = Integer.getInteger("exo.expressions", 40);

    @TempDir
    Path folder;

    private static List<String> expressions() throws IOException {
        try (InputStream in = ExpressionTest.class.getResourceAsStream("expressions.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private Path file(LinkType link, List<byte[]> packets) throws IOException {
        return Files.write(folder.resolve(link + ".pcap"), PcapFile.write(link.number(), packets));
    }

    /** What libpcap compiles, or nothing if it refuses. */
    private static Optional<ClassicProgram> reference(Path file, String expression) {
        Command.Result result = Command.attempt(List.of("tcpdump", "-ddd", "-r", file.toString(),
                "--", expression));
        return result.exit() == 0
                ? Optional.of(ClassicProgram.parseDecimal(result.output()))
                : Optional.empty();
    }

    private static Optional<ClassicProgram> compiled(LinkType link, String expression) {
        try {
            return Optional.of(ExpressionCompiler.compile(expression, link, SNAP_LENGTH));
        } catch (CodeSyntaxException e) {
            return Optional.empty();
        }
    }

    private static int accept(PacketFilter filter, byte[] packet) {
        return filter.accept(MemorySegment.ofArray(packet), 0, packet.length);
    }

    private static int reference(ClassicProgram program, byte[] packet) {
        try {
            return accept(ClassicFilters.model(program), packet);
        } catch (VerificationException e) {
            return LooseMachine.run(program, packet);
        }
    }

    /** Compares two programs; {@return how many packets both accept} */
    private static int compare(String expression, ClassicProgram expected, ClassicProgram ours,
            List<byte[]> packets) {
        PacketFilter filter = ClassicFilters.model(ours);
        int accepted = 0;
        for (byte[] packet : packets) {
            int value = reference(expected, packet);
            if (value != LooseMachine.ENDLESS) {
                assertEquals(value, accept(filter, packet), () -> expression + " on "
                        + Arrays.toString(packet) + "\n" + ours.toListing());
            }
            accepted += value != 0 ? 1 : 0;
        }
        return accepted;
    }

    private static List<byte[]> packets(RandomGenerator random, LinkType link) {
        PacketMaker maker = new PacketMaker(random);
        return Stream.generate(() -> maker.make(link)).limit(PACKETS).toList();
    }

    @Test
    void shouldAcceptWhatLibpcapAccepts(Seed seed) throws IOException {
        List<byte[]> packets = new ArrayList<>(packets(seed.random(), LinkType.ETHERNET));
        packets.addAll(captured());
        Path file = file(LinkType.ETHERNET, packets);
        int apart = 0;
        long theirs = 0;
        long ours = 0;
        List<String> all = expressions();
        assertTrue(all.size() >= 400, "there are enough expressions: " + all.size());
        for (String expression : all) {
            ClassicProgram expected = reference(file, expression).orElseThrow();
            ClassicProgram program = ExpressionCompiler.compile(expression, LinkType.ETHERNET,
                    SNAP_LENGTH);
            int accepted = compare(expression, expected, program, packets);
            apart += accepted > 0 && accepted < packets.size() ? 1 : 0;
            if (!expression.contains("protochain")) {
                theirs += expected.length();
                ours += program.length();
            }
        }
        assertTrue(apart > all.size() / 2, "most expressions tell packets apart: " + apart);
        assertTrue(ours <= theirs * 1.2, ours + " instructions where libpcap has " + theirs);
    }

    /** {@return the packets of captures beside the project, if there are any} */
    private static List<byte[]> captured() throws IOException {
        List<byte[]> packets = new ArrayList<>();
        if (Suites.areThere()) {
            for (Path file : Suites.files("pcaps", ".pcap")) {
                packets.addAll(whole(Files.readAllBytes(file)));
            }
        }
        return packets;
    }

    /** {@return the frames of a capture of Ethernet that were not cut} */
    private static List<byte[]> whole(byte[] file) {
        return PcapFile.isEthernet(file)
                ? PcapFile.read(file)
                        .stream()
                        .filter(PcapFile.Frame::isWhole)
                        .map(PcapFile.Frame::bytes)
                        .toList()
                : List.of();
    }

    @Test
    void shouldAcceptWhatLibpcapAcceptsOfRealTraffic() throws IOException {
        List<byte[]> packets = captured();
        if (packets.isEmpty()) {
            throw new TestAbortedException(
                    "for want of SUITES: neither -Dexo.suites nor EXO_SUITES names a folder");
        }
        Path file = file(LinkType.ETHERNET, packets);
        Path out = folder.resolve("accepted.pcap");
        for (String expression : expressions().subList(0, 60)) {
            Command.run("tcpdump", "-Z", System.getProperty("user.name"), "-r", file.toString(),
                    "-w", out.toString(), "--", expression);
            PacketFilter filter = ClassicFilters.compile(ExpressionCompiler.compile(expression,
                    LinkType.ETHERNET, SNAP_LENGTH));
            List<byte[]> accepted = packets.stream().filter(p -> accept(filter, p) != 0).toList();
            List<byte[]> expected = whole(Files.readAllBytes(out));
            assertEquals(expected.size(), accepted.size(), expression);
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(0, Arrays.compare(expected.get(i), accepted.get(i)), expression);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LinkType.class)
    void shouldAgreeOnRandomExpressions(LinkType link, Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        List<byte[]> packets = packets(random, link);
        Path file = file(link, packets);
        ExpressionMaker maker = new ExpressionMaker(random);
        TokenSoup soup = new TokenSoup(random);
        int compared = 0;
        for (int i = 0; i < RANDOM_EXPRESSIONS; i++) {
            String expression = i % 4 == 0 ? soup.make() : maker.make();
            Optional<ClassicProgram> expected = reference(file, expression);
            Optional<ClassicProgram> ours = compiled(link, expression);
            assertEquals(expected.isPresent(), ours.isPresent(), expression);
            if (ours.isPresent()) {
                compare(expression, expected.orElseThrow(), ours.get(), packets);
                compared++;
            }
        }
        assertTrue(compared > 0, "some expressions were compared");
    }

    @Test
    void shouldListProgramsAsTcpdumpDoes() throws IOException {
        Path file = file(LinkType.ETHERNET, List.of());
        List<String> all = expressions();
        for (int i = 0; i < all.size(); i += 5) {
            String expression = all.get(i);
            if (!expression.contains("protochain")) {
                assertEquals(Command.run("tcpdump", "-d", "-r", file.toString(), "--",
                        expression),
                        reference(file, expression).orElseThrow().toListing(), expression);
            }
        }
    }

    @Test
    void shouldAcceptEverythingWithoutAnExpression() {
        for (String blank : List.of("", " ", "\t\r\n ")) {
            assertEquals("1\n6 0 0 96\n",
                    ExpressionCompiler.compile(blank, LinkType.RAW, 96).toDecimal());
        }
    }
}
