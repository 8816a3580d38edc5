// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The layout is a promise to programs that are compiled already: each offset is written here. */
class InfoLayoutTest {
    private static final Map<String, StructLayout> LAYOUTS = Map.of("header", InfoLayout.HEADER,
            "entry", InfoLayout.ENTRY, "kernel", InfoLayout.KERNEL, "env", InfoLayout.ENV,
            "frame", InfoLayout.FRAME, "core", InfoLayout.CORE, "slot", InfoLayout.SLOT,
            "disk", InfoLayout.DISK, "run", InfoLayout.RUN, "net", InfoLayout.NET);

    private static final String PROMISE = """
            header 64: magic 0, byteOrder 8, version 12, headerBytes 16, entryBytes 20,\
             tableCount 24, pageBytes 28, segmentBytes 32, bootEpochMillis 40, pid 48, reserved 56
            entry 32: table 0, recordBytes 4, offset 8, capacity 16, used 20, sequence 24
            kernel 88: state 0, reserved 4, tick 8, refreshes 16, frameCount 24, usedFrames 32,\
             dirtyFrames 40, idleFrames 48, sharedFrames 56, liveEnvs 64, createdEnvs 72,\
             unlistedEnvs 80
            env 232: state 0, threads 4, id 8, parent 16, bornTick 24, name 32, quotaFrames 64,\
             quotaBlocks 72, quotaSlots 80, quotaObjects 88, quotaThreads 96, framesHeld 104,\
             framesIdle 112, blocksHeld 120, slotsHeld 128, objectsHeld 136, cpuNanos 144,\
             upcalls 152, repossessions 160, packetsReceived 168, packetsSent 176,\
             packetsRefused 184, blocksRead 192, blocksWritten 200, quotaExtraFrames 208,\
             quotaHugeFrames 216, extraFrames 224
            frame 24: owner 0, lastUseTick 8, flags 16, mappings 20
            core 24: core 0, slotCount 4, slotNanos 8, enforced 16, firstSlot 20
            slot 16: owner 0, user 8
            disk 88: name 0, blockBytes 32, flags 36, blockCount 40, reservedBlocks 48,\
             freeBlocks 56, namedExtents 64, openExtents 68, firstRun 72, listedRuns 76, freeRuns 80
            run 16: firstBlock 0, blockCount 8
            net 104: name 0, mtu 32, stations 36, bindings 40, reserved 44, received 48,\
             dropped 56, unusable 64, sent 72, refused 80, faults 88, cpuNanos 96
            """;

    private static String describe(String name, StructLayout layout) {
        List<String> fields = new ArrayList<>();
        for (MemoryLayout member : layout.memberLayouts()) {
            String field = member.name().orElseThrow();
            fields.add(field + " " + InfoLayout.at(layout, field));
        }
        return name + " " + layout.byteSize() + ": " + String.join(", ", fields);
    }

    @Test
    void shouldKeepEachFieldWhereItWas() {
        for (String line : PROMISE.lines().toList()) {
            String name = line.substring(0, line.indexOf(' '));
            assertEquals(line, describe(name, LAYOUTS.get(name)));
        }
        assertEquals(LAYOUTS.size(), PROMISE.lines().count());
    }

    @Test
    void shouldAlignEachFieldSoThatItIsNeverTorn() {
        LAYOUTS.forEach((name, layout) -> {
            assertEquals(0, layout.byteSize() % Long.BYTES, name);
            for (MemoryLayout member : layout.memberLayouts()) {
                long at = InfoLayout.at(layout, member.name().orElseThrow());
                assertEquals(0, at % member.byteAlignment(), name + " " + member);
            }
        });
    }

    @Test
    void shouldKeepTheNumbersOfTables() {
        assertEquals(
                "[KERNEL 1, ENVS 2, FRAMES 3, CORES 4, SLOTS 5, DISKS 6, RUNS 7, NETS 8]",
                Arrays.stream(InfoTable.values())
                        .map(t -> t + " " + t.number())
                        .toList()
                        .toString());
    }
}
