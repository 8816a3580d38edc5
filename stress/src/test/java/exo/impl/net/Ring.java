// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.RingSpec;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import exo.impl.kernel.WakeWord;
import exo.stress.HeapPages;
import exo.stress.OneKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real binding on a station of this JVM's kernel, on memory of its own.
 *
 * <p>A binding serves the thread that made it alone. The actors of one test make its states, too:
 * so whichever of both finds that it has made this one plays the owner, and the other delivers. The
 * few states that neither has made get two deliverers.
 */
final class Ring {
    private static final int FRAME_BYTES = 60;
    private static final int SLOT_BYTES = 128;
    private static final KernelNet NET = (KernelNet) OneKernel.root().net();
    private static final KernelStation STATION = (KernelStation) NET.allocStation(
            OneKernel.wire(), MacAddress.parse("02:00:00:00:00:0a"), Ipv4Address.parse("10.0.0.1"),
            "a");

    private final Thread maker = Thread.currentThread();
    private final HeapPages pages = new HeapPages(OneKernel.principal());
    private final WakeWord word = new WakeWord();
    private final AtomicInteger wakes = new AtomicInteger();
    private final KernelBinding binding;

    Ring(int slots) {
        EventPort port = new EventPort() {
            @Override
            public void register(EventSource source) {
                // The binding is not started, so that the wire does not fill up with them.
            }

            @Override
            public void unregister(EventSource source) {
                // As above.
            }

            @Override
            public void signal() {
                if (word.isToBeWoken()) {
                    wakes.incrementAndGet();
                }
            }
        };
        binding = new KernelBinding(NET, STATION, (memory, offset, length) -> length, pages,
                new KernelBinding.Placement(port, 0, new RingSpec(slots, 1, SLOT_BYTES)));
    }

    /** {@return whether the calling thread owns the binding} */
    boolean isMine() {
        return Thread.currentThread() == maker;
    }

    KernelBinding binding() {
        return binding;
    }

    WakeWord word() {
        return word;
    }

    /** {@return how often a host call would have woken the owner} */
    int wakes() {
        return wakes.get();
    }

    /** Delivers a frame of one repeated byte, as a device does. */
    void deliver(int value) {
        byte[] frame = new byte[FRAME_BYTES];
        Arrays.fill(frame, (byte) value);
        binding.deliver(MemorySegment.ofArray(frame), 0, FRAME_BYTES);
    }

    /** {@return the first byte of the oldest frame, or -1 if it differs from its last} */
    int firstByte() {
        long at = binding.rxOffset(0);
        int last = pages.memory().get(ValueLayout.JAVA_BYTE, at + FRAME_BYTES - 1);
        int first = pages.memory().get(ValueLayout.JAVA_BYTE, at);
        return first == last ? first : -1;
    }
}
