// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.code.ClassicProgram;
import exo.api.code.CodeEngine;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.Net;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.upcall.Repossession;
import exo.impl.audit.Failures;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.Lineage;
import exo.impl.cap.PinnableWindow;
import exo.impl.cap.Principal;
import exo.impl.code.ExoCodeEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The network of one environment: its stations and bindings. */
public final class KernelNet implements Net, EnvService {
    private static final CodeEngine ENGINE = new ExoCodeEngine();

    private final CapabilityTable capabilities;
    private final Principal owner;
    private final Object lock = new Object(); // private: a libOS can keep the monitor of this
    private final List<KernelBinding> bindings = new ArrayList<>(); // guarded by lock

    /**
     * Makes the network of an environment.
     *
     * @param capabilities the kernel's capabilities
     * @param owner the environment
     */
    public KernelNet(CapabilityTable capabilities, Principal owner) {
        this.capabilities = capabilities;
        this.owner = owner;
    }

    @Override
    public Station allocStation(NetDevice allegation, MacAddress mac, Ipv4Address ipv4,
            String label) {
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(label, "label");
        if (mac.isGroup() || mac.bits() == 0) {
            throw new IllegalArgumentException(
                    "a station needs an Ethernet address of its own, but got " + mac);
        }
        owner.checkCaller();
        KernelNetDevice node = capabilities.check(allegation, owner, KernelNetDevice.class,
                Rights.WRITE);
        StationState state = node.device().addStation(mac, ipv4);
        try {
            KernelStation station = new KernelStation(
                    Lineage.original(capabilities, node, owner, label), state);
            capabilities.adopt(station);
            return station;
        } catch (RuntimeException | Error e) {
            node.device().removeStation(state);
            throw e;
        }
    }

    @Override
    public void freeStation(Station allegation) {
        owner.checkCaller();
        KernelStation node = check(allegation, Rights.REVOKE);
        if (!node.isOriginal()) {
            throw new IllegalArgumentException(
                    "a derived station is given up by KeyRing.drop; only its source can be freed");
        }
        capabilities.drop(node, Repossession.Cause.REVOKED);
    }

    @Override
    public PacketBinding bind(Station allegation, ClassicProgram program, Window allegedWindow,
            int firstPage, RingSpec rings) {
        Objects.requireNonNull(program, "filter");
        Objects.requireNonNull(rings, "rings");
        owner.checkCaller();
        KernelStation station = check(allegation, Rights.NONE);
        PinnableWindow window = PinnableWindow.of(allegedWindow, owner);
        if (!window.isWritable()) {
            throw new IllegalArgumentException("packet rings need a writable window");
        }
        int longest = station.state().device().maxFrameBytes();
        if (rings.slotBytes() < longest) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, "packet ring",
                    "its slots have " + rings.slotBytes() + " bytes, but frames of the device have"
                            + " up to " + longest,
                    "use larger slots");
        }
        PacketFilter filter = ENGINE.verify(program).filter(VerifiedProgram.Engine.COMPILE);
        KernelBinding binding = new KernelBinding(this, station, filter, window,
                new KernelBinding.Placement(owner.eventPort(), firstPage, rings));
        owner.ledger().charge(Charge.OBJECTS, 1);
        try {
            pin(window, allegedWindow, firstPage, rings);
        } catch (RuntimeException | Error e) {
            owner.ledger().release(Charge.OBJECTS, 1);
            throw e;
        }
        start(binding);
        return binding;
    }

    private void start(KernelBinding binding) {
        try {
            synchronized (lock) {
                bindings.add(binding);
            }
            binding.start();
            capabilities.attach(binding.capability(), binding);
        } catch (RuntimeException | Error e) {
            binding.close();
            throw e;
        }
    }

    private static void pin(PinnableWindow window, Window named, int firstPage, RingSpec rings) {
        int pages = rings.pages(window.pageBytes());
        Objects.checkFromIndexSize(firstPage, pages, named.pageCount());
        for (int i = 0; i < pages; i++) {
            int refusal = window.tryPin(named.page(firstPage + i), 1,
                    PinnableWindow.READ | PinnableWindow.WRITE);
            if (refusal < 0) {
                for (int done = 0; done < i; done++) {
                    window.unpin(firstPage + done, 1);
                }
                throw new ResourceException(ErrorCode.of(refusal), Blame.CALLER,
                        "page " + (firstPage + i), "a packet ring cannot lie on it",
                        remedy(ErrorCode.of(refusal)) + " pages " + firstPage + " to "
                                + (firstPage + pages - 1) + " first");
            }
        }
    }

    private static String remedy(ErrorCode refusal) {
        return switch (refusal) {
            case UNSETTLED -> "settle";
            case PROTECTED -> "permit READ+WRITE on";
            default -> "allocate";
        };
    }

    void unpin(PinnableWindow window, int firstPage, RingSpec rings) {
        int pages = rings.pages(window.pageBytes());
        for (int i = 0; i < pages; i++) {
            window.unpin(firstPage + i, 1);
        }
    }

    @Override
    public void closeThread() {
        Failures.forAll(snapshot(), binding -> {
            if (binding.isOwnedBy(Thread.currentThread())) {
                binding.close();
            }
        });
    }

    @Override
    public void abort() {
        Failures.forAll(snapshot(), KernelBinding::end);
    }

    Principal owner() {
        return owner;
    }

    CapabilityTable capabilities() {
        return capabilities;
    }

    private KernelStation check(Station allegation, Rights needed) {
        return capabilities.check(allegation, owner, KernelStation.class, needed);
    }

    void forget(KernelBinding binding) {
        synchronized (lock) {
            bindings.remove(binding);
        }
        owner.ledger().release(Charge.OBJECTS, 1);
    }

    private List<KernelBinding> snapshot() {
        synchronized (lock) {
            return List.copyOf(bindings);
        }
    }
}
