// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.host.Errno;
import exo.host.HostException;
import exo.host.IoRing;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does a device receive nothing for ever because the host refused something once? */
@Timeout(60)
class ReceiverHostile {
    private final CountDownLatch receivedAgain = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    private final Receiver.Source source = new Receiver.Source() {
        @Override
        public int receive(Device device, int most) {
            switch (calls.incrementAndGet()) {
                case 1 -> throw new HostException("recvmsg", Errno.ENOMEM.number(), "free memory");
                case 2 -> throw new IllegalStateException("a defect");
                default -> receivedAgain.countDown();
            }
            return 0;
        }

        @Override
        public boolean recover() {
            return true;
        }
    };

    @Test
    void shouldReceiveAgainAfterTheHostRefused() throws InterruptedException {
        try (IoRing ring = IoRing.create(1);
                Receiver receiver = new Receiver(source, ring.fd())) {
            receiver.start(new Device("device", new WireLink(1500)));
            assertTrue(receivedAgain.await(20, TimeUnit.SECONDS), "the thread ended");
        }
    }
}
