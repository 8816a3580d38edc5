// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MappingBudgetTest {
    private static final int PAGE = Facilities.pageBytes();

    private static long mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).size();
    }

    @Test
    void shouldLeaveAPartToTheJvm() {
        assertEquals(57_338, new MappingBudget(65_530).most());
        assertEquals(917_504, new MappingBudget(1 << 20).most());
        assertEquals(2048, new MappingBudget(4096).most());
        assertTrue(new MappingBudget().most() > 0);
    }

    @Test
    void shouldRefuseWhatTheHostWouldRefuseSoon() {
        HostException e = assertThrows(HostException.class, () -> new MappingBudget(20).add(2));
        assertEquals(Errno.ENOMEM, e.errno());
        assertTrue(e.remedy().contains("vm.max_map_count"), e.remedy());
    }

    @Test
    void shouldAskTheHostHowManyAreLeft() throws IOException {
        long room = 4000;
        MappingBudget budget = new MappingBudget(2 * (mappings() + room));
        for (int i = 0; i < 10 * room; i++) {
            budget.add(2); // and they are gone again, as the host knows
        }
        try (MemFd file = MemFd.create("budget", PAGE);
                Mapping mapping = Mapping.reserve(4 * room * PAGE)) {
            List<Long> mapped = new ArrayList<>();
            assertThrows(HostException.class, () -> {
                for (long page = 0; page < 4 * room; page += 2) {
                    budget.add(2);
                    mapping.mapShared(page * PAGE, PAGE, file, 0, true);
                    mapped.add(page);
                }
            });
            assertTrue(mapped.size() > room / 4, mapped.size() + " were mapped");
            assertTrue(mappings() <= budget.most() + 100, "the JVM has a few more by now");
        }
    }

    @Test
    void shouldCountWhatCannotBeRefused() throws IOException {
        int room = 1000;
        MappingBudget budget = new MappingBudget(2 * (mappings() + room));
        budget.add(2); // asks the host
        try (MemFd file = MemFd.create("budget", PAGE);
                Mapping mapping = Mapping.reserve(4L * room * PAGE)) {
            for (long page = 0; page < 4L * room; page += 2) {
                mapping.mapShared(page * PAGE, PAGE, file, 0, true);
            }
            budget.addAnyway(4 * room);
            assertThrows(HostException.class, () -> budget.add(2), "it asks again");
        }
    }

    @Test
    void shouldFindThatWhatCouldNotBeRefusedIsGone() throws IOException {
        MappingBudget budget = new MappingBudget(2 * (mappings() + 2000));
        budget.add(2); // asks the host
        budget.addAnyway(1_000_000);
        budget.add(2); // asks again, and would throw if it did not
    }
}
