// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * An unforgeable right to a resource.
 *
 * <p><b>Shape.</b> A capability is a kernel object that names one resource and a set of rights,
 * held by one environment. It was derived from another one, up to the root environment's. The Java
 * object is only the name of it: the kernel accepts it from the environment that holds it, while it
 * and all its ancestors are live. An object of another class, of another kernel, made without a
 * constructor, or held by another environment is refused.
 *
 * <p><b>Ownership and lifetime.</b> It lives until it is dropped, until an ancestor is revoked, or
 * until its holder ends. Its kernel memory is charged to the environment that made it by deriving
 * or granting.
 *
 * <p><b>Thread-safety.</b> Any thread may read the properties here.
 */
public interface Capability {
    /** {@return the kind of resource} */
    ResourceKind kind();

    /** {@return the rights it carries} */
    Rights rights();

    /** {@return the label its holder finds it under, unique in the holder's key-ring} */
    String label();

    /**
     * {@return whether it and all its ancestors are live at this moment}
     *
     * <p>The answer may be outdated when it arrives; the kernel checks again at each use.
     */
    boolean isLive();
}
