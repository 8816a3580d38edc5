// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.KeyRing;
import exo.api.LibOs;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.code.ClassicProgram;
import exo.api.cpu.Cpu;
import exo.api.cpu.Quantum;
import exo.api.disk.BlockDevice;
import exo.api.disk.Disk;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.info.KernelInfo;
import exo.api.mem.FrameRequest;
import exo.api.mem.Frames;
import exo.api.mem.Memory;
import exo.api.mem.MissHandler;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.Net;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.revoke.Notice;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A kernel with one live object of each interface that a libOS can call, and every call of these
 * with one parameter that is not what it should be.
 */
final class LiveObjects implements AutoCloseable {
    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .disk(DiskConfig.temporary("disk0", 4 << 20))
            .net(NetConfig.wire("wire0")));
    private final Env root = kernel.rootEnv();
    /** Objects of the kernel by the interface that a libOS calls. */
    private final Map<Class<?>, Object> live = new LinkedHashMap<>();
    /** What is accepted for a parameter of a type. */
    private final Map<Class<?>, Object> values = new HashMap<>();

    LiveObjects() {
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Window window = root.memory().bindWindow(32);
        window.allocPages(0, 16);
        Extent extent = root.disk().allocExtent(disk, "", 4);
        Station station = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:0a"),
                        Ipv4Address.parse("10.0.0.1"), "station");
        EnvControl child = root.createEnv(EnvSpec.named("child").frames(2), env -> {
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        live.put(Exokernel.class, kernel);
        live.put(Env.class, root);
        live.put(KernelInfo.class, kernel.info());
        live.put(KeyRing.class, root.keys());
        live.put(Memory.class, root.memory());
        live.put(Disk.class, root.disk());
        live.put(Cpu.class, root.cpu());
        live.put(Net.class, root.net());
        live.put(Names.class, root.names());
        live.put(NameKey.class, root.keys().find(Names.ROOT_LABEL, NameKey.class));
        live.put(Upcalls.class, root.upcalls());
        live.put(BlockDevice.class, disk);
        live.put(NetDevice.class, wire);
        live.put(Window.class, window);
        MissHandler handler = (tlb, address, access) -> {};
        live.put(SoftTlb.class, window.bindTlb(2, handler));
        live.put(Extent.class, extent);
        live.put(Station.class, station);
        live.put(EnvControl.class, child);
        live.put(Frames.class, root.memory().share(window, 15, 1, Rights.ALL, "frames"));
        live.put(ExtentQueue.class, root.disk().bindQueue(disk, window, 4));
        live.put(SpillArea.class, root.disk().bindSpill(extent, 0, 1, 1));
        live.put(PacketBinding.class, root.net()
                .bind(station, Filters.acceptAll(), window, 0,
                        RingSpec.of(4, 4)));
        live.put(Quantum.class, root.cpu()
                .allocQuantum(root.cpu().cores().getFirst().number(), 0,
                        1, "quantum"));
        values.putAll(live);
        values.put(Capability.class, extent);
        values.put(Rights.class, Rights.READ);
        values.put(Name.class, Name.of(1, 2));
        values.put(String.class, "label");
        values.put(Class.class, Extent.class);
        values.put(EnvSpec.class, EnvSpec.named("made"));
        values.put(LibOs.class, (LibOs) env -> {});
        values.put(Notice.class, Notice.NONE);
        values.put(ResourceKind.class, ResourceKind.FRAMES);
        values.put(Duration.class, Duration.ZERO);
        values.put(UpcallHandler.class, new UpcallHandler() {});
        values.put(ClassicProgram.class, Filters.acceptAll());
        values.put(MacAddress.class, MacAddress.parse("02:00:00:00:00:0b"));
        values.put(Ipv4Address.class, Ipv4Address.parse("10.0.0.2"));
        values.put(RingSpec.class, RingSpec.of(4, 4));
        values.put(MissHandler.class, handler);
        values.put(FrameRequest.class, FrameRequest.any());
        values.put(long[].class, new long[1]);
        values.put(int.class, 1);
        values.put(long.class, 1L);
        values.put(boolean.class, false);
    }

    @Override
    public void close() {
        kernel.close();
    }

    /** {@return the root environment} */
    Env root() {
        return root;
    }

    /** {@return all objects} */
    List<Object> all() {
        return List.copyOf(live.values());
    }

    /** {@return all objects of a type} */
    <T> List<T> all(Class<T> type) {
        return live.values().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** {@return whether there is a value for parameters of a type} */
    boolean knows(Class<?> type) {
        return values.containsKey(type);
    }

    /** {@return the methods of an interface that is called on objects} */
    static List<Method> methods(Class<?> api) {
        return Arrays.stream(api.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()))
                .filter(m -> m.getDeclaringClass() != Object.class)
                .toList();
    }

    /**
     * {@return the calls that take a parameter of a type}
     *
     * @param wanted which types
     */
    List<Call> calls(Predicate<Class<?>> wanted) {
        List<Call> calls = new ArrayList<>();
        live.forEach((api, target) -> methods(api).forEach(method -> {
            for (int at = 0; at < method.getParameterCount(); at++) {
                if (wanted.test(method.getParameterTypes()[at])) {
                    calls.add(new Call(target, method, at));
                }
            }
        }));
        return calls;
    }

    /** {@return arguments for a method, all of them acceptable} */
    Object[] arguments(Method method) throws NoSuchFieldException {
        Class<?>[] types = method.getParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = valueFor(types[i]);
        }
        return arguments;
    }

    private Object valueFor(Class<?> type) throws NoSuchFieldException {
        if (type == Selector.class) {
            return null; // given as null only: a real one would change how the thread waits
        }
        Object value = values.get(type);
        if (value == null) {
            throw new NoSuchFieldException("there is no value of " + type);
        }
        return value;
    }

    /** What a refused call must not change. */
    private List<Object> state() {
        Account account = root.account();
        return List.of(account.framesHeld(), account.blocksHeld(), account.slotsHeld(),
                account.objectsHeld(), root.keys().all(), root.quota(),
                ((EnvControl) live.get(EnvControl.class)).account().framesHeld());
    }

    /** A call of a method with one parameter to be chosen. */
    final class Call {
        private final Object target;
        private final Method method;
        private final int at;

        Call(Object target, Method method, int at) {
            this.target = target;
            this.method = method;
            this.at = at;
        }

        /** {@return the type of the parameter} */
        Class<?> type() {
            return method.getParameterTypes()[at];
        }

        /** {@return how it ends, with an exception, and without effect} */
        Throwable with(Object argument) throws ReflectiveOperationException {
            Object[] arguments = arguments(method);
            arguments[at] = argument;
            List<Object> before = state();
            try {
                method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                assertEquals(before, state(), this + " has an effect");
                return e.getCause();
            }
            throw new AssertionError(this + " accepts what it is given");
        }

        @Override
        public String toString() {
            return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                    + ", parameter " + at;
        }
    }
}
