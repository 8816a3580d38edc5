// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.ResourceKind;
import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;
import exo.impl.cap.Principal;

/**
 * The binding between a quantum and a thread.
 *
 * @param owner the environment of the thread
 * @param quantum the quantum
 * @param cpu where the thread's bindings are known
 */
record QuantumBinding(Principal owner, KernelQuantum quantum, KernelCpu cpu) implements Binding {
    @Override
    public void sever(Repossession.Cause cause) {
        cpu.release(this);
        owner.repossessed(new Repossession(ResourceKind.QUANTUM, quantum.firstSlot(),
                quantum.core(), cause, System.nanoTime()));
    }
}
