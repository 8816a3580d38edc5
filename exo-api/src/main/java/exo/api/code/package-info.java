// SPDX-License-Identifier: Apache-2.0

/**
 * Programs that the kernel runs for others: eBPF, classic BPF, expressions.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nothing runs unverified.</b> A {@link exo.api.code.VerifiedProgram} touches only what its
 * {@link exo.api.code.Contract} gives it, and ends within a number of steps that is known before.
 * <li><b>A refusal explains itself</b>: {@link exo.api.VerificationException} names the
 * instruction, the rule and what the registers hold; {@link exo.api.code.CodeSyntaxException} names
 * the line and the column.
 * <li><b>No kernel needed.</b> {@link exo.api.code.CodeEngine#load} works without booting one, and
 * without any privilege.
 * <li><b>Data paths allocate nothing.</b>
 * </ul>
 *
 * <p>It does not guarantee that a program means what its author meant, nor that it takes the same
 * time whatever it looks at.
 *
 * <p>Reading order: {@link exo.api.code.CodeEngine}, {@link exo.api.code.Program}, {@link
 * exo.api.code.Contract} with {@link exo.api.code.Argument} and {@link exo.api.code.Helper}, {@link
 * exo.api.code.VerifiedProgram}, {@link exo.api.code.Instance}; for packets {@link
 * exo.api.code.ClassicProgram}, {@link exo.api.code.Field} with {@link
 * exo.api.code.Condition}, {@link exo.api.code.PacketFilter}, {@link exo.api.code.Classifier}.
 * Ready-made filters are in {@code exo.api.net}.
 *
 * {@snippet lang="java" :
 * CodeEngine engine = CodeEngine.load();
 * PacketFilter web = engine
 *         .verify(engine.compileExpression("tcp dst port 80", LinkType.ETHERNET, 262_144))
 *         .filter(VerifiedProgram.Engine.COMPILE);
 * boolean isWanted = web.accept(memory, offset, lengthBytes) != 0;
 *
 * ClassicProgram names = Field.IPV4_DESTINATION.is("10.0.0.1")
 *         .and(Field.UDP_DESTINATION_PORT.is(53))
 *         .toProgram(262_144);
 *
 * Program sum = engine.assemble("ldxw r0, [r1]\n ldxw r2, [r1+4]\n add r0, r2\n exit");
 * Instance instance = engine.verify(sum, Contract.memory(8))
 *         .instance(VerifiedProgram.Engine.INTERPRET);
 * instance.bind(0, memory, 0, 8);
 * instance.set(1, 8);
 * long answer = instance.run();
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: everything is immutable but instances, which
 * belong to one thread at a time, and classifiers, which say so themselves.
 *
 * <p>Source: RFC 9669; McCanne, Jacobson, USENIX Winter 1993; Engler, Kaashoek, SIGCOMM 1996.
 *
 * <p>Held by: {@code ProgramTest}, {@code ContractTest}, {@code ClassicProgramTest},
 * {@code ConditionTest}, and the
 * engine's tests in {@code exo.impl.code}.
 */
package exo.api.code;
