// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.vm.VmBench;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NullDriverTest {
    private final VmBench bench = new VmBench(QueueBackend.AUTO);
    private final int pageBytes = bench.pageBytes();

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    private static void assertRefused(int page, Runnable access) {
        ResourceException e = assertThrows(ResourceException.class, access::run);
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
        assertTrue(e.getMessage().contains("page " + page + " of a stretch"), e.getMessage());
        assertTrue(e.getMessage().contains("null driver"), e.getMessage());
        assertTrue(e.remedy().contains("PhysicalDriver"), e.remedy());
    }

    @Test
    void shouldRefuseEveryAccessAndNeedNoFrame() {
        bench.run(EnvSpec.named("null"), env -> {
            try (NullDriver driver = NullDriver.open(env, 100)) {
                driver.bindStretch(10, Rights.READ_WRITE);
                Stretch stretch = driver.bindStretch(90, Rights.READ_WRITE);
                assertRefused(7, () -> stretch.getLong(7L * pageBytes));
                assertRefused(8, () -> stretch.putLong(8L * pageBytes, 1));
                assertRefused(89, () -> stretch.getByte(90L * pageBytes - 1));
                assertRefused(0, () -> stretch.put(0, new byte[9], 0, 9));
                stretch.discard(0, 90);
                assertRefused(7, () -> stretch.getLong(7L * pageBytes));
                stretch.protect(Rights.NONE);
                assertEquals(ErrorCode.PROTECTED, assertThrows(ResourceException.class,
                        () -> stretch.getLong(0)).code(), "its rights come first");
                assertEquals(0, driver.giveBack(5, System.nanoTime()));
                assertEquals(0, env.account().framesHeld());
                stretch.close();
            }
        });
    }
}
