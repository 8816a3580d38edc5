// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.Account;
import exo.api.Quota;
import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.EnvFigures;
import exo.api.info.InfoLayout;
import exo.api.info.NetFigures;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sample as one object of JSON. Its names are a promise, listed in docs/observing.md: more may
 * come, none goes.
 */
final class TopJson {
    private TopJson() {}

    static String of(Sample sample, long nowEpochMillis) {
        JsonText json = new JsonText().beginObject(null);
        json.put("version", sample.version())
                .put("pid", sample.pid())
                .put("bootEpochMillis", sample.bootEpochMillis())
                .put("ageMillis", sample.ageMillis(nowEpochMillis))
                .put("pageBytes", sample.pageBytes());
        json.beginObject("kernel")
                .put("ended", sample.kernel().ended())
                .put("tick", sample.kernel().tick())
                .put("refreshes", sample.kernel().refreshes())
                .put("liveEnvs", sample.kernel().envs().live())
                .put("createdEnvs", sample.kernel().envs().created())
                .put("unlistedEnvs", sample.kernel().envs().unlisted())
                .end();
        json.beginObject("frames")
                .put("total", sample.kernel().frames().total())
                .put("used", sample.kernel().frames().used())
                .put("dirty", sample.kernel().frames().dirty())
                .put("idle", sample.kernel().frames().idle())
                .put("shared", sample.kernel().frames().shared())
                .end();
        json.beginArray("envs");
        sample.envs().forEach(env -> put(json, env));
        json.end().beginArray("cores");
        sample.devices().cores().forEach(core -> put(json, core));
        json.end().beginArray("disks");
        sample.devices().disks().forEach(disk -> put(json, disk));
        json.end().beginArray("nets");
        sample.devices().nets().forEach(net -> put(json, net));
        return json.end().end().toString();
    }

    private static void put(JsonText json, EnvFigures env) {
        json.beginObject(null).put("id", env.id());
        if (env.parent() == InfoLayout.NOBODY) {
            json.putNull("parent");
        } else {
            json.put("parent", env.parent());
        }
        json.put("name", env.name())
                .put("leaving", env.leaving())
                .put("bornTick", env.bornTick());
        Quota quota = env.quota();
        json.beginObject("quota")
                .put("frames", quota.frames())
                .put("extraFrames", quota.extraFrames())
                .put("hugeFrames", quota.hugeFrames())
                .put("blocks", quota.blocks())
                .put("slots", quota.slots())
                .put("objects", quota.objects())
                .put("threads", quota.threads())
                .end();
        Account account = env.account();
        json.beginObject("held")
                .put("frames", account.framesHeld())
                .put("framesIdle", account.framesIdle())
                .put("extraFrames", account.extraFrames())
                .put("blocks", account.blocksHeld())
                .put("slots", account.slotsHeld())
                .put("objects", account.objectsHeld())
                .put("threads", account.threadsAlive())
                .end();
        json.put("cpuNanos", account.cpuNanos())
                .put("upcalls", account.upcalls())
                .put("repossessions", account.repossessions())
                .put("packetsReceived", account.packetsReceived())
                .put("packetsSent", account.packetsSent())
                .put("packetsRefused", account.packetsRefused())
                .put("blocksRead", account.blocksRead())
                .put("blocksWritten", account.blocksWritten())
                .end();
    }

    private static void put(JsonText json, CoreFigures core) {
        json.beginObject(null)
                .put("core", core.core())
                .put("slots", core.owners().size())
                .put("slotNanos", core.slotNanos())
                .put("enforced", core.enforced())
                .put("free", core.owners().stream().filter(o -> o == InfoLayout.NOBODY).count());
        json.beginArray("users");
        Map<Long, Integer> slots = new TreeMap<>();
        core.users().forEach(user -> slots.merge(user, 1, Integer::sum));
        slots.forEach((user, count) -> {
            if (user != InfoLayout.NOBODY) {
                json.beginObject(null).put("env", user).put("slots", count).end();
            }
        });
        json.end().end();
    }

    private static void put(JsonText json, DiskFigures disk) {
        json.beginObject(null)
                .put("name", disk.name())
                .put("blockBytes", disk.shape().blockBytes())
                .put("blocks", disk.shape().blockCount())
                .put("reserved", disk.shape().reservedBlocks())
                .put("free", disk.freeBlocks())
                .put("direct", (disk.shape().flags() & InfoLayout.DISK_DIRECT) != 0)
                .put("writable", (disk.shape().flags() & InfoLayout.DISK_WRITABLE) != 0)
                .put("namedExtents", disk.namedExtents())
                .put("openExtents", disk.openExtents())
                .put("freeRuns", disk.freeRunCount())
                .end();
    }

    private static void put(JsonText json, NetFigures net) {
        json.beginObject(null)
                .put("name", net.name())
                .put("mtu", net.mtu())
                .put("stations", net.stations())
                .put("bindings", net.bindings())
                .put("received", net.counters().received())
                .put("dropped", net.counters().dropped())
                .put("unusable", net.counters().unusable())
                .put("sent", net.counters().sent())
                .put("refused", net.counters().refused())
                .put("faults", net.counters().faults())
                .put("cpuNanos", net.counters().cpuNanos())
                .end();
    }
}
