// SPDX-License-Identifier: Apache-2.0
package exo.cli.code;

import exo.api.code.ClassicProgram;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The commands of {@code exo code} that read files. */
class CodeFilesTest {
    private static final String ACCEPT = "mov %r0, 1\nexit\n";

    @TempDir
    private Path folder;

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static void assertRejects(CodeCalls.Result result, String cause) {
        assertEquals(1, result.exit(), result.toString());
        assertTrue(result.out().startsWith("REJECT: "), result.toString());
        assertTrue(result.out().contains(cause), result.toString());
        assertEquals(1, result.out().lines().count(), result.toString());
    }

    @Test
    void shouldAcceptTextHexAndObjects() throws IOException {
        String accepted = "ACCEPT: a run takes 2 instructions at most\n";
        CodeCalls.call("verify", file("a.asm", ACCEPT)).assertPrints(accepted);
        CodeCalls.give(ACCEPT, "verify", "-").assertPrints(accepted);
        CodeCalls.give("b700000001000000\n95 00 00 00 00 00 00 00", "verify", "-")
                .assertPrints(accepted);
        CodeCalls.give(ACCEPT, "verify", "--profile", "predicate", "-").assertPrints(accepted);
        String last = "ldxb %r0, [%r3+99]\nexit";
        CodeCalls.give(last, "verify", "--profile", "udf", "--output-bytes", "100", "-")
                .assertPrints(accepted);
        assertRejects(CodeCalls.give(last, "verify", "--profile", "udf", "--output-bytes", "99",
                "-"), "out-of-bounds");
    }

    @Test
    void shouldRejectWhatIsWrongOrNoProgram() {
        assertRejects(CodeCalls.give("mov %r0, %r9\nexit", "verify", "-"),
                "uninitialized-register");
        assertRejects(CodeCalls.give("mvo %r0, 1", "verify", "-"), "did you mean 'mov'");
        assertRejects(CodeCalls.give("", "verify", "-"), "no instruction");
        assertRejects(CodeCalls.give("959", "verify", "-"), "");
        assertRejects(CodeCalls.give("\177ELF", "verify", "-"), "ELF header");
        assertRejects(CodeCalls.give(new byte[]{(byte) 0xc0, 0}, "verify", "-"), "neither");
        assertRejects(CodeCalls.give("2\n40 0 0 12\n", "verify", "-"), "announces 2");
        assertRejects(CodeCalls.give("1,6 0 0 0", "verify", "--profile", "udf", "-"),
                "only be a filter");
        assertRejects(CodeCalls.give(ACCEPT, "verify", "--section", "x", "-"), "only object files");
    }

    @Test
    void shouldSayWhyAFileCannotBeRead() throws IOException {
        for (String command : List.of("verify", "asm", "disasm")) {
            CodeCalls.call(command, folder.resolve("none").toString())
                    .assertSays(2, "there is no file");
            CodeCalls.call(command, folder.toString()).assertSays(2, "is a directory");
            CodeCalls.call(command, "a\0b").assertSays(2, "no name of a file");
            CodeCalls.call(command).assertSays(2, "FILE");
        }
        CodeCalls.call("verify", "--profile", "x", "-").assertSays(2, "x");
        CodeCalls.call("verify", "--profile", "udf", "--input-bytes", "0", "-")
                .assertSays(2, "at least 1 byte");
    }

    @Test
    void shouldTranslateThereAndBack() throws IOException {
        CodeCalls.Result hex = CodeCalls.call("asm", file("a.asm", ACCEPT));
        hex.assertPrints("b700000001000000\n9500000000000000\n");
        CodeCalls.give(hex.out(), "disasm", "-").assertPrints("    mov %r0, 1\n    exit\n");
        CodeCalls.give("1,6 0 0 5", "disasm", "-").assertPrints("(000) ret      #5\n");
        CodeCalls.give(".region a constant 00\nexit", "asm", "-").assertSays(1, "regions");
        CodeCalls.give("mov", "asm", "-").assertSays(1, "line 1, column 4");
        CodeCalls.give("mov", "disasm", "-").assertSays(1, "line 1, column 4");
    }

    @Test
    @NeedsTool("tcpdump")
    void shouldListClassicProgramsAsTcpdumpDoes() throws IOException {
        for (String expression : List.of("", "ip6 and tcp port 80", "host 10.0.0.1 or vlan",
                "tcp[tcpflags] & tcp-syn != 0", "ip[2:2] % 7 = 3 and len > 100",
                "(ip[0] & 0xf) * 4 > ip[1] << 2", "ip[4] ^ ip[5] = 9 and -ip[6] > 2",
                "portrange 50-90", "ip[2:2] / ip[8] > 3 or ip[1] | 4 = 7")) {
            Path empty = folder.resolve("empty.pcap");
            Files.write(empty, capture(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4));
            String[] command = {"tcpdump", "-r", empty.toString(), "-ddd", expression};
            ClassicProgram program = ClassicProgram.parseDecimal(Command.run(command));
            command[3] = "-d";
            assertEquals(Command.run(command), program.toListing(), expression);
            command[3] = "-dd";
            assertEquals(Command.run(command), CodeCompileCommand.fragment(program), expression);
        }
    }

    @Test
    void shouldCompileExpressionsInAllForms() {
        String fragment = """
                { 0x28, 0, 0, 0x0000000c },
                { 0x15, 0, 1, 0x00000806 },
                { 0x6, 0, 0, 0x00000060 },
                { 0x6, 0, 0, 0x00000000 },
                """;
        String text = """
                (000) ldh      [12]
                (001) jeq      #0x806           jt 2\tjf 3
                (002) ret      #96
                (003) ret      #0
                """;
        CodeCalls.call("compile", "arp", "--snaplen", "96").assertPrints(text);
        CodeCalls.call("compile", "-d", "arp", "--snaplen", "96").assertPrints(text);
        CodeCalls.call("compile", "-dd", "arp", "--snaplen", "96").assertPrints(fragment);
        CodeCalls.call("compile", "-ddd", "-y", "RAW", "").assertPrints("1\n6 0 0 262144\n");
        CodeCalls.call("compile", "-ddd", "--link", "en10mb", "")
                .assertPrints("1\n6 0 0 262144\n");
    }

    @Test
    void shouldPointToTheFaultOfAnExpression() {
        CodeCalls.Result result = CodeCalls.call("compile", "tcp port nosuchport");
        result.assertSays(1, "nosuchport");
        List<String> lines = result.err().lines().toList();
        assertEquals("exo:   tcp port nosuchport", lines.get(1), result.err());
        assertEquals("exo:            ^", lines.get(2), result.err());
        CodeCalls.call("compile", "arp", "--snaplen", "0").assertSays(2, "1 to 262144");
        CodeCalls.call("compile", "arp", "--link", "tin").assertSays(2, "no link type", "EN10MB");
        CodeCalls.call("compile", "arp", "-d", "-dd").assertSays(2, "mutually exclusive");
        CodeCalls.call("compile").assertSays(2, "EXPRESSION");
    }

    private static byte[] capture(ByteOrder order, int magic, byte[]... packets) {
        ByteBuffer file = ByteBuffer.allocate(4096).order(order);
        file.putInt(magic).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        file.putInt(65_535).putInt(1);
        for (byte[] packet : packets) {
            file.putInt(0).putInt(0).putInt(packet.length).putInt(packet.length).put(packet);
        }
        return java.util.Arrays.copyOf(file.array(), file.position());
    }

    /** A request for an address, a packet of IPv4, and the first 20 bytes of one of 1,000. */
    private Path threePackets() throws IOException {
        byte[] arp = new byte[42];
        arp[12] = 8;
        arp[13] = 6;
        byte[] ip = new byte[60];
        ip[12] = 8;
        byte[] cut = new byte[20];
        cut[12] = 8;
        byte[] bytes = capture(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4, arp, ip, cut);
        // The length on the wire stands before the bytes of the last packet.
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length - cut.length - 4, 1000);
        return Files.write(folder.resolve("three.pcap"), bytes);
    }

    @Test
    void shouldSayForEachPacketWhatAFilterKeeps() throws IOException {
        String file = threePackets().toString();
        for (String engine : List.of("interpret", "compile")) {
            CodeCalls.call("filter", "--engine", engine, "-r", file, "arp")
                    .assertPrints("262144\n0\n0\n");
            CodeCalls.call("filter", "--engine", engine, "-r", file, "ip")
                    .assertPrints("0\n262144\n262144\n");
            CodeCalls.call("filter", "--engine", engine, "-r", file, "greater 60")
                    .assertPrints("0\n262144\n262144\n");
            CodeCalls.call("filter", "--engine", engine, "-r", file, "len = 1000")
                    .assertPrints("0\n0\n262144\n");
            CodeCalls.call("filter", "--engine", engine, "-r", file, "ether[20] = 0")
                    .assertPrints("262144\n262144\n0\n");
        }
        CodeCalls.give("4, 40 0 0 12, 21 0 1 2054, 6 0 0 96, 6 0 0 0", "filter", "-r", file,
                "--ddd", "-").assertPrints("96\n0\n0\n");
        CodeCalls.call("filter", "-r", file, "").assertPrints("262144\n262144\n262144\n");
        CodeCalls.call("filter", "-r", file, "arp or").assertSays(1, "column 7");
        CodeCalls.give("1, 5 0 0 7", "filter", "-r", file, "--ddd", "-")
                .assertSays(1, "jump-out-of-range");
        CodeCalls.call("filter", "-r", file + ".not", "arp").assertSays(2, "three.pcap.not");
    }

    private static CaptureReader reader(byte[] bytes) throws IOException {
        return new CaptureReader(new ByteArrayInputStream(bytes));
    }

    @Test
    void shouldReadCapturesOfBothByteOrdersAndClocks() throws IOException {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (int magic : new int[]{0xa1b2c3d4, 0xa1b23c4d}) {
                byte[] bytes = capture(order, magic, new byte[]{1, 2}, new byte[0]);
                try (CaptureReader reader = reader(bytes)) {
                    assertArrayEquals(new byte[]{1, 2}, reader.next().get());
                    assertArrayEquals(new byte[0], reader.next().get());
                    assertEquals(Optional.empty(), reader.next());
                }
            }
        }
    }

    @Test
    void shouldRefuseCapturesThatAreCutOffOrSomethingElse() throws IOException {
        byte[] whole = capture(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4, new byte[]{1, 2}, new byte[3]);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            boolean isWhole = length == 24 || length == 24 + 16 + 2;
            if (!isWhole) {
                assertThrows(IOException.class, () -> readAll(cut), "" + length);
            }
        }
        readAll(whole);
        assertCause("pcapng", ByteBuffer.allocate(24).putInt(0x0a0d0d0a).array());
        assertCause("not with 00000000", new byte[24]);
        assertCause("link type 147", ByteBuffer.wrap(whole.clone()).put(20, (byte) 147).array());
        assertCause("damaged", ByteBuffer.wrap(whole.clone()).put(35, (byte) 0x7f).array());
    }

    private static void assertCause(String cause, byte[] bytes) {
        IOException e = assertThrows(IOException.class, () -> readAll(bytes));
        assertTrue(e.getMessage().contains(cause), e.getMessage());
    }

    private static void readAll(byte[] bytes) throws IOException {
        try (CaptureReader reader = reader(bytes)) {
            while (reader.next().isPresent()) {
                // On to the next.
            }
        }
    }
}
