// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Instance;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram.Engine;
import java.lang.ref.WeakReference;

/**
 * Both engines for one program. Code is made once for all that use it at the same time, and goes
 * with the last of them. Any thread.
 */
public final class Engines {
    private final Verified verified;
    private volatile WeakReference<Code> compiled = new WeakReference<>(null);

    /**
     * Makes the engines; code comes later.
     *
     * @param verified the program
     */
    public Engines(Verified verified) {
        this.verified = verified;
    }

    /**
     * {@return a new instance}
     *
     * @param engine what shall run it
     */
    public Instance instance(Engine engine) {
        return new EngineInstance(verified, code(engine));
    }

    /**
     * {@return a packet filter}
     *
     * @param engine what shall run it
     * @throws IllegalArgumentException if the only argument is not a packet
     */
    public PacketFilter filter(Engine engine) {
        if (!verified.isFilter()) {
            throw new IllegalArgumentException("a filter has a packet as its only argument, but"
                    + " contract " + verified.contract().name() + " has "
                    + verified.contract().arguments());
        }
        if (engine == Engine.COMPILE) {
            return new Compiler(verified).compileFilter()
                    .orElseGet(() -> new MachineFilter(verified, code(engine)));
        }
        return new MachineFilter(verified, code(engine));
    }

    private Code code(Engine engine) {
        if (engine == Engine.INTERPRET) {
            return new Interpreter(verified);
        }
        Code code = compiled.get();
        if (code == null) {
            code = new Compiler(verified).compile();
            compiled = new WeakReference<>(code);
        }
        return code;
    }
}
