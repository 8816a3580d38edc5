// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.Account;
import exo.api.Quota;
import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.EnvFigures;
import exo.api.info.InfoLayout;
import exo.api.info.KernelFigures;
import exo.api.info.NetFigures;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TopOutputTest {
    private static final long NOBODY = InfoLayout.NOBODY;

    private static EnvFigures env(long id, String name, long cpuNanos, long sent) {
        return new EnvFigures(id, id - 1, name, false, 5, new Quota(100, 0, 0, 7, 3, 8, 9),
                new Account(40, 1, 0, 6, 2, 4, 3, cpuNanos, 10, 11, 12, sent, 14, 15, 16));
    }

    private static Sample sample(long tick, EnvFigures... envs) {
        return new Sample(4711, 1, 1_000_000, 4096,
                new KernelFigures(false, tick, 3,
                        new KernelFigures.FrameCounts(128, 40, 2, 1, 6),
                        new KernelFigures.EnvCounts(envs.length, 5, 0)),
                List.of(envs),
                new Sample.Devices(
                        List.of(new CoreFigures(1, 1_000_000, false, List.of(0L, 0L, NOBODY),
                                List.of(2L, NOBODY, NOBODY))),
                        List.of(new DiskFigures("disk0", new DiskFigures.Shape(4096, 1000, 8, 3),
                                900, 1, 1, 2, List.of())),
                        List.of(new NetFigures("wire0", 1500, 2, 1,
                                new NetFigures.Counters(1, 2, 3, 4, 5, 6, 7)))));
    }

    @Test
    void shouldKeepTheNamesAndOrderOfItsJson() {
        assertEquals("""
                {"version":1,"pid":4711,"bootEpochMillis":1000000,"ageMillis":250,\
                "pageBytes":4096,"kernel":{"ended":false,"tick":500,"refreshes":3,\
                "liveEnvs":1,"createdEnvs":5,"unlistedEnvs":0},\
                "frames":{"total":128,"used":40,"dirty":2,"idle":1,"shared":6},\
                "envs":[{"id":0,"parent":null,"name":"root","leaving":false,"bornTick":5,\
                "quota":{"frames":100,"extraFrames":0,"hugeFrames":0,"blocks":7,\
                "slots":3,"objects":8,"threads":9},\
                "held":{"frames":40,"framesIdle":1,"extraFrames":0,"blocks":6,\
                "slots":2,"objects":4,\
                "threads":3},"cpuNanos":77,"upcalls":10,"repossessions":11,\
                "packetsReceived":12,"packetsSent":13,"packetsRefused":14,"blocksRead":15,\
                "blocksWritten":16}],\
                "cores":[{"core":1,"slots":3,"slotNanos":1000000,"enforced":false,"free":1,\
                "users":[{"env":2,"slots":1}]}],\
                "disks":[{"name":"disk0","blockBytes":4096,"blocks":1000,"reserved":8,\
                "free":900,"direct":true,"writable":true,"namedExtents":1,"openExtents":1,\
                "freeRuns":2}],\
                "nets":[{"name":"wire0","mtu":1500,"stations":2,"bindings":1,"received":1,\
                "dropped":2,"unusable":3,"sent":4,"refused":5,"faults":6,"cpuNanos":7}]}""",
                TopJson.of(sample(500, env(0, "root", 77, 13)), 1_000_750));
    }

    @Test
    void shouldQuoteWhateverAnEnvironmentIsCalled() {
        JsonText json = new JsonText().beginArray(null);
        json.put(null, "a\"b\\c\n\u0001é\ud83d\ude00\ud83d").end();
        assertEquals("[\"a\\\"b\\\\c\\u000a\\u0001é\ud83d\ude00\\ud83d\"]", json.toString());
    }

    @Test
    void shouldShowSumsWithoutAnEarlierSampleAndRatesWithOne() {
        List<String> once = new TopText(sample(60_000, env(0, "root", 2_000_000_000, 13)),
                Optional.empty()).lines(1_060_000);
        assertTrue(once.get(0).contains("process 4711, up 1:00, 1 environments"), once.get(0));
        assertTrue(once.get(1).contains("128 of 4096 bytes, 40 used (1 idle, 6 shared), 88 free"),
                once.get(1));
        assertTrue(once.get(4).matches(" +0 root +2.0s +40/100 +1 +6 +2 +10 +12 +13 +15 +16"),
                once.get(4));
        List<String> live = new TopText(sample(62_000, env(0, "root", 3_000_000_000L, 2013)),
                Optional.of(sample(60_000, env(0, "root", 2_000_000_000, 13)))).lines(1_062_000);
        assertTrue(live.get(4).matches(" +0 root +50.0% +40/100 +1 +6 +2 +0 +0 +1000 +0 +0"),
                live.get(4));
        assertTrue(
                live.contains("core 1: 3 slots of 1.0 ms, 1 free, env 2 runs in 1, not enforced"),
                live.toString());
        assertTrue(live.stream().anyMatch(l -> l.startsWith("disk disk0: 1000 blocks")),
                live.toString());
        assertTrue(live.stream().anyMatch(l -> l.startsWith("net wire0: mtu 1500")),
                live.toString());
    }

    @Test
    void shouldShowSumsAgainWhenNothingWasRefreshedSince() {
        Sample same = sample(60_000, env(0, "root", 5, 13));
        assertFalse(new TopText(same, Optional.of(same)).lines(1_060_000).get(4).contains("%"));
    }

    @Test
    void shouldNotLetANameMoveTheCursorOrTheColumns() {
        String name = "\u001b[2J\r\nx\u202e" + "y".repeat(40);
        List<String> lines = new TopText(sample(1, env(1, name, 0, 0)), Optional.empty())
                .lines(1_000_001);
        String line = lines.get(4);
        assertTrue(line.contains(" ?[2J??x?yyyyyyyyy~ "), line);
        assertFalse(line.chars().anyMatch(Character::isISOControl), line);
        assertEquals(lines.get(3).length(), line.length());
    }
}
