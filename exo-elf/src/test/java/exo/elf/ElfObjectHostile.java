// SPDX-License-Identifier: Apache-2.0
package exo.elf;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A malformed file, however it is malformed, is refused by an ElfException or read. */
@ExtendWith(Seeds.class)
class ElfObjectHostile {
    private static final List<String> NAMES = List.of("firewall", "balancer", "counter", "owns");
    private static final int CHANGES = Integer.getInteger("exo.fuzz.files", 3000);
    private static final int[] ODD_BYTES = {0, 1, 2, 3, 4, 5, 8, 9, 0x10, 0x18, 0x3f, 0x40, 0x7f,
            0x80, 0xfe, 0xff};

    /** Reads all there is; true if nothing was refused. */
    private static boolean reads(byte[] bytes) {
        try {
            ElfObject object = ElfObject.read(bytes);
            for (String section : object.sections()) {
                assertNotNull(object.program(section));
            }
            return true;
        } catch (ElfException refused) {
            assertTrue(refused.getMessage().length() < 3000, refused.getMessage());
            return false;
        }
    }

    @Test
    void shouldRefuseAFileThatIsCutOffAnywhere() {
        for (String name : NAMES) {
            byte[] whole = Samples.bytes(name);
            assertTrue(reads(whole), name);
            for (int length = 0; length < whole.length; length++) {
                assertTrue(!reads(Arrays.copyOf(whole, length)), name + " " + length);
            }
        }
    }

    @Test
    void shouldSurviveEveryChangedByteOfTheTables(Seed seed) {
        RandomGenerator random = seed.random();
        for (String name : NAMES) {
            byte[] whole = Samples.bytes(name);
            Samples.Edit edit = Samples.Edit.of(name);
            int table = edit.header(0);
            int symbols = edit.content(".symtab");
            for (int at = 0; at < whole.length; at++) {
                boolean isTable = at < 64 || at >= table
                        || (at >= symbols && at < symbols + 24 * 30);
                if (isTable || random.nextInt(20) == 0) {
                    byte before = whole[at];
                    whole[at] = (byte) ODD_BYTES[random.nextInt(ODD_BYTES.length)];
                    reads(whole);
                    whole[at] = before;
                }
            }
        }
    }

    @Test
    void shouldSurviveManyChangesAtOnce(Seed seed) {
        RandomGenerator random = seed.random();
        int read = 0;
        for (int i = 0; i < CHANGES; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            Samples.Edit edit = Samples.Edit.of(name);
            byte[] bytes = edit.bytes();
            int table = edit.header(0);
            int sections = edit.sections();
            for (int j = random.nextInt(6); j >= 0; j--) {
                int section = table + 64 * (1 + random.nextInt(sections - 1));
                int at = random.nextBoolean()
                        ? section + random.nextInt(64)
                        : random.nextInt(bytes.length);
                bytes[at] = (byte) ODD_BYTES[random.nextInt(ODD_BYTES.length)];
            }
            read += reads(bytes) ? 1 : 0;
        }
        assertTrue(read > 0, "some changes do no harm");
    }
}
