// SPDX-License-Identifier: Apache-2.0

/**
 * Offers under names, and the keys that open them.
 *
 * <p>Guarantees: <ul>
 * <li><b>One offer a name.</b> A second one is refused until the first is over.
 * <li><b>No offer of the dead.</b> It is bound to the capability and to the key it was made with,
 * and is over before the revocation or drop of either returns.
 * <li><b>No copy escapes.</b> What is found is derived while the offer stands: whoever withdraws
 * and then revokes has every copy back.
 * </ul>
 *
 * <p>It does not know what is offered: a capability of any kind.
 *
 * <p>Reading order: {@code KernelNameKey}, {@code Offer}, {@link exo.impl.name.NameSpace}, {@link
 * exo.impl.name.KernelNames}.
 *
 * {@snippet lang="java" :
 * Offer offer = new Offer(space, key, name, extent, Rights.READ);
 * offer.attach(capabilities);   // from now on it dies with either
 * space.add(offer);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.name}, {@code exo.impl.cap}.
 *
 * <p>Threading: any thread. Lock order: the lock of the names is never held around the capability
 * table's, nor the other way round.
 *
 * <p>Source: Xok, {@code sys/xok/capability.h} and {@code acl.c}; the derivation tree is ours.
 *
 * <p>Held by: {@code NamesTest}, {@code NamesHostile}.
 */
package exo.impl.name;
