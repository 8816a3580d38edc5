// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Rights;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.impl.cap.KernelCapability;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Objects that look like the kernel's: made without a constructor, written by a libOS, of another
 * kernel, or read from a stream. Every parameter of the interface is tried with each.
 */
class ForgeryHostile {
    /** The properties that need nothing of the object, and so are the same for every one. */
    private static final Set<String> CONSTANT = Set.of("kind", "isLive", "isFrozen", "firstBlock",
            "blockCount");

    private final LiveObjects live = new LiveObjects();

    @AfterEach
    void closeKernel() {
        live.close();
    }

    /**
     * {@return an object of a class, no constructor of which was run} A module of a libOS cannot do
     * this: it takes {@code jdk.unsupported}, which the fence does not allow.
     */
    private static <T> T zeroed(Class<T> type) throws ReflectiveOperationException {
        Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
        Constructor<?> maker = (Constructor<?>) factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(factory.getMethod("getReflectionFactory").invoke(null), type,
                        Object.class.getDeclaredConstructor());
        return type.cast(maker.newInstance());
    }

    /** {@return an object that fails the test if it is asked anything} */
    private static Object stranger(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (self, method, arguments) -> {
                    throw new AssertionError("the kernel asks a stranger: " + method.getName());
                });
    }

    /** {@return the calls that name an object of the kernel} */
    private List<LiveObjects.Call> calls() {
        List<LiveObjects.Call> calls = live.calls(type -> Capability.class.isAssignableFrom(type)
                || Window.class.isAssignableFrom(type));
        assertTrue(calls.size() >= 30, calls.size() + " parameters");
        return calls;
    }

    private static void assertRefuses(LiveObjects.Call call, Object forged)
            throws ReflectiveOperationException {
        Throwable end = call.with(forged);
        if (Window.class.isAssignableFrom(call.type())) {
            assertEquals(IllegalArgumentException.class, end.getClass(), call + ": " + end);
        } else {
            assertEquals(CapabilityException.class, end.getClass(), call + ": " + end);
            assertEquals(ErrorCode.INVALID, ((CapabilityException) end).code(), call::toString);
        }
    }

    private static void assertInvalid(Runnable call) {
        assertEquals(ErrorCode.INVALID, assertThrows(CapabilityException.class, call::run).code());
    }

    @Test
    void shouldHaveAnObjectOfEveryKindOfCapability() {
        Set<String> tried = live.all(KernelCapability.class)
                .stream()
                .map(c -> c.kind().name())
                .collect(Collectors.toSet());
        assertEquals(Set.of("BLOCK_DEVICE", "EXTENT", "FRAMES", "QUANTUM", "NET_DEVICE",
                "STATION", "NAME", "ENV"), tried);
    }

    @Test
    void shouldRefuseWhatWasMadeWithoutAConstructor() throws ReflectiveOperationException {
        for (LiveObjects.Call call : calls()) {
            for (Object each : live.all(call.type())) {
                assertRefuses(call, zeroed(each.getClass()));
            }
        }
        Extent zeroed = (Extent) zeroed(live.all(Extent.class).getFirst().getClass());
        assertInvalid(() -> live.root()
                .createEnv(EnvSpec.named("x").grant("x", zeroed, Rights.READ), env -> {}));
    }

    @Test
    void shouldRefuseWhateverAnObjectMadeWithoutAConstructorIsAsked()
            throws ReflectiveOperationException {
        int asked = 0;
        for (Capability each : live.all(Capability.class)) {
            Capability zeroed = zeroed(each.getClass());
            assertFalse(zeroed.isLive(), zeroed::toString);
            assertTrue(zeroed.toString().contains(each.kind().name()), zeroed::toString);
            Class<?> api = each.getClass().getInterfaces().length > 0
                    ? each.getClass().getInterfaces()[0]
                    : EnvControl.class;
            for (Method method : LiveObjects.methods(api)) {
                if (!CONSTANT.contains(method.getName())) {
                    asked++;
                    Throwable end = assertThrows(InvocationTargetException.class,
                            () -> method.invoke(zeroed, live.arguments(method)),
                            method::toString).getCause();
                    assertEquals(CapabilityException.class, end.getClass(), method + ": " + end);
                    assertEquals(ErrorCode.INVALID, ((CapabilityException) end).code());
                }
            }
        }
        assertTrue(asked > 40, asked + " methods");
    }

    @Test
    void shouldAskNothingOfAnObjectThatIsNotTheKernels() throws ReflectiveOperationException {
        for (LiveObjects.Call call : calls()) {
            assertRefuses(call, stranger(call.type()));
        }
        Extent stranger = (Extent) stranger(Extent.class);
        assertInvalid(() -> live.root()
                .createEnv(EnvSpec.named("x").grant("x", stranger, Rights.READ), env -> {}));
    }

    @Test
    void shouldRefuseTheLiveObjectsOfAnotherKernel() throws ReflectiveOperationException {
        try (LiveObjects other = new LiveObjects()) {
            for (LiveObjects.Call call : calls()) {
                for (Object each : other.all(call.type())) {
                    assertRefuses(call, each);
                }
            }
            for (Capability each : other.all(Capability.class)) {
                assertTrue(each.isLive(), each::toString);
            }
        }
    }

    // ---- streams and copies --------------------------------------------------------------------

    /** What a forger can write to a stream, under the name of a class of the kernel. */
    private static final class Letter implements Serializable {
        private static final long serialVersionUID = 1;
    }

    /** Writes objects as if they were of another class, which need not be serializable. */
    private static final class ForgingStream extends ObjectOutputStream {
        private final String name;

        ForgingStream(OutputStream out, String name) throws IOException {
            super(out);
            this.name = name;
        }

        @Override
        protected void writeClassDescriptor(ObjectStreamClass description) throws IOException {
            writeUTF(name);
            writeLong(description.getSerialVersionUID());
            writeByte(ObjectStreamConstants.SC_SERIALIZABLE);
            writeShort(0); // no fields
        }
    }

    @Test
    void shouldNotBeWrittenToAStream() throws IOException {
        for (Object each : live.all()) {
            assertFalse(each instanceof Serializable, each::toString);
            assertFalse(each instanceof Cloneable, each::toString);
            assertFalse(each.getClass().isRecord(), each::toString);
            try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
                assertThrows(NotSerializableException.class, () -> out.writeObject(each));
            }
        }
    }

    @Test
    void shouldNotBeReadFromAStreamThatNamesItsClass() throws IOException {
        for (Object each : live.all()) {
            String name = each.getClass().getName();
            ByteArrayOutputStream letter = new ByteArrayOutputStream();
            try (ForgingStream out = new ForgingStream(letter, name)) {
                out.writeObject(new Letter());
            }
            try (ObjectInputStream in = new ObjectInputStream(
                    new ByteArrayInputStream(letter.toByteArray()))) {
                InvalidClassException e = assertThrows(InvalidClassException.class, in::readObject);
                assertTrue(e.getMessage().contains(name), e::getMessage);
            }
        }
    }
}
