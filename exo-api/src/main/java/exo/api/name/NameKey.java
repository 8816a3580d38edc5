// SPDX-License-Identifier: Apache-2.0
package exo.api.name;

import exo.api.Capability;

/**
 * The capability for a name and for all names below it.
 *
 * <p><b>Rights.</b> {@link exo.api.Rights#READ}: list and find what is offered there. {@link
 * exo.api.Rights#WRITE}: offer and withdraw there. What is found has at most the rights of the key
 * it was found with. {@link exo.api.Rights#GRANT} and {@link exo.api.Rights#REVOKE} as for every
 * capability.
 *
 * <p><b>Ownership and lifetime.</b> As {@link Capability}. A key that is derived or granted by
 * {@link exo.api.KeyRing} has the same name; {@link Names#narrow} makes one with a longer name.
 * When a key dies, what was offered with it is withdrawn; what was found with it stays.
 *
 * <p><b>Thread-safety.</b> Any thread may read the properties here.
 */
public interface NameKey extends Capability {
    /** {@return the name that it stands for, with all names below} */
    Name name();
}
