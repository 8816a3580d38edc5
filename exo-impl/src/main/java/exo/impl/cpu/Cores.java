// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.Facility;
import exo.api.ResourceException;
import exo.api.cpu.Core;
import exo.api.cpu.CpuConfig;
import exo.api.info.CoreFigures;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.HostThread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The managed cores of a kernel. */
public final class Cores implements AutoCloseable {
    /** Above every ordinary thread, below the host's own most urgent ones. */
    private static final int DISPATCHER_PRIORITY = 90;

    private final Map<Integer, Timeline> timelines = new LinkedHashMap<>(); // written at boot only
    private final List<Facility> facilities = new ArrayList<>(); // written at boot only

    /**
     * Takes the cores over.
     *
     * @param config which, with which timeline
     * @throws ResourceException with {@link ErrorCode#OUT_OF_RANGE} if the process may not use a
     *         core that is named; with {@link ErrorCode#UNAVAILABLE} if enforcement is demanded and
     *         refused
     */
    public Cores(CpuConfig config) {
        List<Integer> permitted = Facilities.permittedCores();
        List<Integer> wanted = config.cores().isEmpty() ? permitted : config.cores();
        if (!permitted.containsAll(wanted)) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, "cores " + wanted,
                    "this process may use the cores " + permitted,
                    "name some of these, or start it with another affinity (taskset)");
        }
        Enforcer enforcer = chooseEnforcer(config.enforcement());
        for (int core : wanted) {
            timelines.put(core,
                    new Timeline(core, config.slotCount(), config.slot().toNanos(), enforcer));
        }
        facilities.addFirst(Facility.full("cpu.pinning", "sched_setaffinity on cores " + wanted));
    }

    private Enforcer chooseEnforcer(CpuConfig.Enforcement rule) {
        String name = "cpu.enforcement";
        String remedy = "grant CAP_SYS_NICE";
        if (rule == CpuConfig.Enforcement.COOPERATIVE) {
            facilities.add(Facility.fallback(name, "cooperative",
                    "the configuration does not ask for enforcement",
                    "CpuConfig.enforcement(TRY)"));
            return Enforcer.COOPERATIVE;
        }
        try {
            HostThread.probeScheduling();
        } catch (HostException e) {
            if (rule == CpuConfig.Enforcement.REQUIRE) {
                throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, name,
                        e.getMessage(), remedy);
            }
            facilities.add(Facility.fallback(name, "cooperative", e.getMessage(), remedy));
            return Enforcer.COOPERATIVE;
        }
        facilities.add(Facility.full(name, "host scheduler (nice -20 and SCHED_IDLE)"));
        return Enforcer.HOST;
    }

    /** Gives the calling dispatcher thread the priority it needs to be on time. */
    static void raiseDispatcher(boolean enforced) {
        if (enforced) {
            HostThread.setScheduler(HostThread.currentTid(), HostThread.SCHED_FIFO,
                    DISPATCHER_PRIORITY);
        }
    }

    /** {@return what backs the cores} */
    public List<Facility> facilities() {
        return List.copyOf(facilities);
    }

    /** {@return how many cores there are} */
    public int coreCount() {
        return timelines.size();
    }

    /** {@return how many slots all timelines have together} */
    public int totalSlots() {
        return timelines.values().stream().mapToInt(Timeline::slotCount).sum();
    }

    /** {@return who has which slot of each core at this moment} */
    public List<CoreFigures> figures() {
        return timelines.values().stream().map(Timeline::figures).toList();
    }

    List<Core> describe() {
        return timelines.values()
                .stream()
                .map(t -> new Core(t.core(), t.slotCount(), t.slotNanos(), t.isEnforced()))
                .toList();
    }

    Timeline timeline(int core) {
        Timeline timeline = timelines.get(core);
        if (timeline == null) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, "core " + core,
                    "it is not managed; the managed cores are " + timelines.keySet(),
                    "name one of these");
        }
        return timeline;
    }

    /** Stops the dispatchers. No quantum may be left. */
    @Override
    public void close() {
        timelines.values().forEach(Timeline::stop);
    }
}
