// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.MacAddress;
import exo.host.NetInterface;
import exo.host.PacketSocket;
import exo.testkit.Await;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** Somebody at the other end of a link. Belongs to the thread that made it. */
interface Outside extends AutoCloseable {
    /** Its address. */
    MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");
    /** How long to wait for what must come. */
    Duration PATIENCE = Duration.ofSeconds(20);

    /** Sends a frame. */
    void send(byte[] frame);

    /** {@return the next frame that arrives} */
    byte[] receive();

    @Override
    void close();

    /** {@return one that uses an interface of the calling thread's namespace} */
    static Outside on(String hostInterface) {
        PacketSocket socket = PacketSocket.open(NetInterface.of(hostInterface));
        socket.admit(new long[]{MAC.bits()});
        return new Outside() {
            @Override
            public void send(byte[] frame) {
                MemorySegment.copy(MemorySegment.ofArray(frame), 0, socket.txMemory(),
                        socket.txOffset(0), frame.length);
                socket.txLength(0, frame.length);
                int result = socket.trySend(0, 1);
                if (result != 1) {
                    throw new AssertionError("trySend: " + result);
                }
            }

            @Override
            public byte[] receive() {
                int[] length = {0};
                Await.until("a frame from the kernel", PATIENCE,
                        () -> (length[0] = socket.tryReceive()) > 0);
                byte[] frame = socket.rxMemory()
                        .asSlice(socket.rxOffset(), length[0])
                        .toArray(ValueLayout.JAVA_BYTE);
                socket.release();
                return frame;
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }
}
