// SPDX-License-Identifier: Apache-2.0

/**
 * Who may what: capabilities, ledgers, and how resources know environments.
 *
 * <p>Guarantees: <ul>
 * <li><b>One check.</b> Every capability that a libOS names passes through {@link
 * exo.impl.cap.CapabilityTable#check}: class, kernel, kind, holder, liveness, rights.
 * <li><b>Exact revocation.</b> When {@link exo.impl.cap.CapabilityTable#revoke} returns, no
 * descendant is accepted and no binding through one is left; what is neither bound nor a resource
 * costs it nothing.
 * <li><b>Everything is charged.</b> Each capability counts in the ledger of whoever made it.
 * </ul>
 *
 * <p>It does not know any resource, nor the host.
 *
 * <p>Reading order: {@link exo.impl.cap.KernelCapability}, {@link exo.impl.cap.CapabilityTable},
 * {@link exo.impl.cap.Ledger}, {@link exo.impl.cap.Principal}, {@link exo.impl.cap.Binding},
 * {@link exo.impl.cap.PinnableWindow}.
 *
 * {@snippet lang="java" :
 * KernelExtent extent = table.check(allegation, caller, KernelExtent.class, Rights.READ);
 * table.attach(extent, binding);   // from now on the binding dies with the capability
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.impl.audit}; {@code exo.host} for the type of the
 * pool's mapping only.
 *
 * <p>Threading: any thread; the table's lock orders changes, and checks on data paths read volatile
 * fields.
 *
 * <p>Lock order: the table's lock, then a ledger's. Nothing else is locked inside, and neither is
 * held while a binding is severed.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 23-26; the derivation tree follows seL4's.
 *
 * <p>Held by: {@code CapabilityTableTest}, {@code RevocationTest}, {@code TableModelTest}, {@code
 * CapabilityHostile}, {@code LedgerTest}, {@code CheckOrRevokeStress}, {@code
 * AttachOrRevokeStress}, {@code RevokeOrRevokeStress}.
 */
package exo.impl.cap;
