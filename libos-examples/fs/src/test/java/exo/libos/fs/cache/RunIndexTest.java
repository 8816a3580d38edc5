// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.cache;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;

@ExtendWith(Seeds.class)
final class RunIndexTest {
    @Test
    void shouldFindWhatAMapFinds(Seed seed) {
        RandomGenerator random = seed.random();
        RunIndex index = new RunIndex(64);
        Map<Long, Integer> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            long key = RunIndex.key(random.nextInt(20), random.nextInt(10));
            if (model.containsKey(key) || model.size() == 64) {
                index.remove(key);
                model.remove(key);
            } else {
                index.put(key, i);
                model.put(key, i);
            }
            long asked = RunIndex.key(random.nextInt(20), random.nextInt(10));
            assertEquals(model.getOrDefault(asked, -1), index.find(asked));
        }
    }
}
