// SPDX-License-Identifier: Apache-2.0

/**
 * The smallest complete library operating system.
 *
 * <p>Guarantees: <ul>
 * <li><b>It is what the README shows</b>, whole: one environment, two pages, one block.
 * </ul>
 *
 * <p>It does not guarantee anything to build on; it is there to be read and copied.
 *
 * <p>Reading order: {@link exo.libos.hello.Hello}.
 *
 * {@snippet lang="java" :
 * EnvControl child = root.createEnv(EnvSpec.named("hello").frames(2).blocks(1)
 *         .grant("disk", disk, Rights.READ_WRITE), new Hello());
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: the one thread of its environment.
 *
 * <p>Source: none beyond the API's.
 *
 * <p>Held by: {@code HelloTest}.
 */
package exo.libos.hello;
