// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.NetConfig;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.testkit.Await;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import static org.junit.jupiter.api.Assertions.assertEquals;

class WireLinkTest extends PacketBindingContract {
    private Station out; // of the kernel booted last

    @Override
    Exokernel boot() {
        out = null;
        return Exokernel.boot(config().net(NetConfig.wire(DEVICE)));
    }

    @Override
    Outside openOutside() {
        if (out == null) {
            out = root.net().allocStation(device, Outside.MAC, Ipv4Address.ANY, "out");
        }
        return new StationOutside(root, out);
    }

    /** At the other end of a wire is another station. */
    private static final class StationOutside implements Outside {
        private final Window memory;
        private final PacketBinding binding;

        StationOutside(Env env, Station station) {
            RingSpec rings = RingSpec.of(16, 4);
            memory = env.memory().bindWindow(rings.pages(4096));
            memory.allocPages(0, rings.pages(4096));
            binding = env.net().bind(station, Filters.acceptAll(), memory, 0, rings);
        }

        @Override
        public void send(byte[] frame) {
            int slot = binding.tryReserve();
            MemorySegment.copy(MemorySegment.ofArray(frame), 0, memory.segment(),
                    binding.txOffset(slot), frame.length);
            assertEquals(0, binding.tryCommit(slot, frame.length));
            binding.txFlush();
        }

        @Override
        public byte[] receive() {
            Await.until("a frame", PATIENCE, () -> binding.rxAvailable() > 0);
            byte[] frame = memory.segment()
                    .asSlice(binding.rxOffset(0), binding.rxLength(0))
                    .toArray(ValueLayout.JAVA_BYTE);
            binding.rxRelease(1);
            return frame;
        }

        @Override
        public void close() {
            binding.close();
            memory.close();
        }
    }
}
