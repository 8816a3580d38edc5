// SPDX-License-Identifier: Apache-2.0

/**
 * What runs programs of eBPF: an interpreter, and a compiler to the JVM.
 *
 * <p>Guarantees: <ul>
 * <li><b>One meaning.</b> Both engines give the same result to every program and input, and leave
 * the same memory. A run that takes too many steps faults in both; only what its last block wrote
 * may differ.
 * <li><b>It stays inside.</b> What the verifier did not prove is checked as the program runs: no
 * access leaves the memory that the contract gives.
 * <li><b>Nothing remains.</b> A run sees nothing of an earlier one but the program's regions. The
 * classes of a program go with the last reference to what was made from it.
 * <li><b>No allocation.</b> A run allocates nothing, unless it faults.
 * </ul>
 *
 * <p>It does not verify: it believes the proof that it is given.
 *
 * <p>Reading order: {@code Verified}, {@code Machine}, {@code Interpreter}; then {@code Flow},
 * {@code Compiler}, {@code BlockWriter}; {@link exo.impl.code.engine.Engines} is the way in.
 *
 * {@snippet lang="java" :
 * Engines engines = new Engines(new Verified(program, contract, proof));
 * Instance instance = engines.instance(VerifiedProgram.Engine.COMPILE);
 * instance.bind(0, memory, 0, 64);
 * long result = instance.run();
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code}.
 * Threading: programs, code and filters are for any thread; machines and instances for one.
 *
 * <p>Source: RFC 9669.
 *
 * <p>Held by: {@code OperationsTest}, {@code ComparisonTest}, {@code FaultsTest}, {@code
 * InstanceTest}, {@code EnginesFuzzTest}, {@code SoundnessTest}, {@code CompiledFormTest}, {@code
 * FilterTest}, {@code ConformanceTest}.
 */
package exo.impl.code.engine;
