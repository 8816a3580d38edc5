// SPDX-License-Identifier: Apache-2.0

/**
 * Names for capabilities: who may find what, by prefix.
 *
 * <p>Guarantees: <ul>
 * <li><b>Prefix and subset.</b> A key opens what is offered at its name or below, with rights that
 * both the key and the offer have; see {@link exo.api.name.Names}.
 * <li><b>Keys only get weaker.</b> A key that is derived has the same name or a longer one, and the
 * same rights or fewer.
 * <li><b>What is found can be taken back.</b> It is derived from what was offered, so {@link
 * exo.api.KeyRing#revoke} reaches it wherever it is.
 * <li><b>Offers end with their makers.</b> When the capability, the key, or the environment ends,
 * so does the offer.
 * </ul>
 *
 * <p>It does not guarantee that an offer stays: whoever dominates its name with {@link
 * exo.api.Rights#WRITE} can withdraw it. Nor does it say what a name means; that is for libOSes to
 * agree on.
 *
 * <p>Reading order: {@link exo.api.name.Name}, {@link exo.api.name.NameKey}, {@link
 * exo.api.name.Names}.
 *
 * {@snippet lang="java" :
 * NameKey disks = env.names().narrow(key, Name.parse("1.5"), Rights.ALL, "disks");
 * env.names().publish(disks, Name.parse("1.5.7"), extent, Rights.READ);
 * // in an environment that was granted the key:
 * Extent found = env.names().find(disks, Name.parse("1.5.7"), Rights.READ, Extent.class, "found");
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: threads of the environment; a name is a value.
 *
 * <p>Source: the capabilities of Xok, Engler, PhD thesis, MIT 1998, page 23 (capabilities are named
 * on each call); {@code sys/xok/capability.h} of its sources.
 *
 * <p>Held by: {@code NameTest}, {@code NamesTest}, {@code NamesHostile}.
 */
package exo.api.name;
