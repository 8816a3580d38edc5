// SPDX-License-Identifier: Apache-2.0

/**
 * Environments, capabilities, rights, errors: what all resources have in common.
 *
 * <p>An exokernel protects resources and leaves their management to library operating systems
 * (libOSes). A libOS implements {@link exo.api.LibOs}, receives its {@link exo.api.Env}, and
 * reaches every resource through it. This package guarantees: <ul>
 * <li><b>No ambient authority.</b> Everything an environment may touch is a {@link
 * exo.api.Capability} in its {@link exo.api.KeyRing}. Possessing the Java object is not enough: the
 * kernel also checks who holds it.
 * <li><b>Rights only shrink.</b> {@link exo.api.KeyRing#derive} and {@link exo.api.KeyRing#grant}
 * give at most the rights of their source.
 * <li><b>Revocation is exact.</b> {@link exo.api.KeyRing#revoke} invalidates all that was derived
 * from a capability, wherever it is, before it returns.
 * <li><b>A refused request has no effect.</b> Every refusal names its cause, the values, and the
 * remedy; see {@link exo.api.ExoException}.
 * <li><b>Nothing survives the environment.</b> Whatever it held is back with its parent when it
 * ended.
 * </ul>
 *
 * <p>It does not guarantee protection from timing channels, heap exhaustion, or native code; the
 * project's CAVEATS.md lists what is not held.
 *
 * <p>Reading order: {@link exo.api.Exokernel}, {@link exo.api.HostConfig}, {@link exo.api.LibOs},
 * {@link exo.api.Env}, {@link exo.api.Capability}, {@link exo.api.KeyRing}, {@link
 * exo.api.ExoException}.
 *
 * <p>This example boots a kernel, runs one libOS in it, and waits for its end:
 *
 * {@snippet lang="java" :
 * try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
 *     Env root = kernel.rootEnv();
 *     EnvControl child = root.createEnv(EnvSpec.named("hello").frames(16), env -> {
 *         Window window = env.memory().bindWindow(16);
 *         window.allocPages(0, 16);
 *         window.segment().setAtIndex(ValueLayout.JAVA_LONG, 0, 42);
 *     });
 *     child.awaitExit(Duration.ofSeconds(1));
 * }
 * }
 *
 * <p>Imports allowed in this package: {@code java.base} only.
 *
 * <p>Threading: calls on an {@code Env} and what it gives out are accepted from the threads of that
 * environment only; every type says more. The API itself holds no lock.
 *
 * <p>Source: Engler, Kaashoek, O'Toole, "Exokernel: An Operating System Architecture for
 * Application-Level Resource Management", SOSP 1995; Kaashoek et al., "Application Performance and
 * Flexibility on Exokernel Systems", SOSP 1997.
 *
 * <p>Held by: the tests of {@code exo.impl.kernel} and {@code exo.impl.cap}, above all their
 * {@code …Hostile} classes.
 */
package exo.api;
