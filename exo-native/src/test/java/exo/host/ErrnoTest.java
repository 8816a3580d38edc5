package exo.host;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.*;

class ErrnoTest {
    @Test
    void x() {
        assertEquals("exo.host", Errno.class.getModule().getName());
        assertEquals(0, com.kenai.jffi.Platform.getPlatform() == null ? 1 : 0);
        System.out.println("pid " + jnr.posix.POSIXFactory.getNativePOSIX().getpid());
    }
}
