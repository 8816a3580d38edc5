// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.api.code.CodeEngine;
import exo.api.code.Program;
import exo.api.code.Program.Region;
import exo.elf.Samples.Edit;
import exo.testkit.Command;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Are objects read as the compiler meant them, and is what cannot be read refused by name? */
class ElfObjectTest {
    private static final List<String> NAMES = List.of("firewall", "balancer", "counter");

    @TempDir
    private Path folder;

    private static String text(Program program) {
        return CodeEngine.load().disassemble(program);
    }

    private static void assertRefused(byte[] bytes, String section, String... causes) {
        ElfException e = assertThrows(ElfException.class,
                () -> ElfObject.read(bytes).program(section));
        for (String cause : causes) {
            assertTrue(e.getMessage().contains(cause), e.getMessage());
        }
    }

    @Test
    void shouldTakeAnObjectWithoutNames() {
        byte[] bytes = Samples.bytes("firewall");
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        // Each header of a section begins with the place of its name; 0 means that it has none.
        for (int i = 0; i < file.getShort(60); i++) {
            file.putInt((int) file.getLong(40) + i * file.getShort(58), 0);
        }
        assertRefused(bytes, "xdp", "xdp");
    }

    @Test
    void shouldListSectionsWithPrograms() {
        NAMES.forEach(name -> assertEquals(List.of("xdp"), Samples.object(name).sections()));
        assertEquals(List.of(".text"), Samples.object("owns").sections());
    }

    @Test
    void shouldMakeAConstantRegionOfRodata() {
        Program firewall = Samples.object("firewall").program("xdp");
        assertEquals(1, firewall.regions().size());
        Region rules = firewall.regions().getFirst();
        assertEquals(".rodata", rules.name());
        assertFalse(rules.isWritable());
        ByteBuffer content = ByteBuffer.wrap(rules.content()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x0a000000, content.getInt(0));
        assertEquals(22, content.getShort(8));
        String text = text(firewall);
        assertTrue(text.contains("lddw %r5, region .rodata\n"), text);
        assertFalse(text.contains(".slot"), text);
    }

    @Test
    void shouldLinkFunctionsOnceAndMakeRegionsOfDataAndBss() {
        Program counter = Samples.object("counter").program("xdp");
        List<Region> regions = counter.regions();
        assertEquals(List.of(".bss", ".data"),
                regions.stream().map(Region::name).sorted().toList());
        Region bss = regions.stream().filter(r -> r.name().equals(".bss")).findFirst().get();
        Region data = regions.stream().filter(r -> r.name().equals(".data")).findFirst().get();
        assertTrue(bss.isWritable() && data.isWritable());
        assertArrayEquals(new byte[2 * 256 * 8 + 8], bss.content());
        assertArrayEquals(new byte[]{0x28, 0x23, 0, 0, 0, 0, 0, 0}, data.content());
        String text = text(counter);
        assertFalse(text.contains(".slot"), text);
        assertEquals(2, text.lines().filter(l -> l.matches("function[12]:")).count(), text);
        assertTrue(text.contains("call local function1"), text);
        assertTrue(text.contains("region .bss+2048") || text.contains("region .bss+8"), text);
        assertTrue(text.contains("lock add [%r"), text);
    }

    @Test
    void shouldReadAFunctionWithoutASectionOfItsOwn() {
        Program owns = Samples.object("owns").program(".text");
        assertEquals(List.of(), owns.regions());
        assertEquals("b700", owns.toHex().substring(0, 4));
    }

    @Test
    @NeedsTool("clang")
    void shouldReadWhatTheInstalledCompilerMakes() throws IOException {
        for (String name : List.of("firewall", "balancer", "counter", "owns")) {
            Path source = folder.resolve(name + ".c");
            Files.write(source, resource(name + ".c"));
            Files.write(folder.resolve("bpf.h"), resource("bpf.h"));
            Path object = folder.resolve(name + ".o");
            Command.run("clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-c",
                    source.toString(), "-o", object.toString());
            ElfObject read = ElfObject.read(Files.readAllBytes(object));
            Program program = read.program(read.sections().getFirst());
            assertEquals(Samples.object(name).program(read.sections().getFirst()).regions().size(),
                    program.regions().size(), name);
            assertFalse(text(program).contains(".slot"), name);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = Samples.class.getResourceAsStream("/samples/" + name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void shouldRefuseOtherFiles() {
        assertRefused(new byte[0], "xdp", "0 bytes", "ELF header");
        assertRefused(new byte[64], "xdp", "ELF header", "clang");
        assertRefused(new byte[ElfObject.MAX_BYTES + 1], "xdp", "16777216 bytes", "16777217");
        assertRefused(new byte[ElfObject.MAX_BYTES], "xdp", "ELF header");
        assertRefused(Edit.of("owns").put(4, 1).bytes(), ".text", "class", "64-bit");
        assertRefused(Edit.of("owns").put(5, 2).bytes(), ".text", "byte order", "bpfel");
        assertRefused(Edit.of("owns").put(0x12, 62).bytes(), ".text", "machine", "is 62", "247");
        assertRefused(Edit.of("owns").put(0x10, 2).bytes(), ".text", "type", "-c");
    }

    @Test
    void shouldRefuseASectionThatIsNotThere() {
        assertRefused(Samples.bytes("firewall"), "tc", "0 sections", "'tc'", "[xdp]");
    }

    @Test
    void shouldRefuseWhatTheHeadersAnnounceButIsNotThere() {
        Edit many = Edit.of("owns").put(0x3c, 0xff, 0xff);
        assertRefused(many.bytes(), ".text", "65535 sections");
        Edit beyond = Edit.of("owns");
        beyond.buffer().putLong(0x28, beyond.bytes().length - 63);
        assertRefused(beyond.bytes(), ".text", "table", "cut off");
        Edit huge = Edit.of("owns");
        huge.buffer().putLong(huge.header(huge.section(".text")) + 0x20, 1L << 40);
        assertRefused(huge.bytes(), ".text", "does not lie in the file");
        Edit entry = Edit.of("owns");
        entry.buffer().putLong(entry.header(entry.section(".symtab")) + 0x38, 0);
        assertRefused(entry.bytes(), ".text", "entries of 0 bytes");
        Edit hash = Edit.of("owns");
        hash.buffer().putInt(hash.header(hash.section(".BTF")) + 4, 5);
        assertRefused(hash.bytes(), ".text", "type 5");
        Edit overlap = Edit.of("owns");
        for (String name : List.of(".debug_info", ".BTF.ext", ".debug_str")) {
            overlap.buffer().putLong(overlap.header(overlap.section(name)) + 0x18, 0);
            overlap.buffer().putLong(overlap.header(overlap.section(name)) + 0x20, 5000);
        }
        assertRefused(overlap.bytes(), ".text", "overlap");
        Edit bss = Edit.of("counter");
        bss.buffer().putLong(bss.header(bss.section(".bss")) + 0x20, 1L << 25);
        assertRefused(bss.bytes(), "xdp", ".bss", "33554432 bytes");
    }

    @Test
    void shouldRefuseSymbolsThatAreNotDefined() {
        Edit data = Edit.of("firewall");
        data.buffer().putShort(data.symbol(".relxdp", 0) + 6, (short) 0);
        assertRefused(data.bytes(), "xdp", "firewall", "does not define");
        Edit common = Edit.of("counter");
        common.buffer().putShort(common.symbol(".rel.text", 0) + 6, (short) 0xfff2);
        assertRefused(common.bytes(), "xdp", "common symbol", "-fno-common");
        Edit absolute = Edit.of("counter");
        absolute.buffer().putShort(absolute.symbol(".rel.text", 0) + 6, (short) 0xfff1);
        assertRefused(absolute.bytes(), "xdp", "none of the object's");
        Edit number = Edit.of("firewall");
        number.buffer().putInt(number.content(".relxdp") + 12, 9999);
        assertRefused(number.bytes(), "xdp", "symbol 9999");
        Edit call = Edit.of("counter");
        int undefined = IntStream.range(0, 9)
                .map(i -> call.symbol(".relxdp", i))
                .filter(at -> (call.bytes()[at + 4] & 0xf) == 2)
                .findFirst()
                .getAsInt();
        call.buffer().putShort(undefined + 6, (short) 0);
        assertRefused(call.bytes(), "xdp", "calls count", "does not define");
    }

    @Test
    void shouldRefuseMapsAddressesOfFunctionsAndOtherMemory() {
        Edit map = Edit.of("firewall");
        int name = map.content(".symtab"); // any place in the file can hold the new name
        assertTrue(name > 0);
        renameSection(map, ".rodata", "maps");
        assertRefused(map.bytes(), "xdp", "map", "global variable");
        Edit function = Edit.of("firewall");
        function.buffer()
                .putShort(function.symbol(".relxdp", 0) + 6, (short) function.section("xdp"));
        assertRefused(function.bytes(), "xdp", "address of the function");
        Edit debug = Edit.of("firewall");
        debug.buffer().putShort(debug.symbol(".relxdp", 0) + 6, (short) debug.section(".BTF"));
        assertRefused(debug.bytes(), "xdp", ".BTF", "no memory");
        Edit outside = Edit.of("firewall");
        outside.buffer().putLong(outside.symbol(".relxdp", 0) + 8, 64);
        assertRefused(outside.bytes(), "xdp", "at 64 of section .rodata", "64 bytes");
    }

    /** Lets a section have the name of another length: a suffix of one that is there. */
    private static void renameSection(Edit edit, String from, String to) {
        int names = (int) edit.buffer()
                .getLong(edit.header(edit.buffer().getShort(0x3e)) + 0x18);
        int header = edit.header(edit.section(from));
        int at = names + edit.buffer().getInt(header);
        for (int i = 0; i < from.length(); i++) {
            edit.bytes()[at + i] = (byte) (i < to.length() ? to.charAt(i) : 0);
        }
    }

    @Test
    void shouldRefuseRelocationsItDoesNotKnow() {
        Edit type = Edit.of("firewall");
        type.buffer().putInt(type.content(".relxdp") + 8, 3);
        assertRefused(type.bytes(), "xdp", "relocation of type 3", "R_BPF_64_64");
        Edit place = Edit.of("firewall");
        place.buffer().putLong(place.content(".relxdp"), 0);
        assertRefused(place.bytes(), "xdp", "at 0 of section xdp", "does not fit");
        Edit odd = Edit.of("firewall");
        odd.buffer().putLong(odd.content(".relxdp"), 4);
        assertRefused(odd.bytes(), "xdp", "middle of an instruction");
        Edit twice = Edit.of("firewall");
        twice.buffer()
                .putLong(twice.content(".relxdp") + 16,
                        twice.buffer().getLong(twice.content(".relxdp")));
        assertRefused(twice.bytes(), "xdp", "there is another");
        Edit addends = Edit.of("firewall");
        addends.buffer().putInt(addends.header(addends.section(".relxdp")) + 4, 4);
        assertRefused(addends.bytes(), "xdp", "with addends");
        Edit addresses = Edit.of("firewall");
        addresses.buffer()
                .putInt(addresses.header(addresses.section(".rel.BTF")) + 0x2c,
                        addresses.section(".rodata"));
        assertRefused(addresses.bytes(), "xdp", ".rodata holds addresses");
    }

    @Test
    void shouldRefuseCodeThatLeavesItsFunction() {
        Edit jump = Edit.of("owns");
        int text = jump.content(".text");
        jump.put(text + 8 + 2, 0xff, 0x7f);
        assertRefused(jump.bytes(), ".text", "instruction 1", "outside the function");
        Edit end = Edit.of("owns");
        int last = text + (int) end.buffer().getLong(end.header(end.section(".text")) + 0x20) - 8;
        end.put(last, 0xb7);
        assertRefused(end.bytes(), ".text", "runs past its last");
        Edit wide = Edit.of("owns");
        wide.put(last, 0x18);
        assertRefused(wide.bytes(), ".text", "outside the function");
        Edit call = Edit.of("owns");
        call.put(text, 0x85, 0x10, 0, 0, 7, 0, 0, 0);
        assertRefused(call.bytes(), ".text", "calls instruction 8", "no function begins");
        Edit size = Edit.of("owns");
        size.buffer().putLong(size.header(size.section(".text")) + 0x20, 12);
        assertRefused(size.bytes(), ".text", "no whole instructions");
    }
}
