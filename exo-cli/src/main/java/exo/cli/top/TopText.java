// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

import exo.api.Account;
import exo.api.info.CoreFigures;
import exo.api.info.DiskFigures;
import exo.api.info.EnvFigures;
import exo.api.info.InfoLayout;
import exo.api.info.KernelFigures;
import exo.api.info.NetFigures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A sample as lines of text. Rates need an earlier sample; without one, sums are shown. */
final class TopText {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String HEADINGS = String.format(
            "%6s %-18s %6s %15s %6s %10s %5s %8s %8s %8s %8s %8s", "ENV", "NAME", "CPU",
            "FRAMES", "IDLE", "BLOCKS", "SLOTS", "UPCALLS", "RX", "TX", "READ", "WRITTEN");

    private final Sample now;
    private final Optional<Sample> before;

    TopText(Sample now, Optional<Sample> before) {
        this.now = now;
        this.before = before.filter(b -> b.kernel().tick() < now.kernel().tick());
    }

    /** {@return the lines; the fourth is the headings of the environments} */
    List<String> lines(long nowEpochMillis) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("exo top - process %d, up %s, %d environments, figures %s old%s",
                now.pid(), duration(now.kernel().tick()), now.kernel().envs().live(),
                duration(now.ageMillis(nowEpochMillis)), before.isPresent()
                        ? ", by the second"
                        : ""));
        KernelFigures.FrameCounts frames = now.kernel().frames();
        lines.add(String.format("frames: %d of %d bytes, %d used (%d idle, %d shared), %d free"
                + " (%d to be zeroed)", frames.total(), now.pageBytes(), frames.used(),
                frames.idle(), frames.shared(), frames.total() - frames.used(), frames.dirty()));
        lines.add("");
        lines.add(HEADINGS);
        Map<Long, Account> earlier = new HashMap<>();
        before.ifPresent(b -> b.envs().forEach(env -> earlier.put(env.id(), env.account())));
        now.envs().forEach(env -> lines.add(line(env, earlier.get(env.id()))));
        if (now.kernel().envs().unlisted() > 0) {
            lines.add("       and " + now.kernel().envs().unlisted() + " more");
        }
        lines.add("");
        now.devices().cores().forEach(core -> lines.add(line(core)));
        now.devices().disks().forEach(disk -> lines.add(line(disk)));
        now.devices().nets().forEach(net -> lines.add(line(net)));
        return lines;
    }

    private String line(EnvFigures env, Account earlier) {
        Account account = env.account();
        Account since = earlier == null
                ? new Account(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                : earlier;
        boolean rates = before.isPresent();
        long cpu = account.cpuNanos() - (rates ? since.cpuNanos() : 0);
        return String.format("%6d %-18s %6s %15s %6d %10d %5d %8s %8s %8s %8s %8s", env.id(),
                cut(visible(env.name()) + (env.leaving() ? " (ending)" : ""), 18),
                rates ? percent(cpu) : duration((long) (cpu / NANOS_PER_MILLI)),
                account.framesHeld() + "/" + env.quota().frames(), account.framesIdle(),
                account.blocksHeld(), account.slotsHeld(),
                flow(account.upcalls(), since.upcalls()),
                flow(account.packetsReceived(), since.packetsReceived()),
                flow(account.packetsSent(), since.packetsSent()),
                flow(account.blocksRead(), since.blocksRead()),
                flow(account.blocksWritten(), since.blocksWritten()));
    }

    private long elapsedMillis() {
        return before.map(b -> now.kernel().tick() - b.kernel().tick()).orElse(1L);
    }

    private String percent(long cpuNanos) {
        return String.format("%.1f%%", 100 * cpuNanos / NANOS_PER_MILLI / elapsedMillis());
    }

    /** {@return how much a second, or how much in all} */
    private String flow(long total, long earlier) {
        return before.isPresent()
                ? amount((total - earlier) * 1000 / elapsedMillis())
                : amount(total);
    }

    private static String amount(long value) {
        if (value < 100_000) {
            return Long.toString(value);
        }
        return value < 100_000_000 ? value / 1000 + "k" : value / 1_000_000 + "M";
    }

    private static String line(CoreFigures core) {
        Map<Long, Integer> users = new TreeMap<>();
        core.users().forEach(user -> users.merge(user, 1, Integer::sum));
        users.remove(InfoLayout.NOBODY);
        StringBuilder text = new StringBuilder();
        users.forEach((user, slots) -> text.append(", env ")
                .append(user)
                .append(" runs in ")
                .append(slots));
        long free = core.owners().stream().filter(owner -> owner == InfoLayout.NOBODY).count();
        return String.format("core %d: %d slots of %.1f ms, %d free%s%s", core.core(),
                core.owners().size(), core.slotNanos() / NANOS_PER_MILLI, free, text,
                core.enforced() ? "" : ", not enforced");
    }

    private static String line(DiskFigures disk) {
        return String.format("disk %s: %d blocks of %d bytes, %d free in %d runs, %d named"
                + " extents, %d open", visible(disk.name()), disk.shape().blockCount(),
                disk.shape().blockBytes(), disk.freeBlocks(), disk.freeRunCount(),
                disk.namedExtents(), disk.openExtents());
    }

    private static String line(NetFigures net) {
        NetFigures.Counters counters = net.counters();
        return String.format("net %s: mtu %d, %d stations, %d bindings, received %d (dropped %d),"
                + " sent %d (refused %d)", visible(net.name()), net.mtu(), net.stations(),
                net.bindings(), counters.received(), counters.dropped(), counters.sent(),
                counters.refused());
    }

    /** {@return a name without what would move the cursor: whoever chose it is not trusted} */
    static String visible(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean harmless = type != Character.CONTROL && type != Character.FORMAT
                    && type != Character.SURROGATE && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            text.appendCodePoint(harmless ? c : '?');
        });
        return text.toString();
    }

    private static String cut(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "~";
    }

    private static String duration(long millis) {
        if (millis < 10_000) {
            return String.format("%.1fs", millis / 1000.0);
        }
        long seconds = millis / 1000;
        return seconds < 3600
                ? String.format("%d:%02d", seconds / 60, seconds % 60)
                : String.format("%d:%02dh", seconds / 3600, seconds / 60 % 60);
    }
}
